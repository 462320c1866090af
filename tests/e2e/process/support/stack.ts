import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { nodePorts } from '../../../../src/ports/node/index.ts';
import type { StackManifest } from '../../../../src/model/manifest.ts';
import type { PlannedTarget } from '../../../../src/model/plan.ts';
import type { StackContext } from '../../../../src/stacks/contract.ts';
import { process as processStack } from '../../../../src/stacks/process/index.ts';
import { ProcessOptions } from '../../../../src/stacks/process/options.ts';

export const ENTRY = join(import.meta.dirname, 'entry.ts');
export const ports = nodePorts({
  env: { PATH: process.env['PATH'] ?? '', HOME: tmpdir() },
  progress: { say: () => undefined, update: () => undefined, warn: () => undefined },
  self: [process.execPath, ENTRY],
});

export const plugin = processStack;

export interface Bench extends AsyncDisposable {
  readonly context: StackContext;
  readonly booked: StackManifest['handle'][];
  readonly up: (options: unknown) => ReturnType<typeof processStack.up>;
  readonly down: () => Promise<readonly string[]>;
}

/** A run directory, a context, and an end that leaves nothing behind. */
export function bench(more: { readyMs?: number; targets?: PlannedTarget[] } = {}): Bench {
  const runDir = mkdtempSync(join(tmpdir(), 'gauntlet-process-'));
  const booked: StackManifest['handle'][] = [];
  const context: StackContext = {
    ports,
    root: runDir,
    runDir,
    runId: 'run-1',
    instance: 'head',
    readyMs: more.readyMs ?? 15_000,
    targets: more.targets ?? [],
    signal: new AbortController().signal,
    redact: (text) => text.replaceAll('s3cr3t-value', '[redacted]'),
    book: (handle) => {
      booked.push(handle);
      return Promise.resolve();
    },
  };
  const down = (): Promise<readonly string[]> => plugin.down(booked[0] ?? {}, context);
  return {
    context,
    booked,
    up: (options) => plugin.up(ProcessOptions.parse(options), context),
    down,
    [Symbol.asyncDispose]: async () => {
      if (booked.length > 0) await down();
      rmSync(runDir, { recursive: true, force: true });
    },
  };
}

/** Runs a line of JavaScript with `http`, `port` and `env` at hand. */
export function js(script: string): string[] {
  return [
    process.execPath,
    '-e',
    `const http = require('node:http'); const { env } = process; const port = Number(env.PORT); const serve = (f) => http.createServer(f ?? ((q, s) => s.end('ok'))).listen(port, '127.0.0.1', () => console.log('listening')); ${script}`,
  ];
}

export function target(name: string, service: string, more: Partial<PlannedTarget> = {}): PlannedTarget {
  return { name, environment: 'default', service, scheme: 'http', path: '/', ...more };
}
