import { closeSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';

import { errorMessage } from '../../model/errors.ts';
import { EXIT_CODES } from '../../model/verdict.ts';
import type { AgentSpec, AgentState } from '../../faults/kit/agent-spec.ts';
import { hold } from './hold.ts';
import { memory } from './memory.ts';
import { proxy } from './proxy.ts';
import { Tally, type Working } from './working.ts';

const LOOK_MS = 50;

/** Works a fault until its end, until it is told to stop, or until `signal`. Resolves with the exit code. */
export async function runAgent(spec: AgentSpec, signal: AbortSignal): Promise<number> {
  // Opened while it may: it can become a user who may not look into these folders.
  const [state, stop] = [openSync(spec.stateFile, 'w', 0o644), openSync(spec.stopFile, 'a+', 0o666)];
  const tally = new Tally();
  let last = '';
  const tell = (phase: AgentState['phase'], why?: string): void => {
    const { connections, refused, pieces, said, attempts } = tally;
    const text = JSON.stringify({
      pid: process.pid,
      phase,
      ...(why === undefined ? {} : { why }),
      connections,
      refused,
      pieces,
      said,
      attempts,
    });
    if (text === last) return;
    last = text;
    ftruncateSync(state, 0);
    writeSync(state, text, 0);
  };
  try {
    const working = await begin(spec, tally);
    if (spec.user !== undefined && process.getuid?.() === 0) process.setuid?.(spec.user);
    tell('working');
    const over = new AbortController();
    void working.over.finally(() => over.abort());
    while (!over.signal.aborted && !signal.aborted && Date.now() < spec.endsAtMs && !isStopped(stop)) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      tell('working');
    }
    await working.end();
    tell('ended');
    return EXIT_CODES.pass;
  } catch (error) {
    tell('failed', errorMessage(error));
    return EXIT_CODES.internal;
  } finally {
    closeSync(state);
    closeSync(stop);
  }
}

/** Also by a heal that came before us. */
function isStopped(file: number): boolean {
  const text = Buffer.alloc(200);
  return text.toString('latin1', 0, readSync(file, text, 0, text.length, 0)).includes('stop');
}

async function begin({ work }: AgentSpec, tally: Tally): Promise<Working> {
  switch (work.type) {
    case 'proxy':
      return proxy(work, tally);
    case 'hold':
      return hold(work, tally);
    case 'memory':
      return memory(work, tally);
  }
}
