import { existsSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

import { GauntletError } from '../../model/errors.ts';
import type { Threads } from '../threads.ts';

/** Where the worker's program is, from here: in the sources, and beside or above this chunk of the bundle. */
const PLACES = ['../../cli/load-worker.ts', '../load-worker.js', 'load-worker.js'];

export const nodeThreads: Threads = {
  cores: availableParallelism(),
  idleMs: () => cpus().reduce((sum, { times }) => sum + times.idle, 0),
  start: (task, { name, said, ended }) => {
    const worker = new Worker(program(), { name, workerData: task });
    let why: string | undefined;
    worker.on('message', said);
    worker.on('messageerror', (error) => (why ??= error.message));
    worker.on('error', (error) => (why ??= error instanceof Error ? error.message : String(error)));
    worker.on('exit', (code) => ended(why ?? `ended with code ${code}`));
    return {
      tell: (message) => worker.postMessage(message, []),
      end: async () => void (await worker.terminate()),
    };
  },
};

function program(): string {
  const found = PLACES.map((place) => join(import.meta.dirname, place)).find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new GauntletError('the program of the load workers is missing', {
    kind: 'internal',
    hint: 'check the whole of dist/ out: dist/load-worker.js belongs to it',
  });
}
