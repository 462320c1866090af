import { closeSync, openSync, readSync, writeSync } from 'node:fs';

import { errorMessage } from '../../model/errors.ts';
import { EXIT_CODES } from '../../model/verdict.ts';
import type { AgentSpec, AgentState } from '../../faults/kit/agent-spec.ts';
import { nodeDatastores } from '../../ports/node/datastores/index.ts';
import { deadlock } from './deadlock.ts';
import { hold } from './hold.ts';
import { memory } from './memory.ts';
import { Orders } from './orders.ts';
import { proxy, type ProxyTools } from './proxy.ts';
import { Tally, type Working } from './working.ts';

const LOOK_MS = 50;

/** Works a fault until its end, until it is told to stop, or until `signal`. Resolves with the exit code. */
export async function runAgent(spec: AgentSpec, signal: AbortSignal): Promise<number> {
  // Opened while it may: it can become a user who may not look into these folders.
  const [state, stop] = [openSync(spec.stateFile, 'w', 0o644), openSync(spec.stopFile, 'a+', 0o666)];
  const tally = new Tally();
  const files = open(spec);
  let [last, longest] = ['', 0];
  const tell = (phase: AgentState['phase'], why?: string): void => {
    const { connections, refused, pieces, said, attempts, orders } = tally;
    const text = JSON.stringify({
      pid: process.pid,
      phase,
      ...(why === undefined ? {} : { why }),
      connections,
      refused,
      pieces,
      said,
      attempts,
      orders,
    });
    if (text === last) return;
    last = text;
    longest = Math.max(longest, text.length);
    // In one piece over all that stood there: whoever reads meanwhile reads one or the other.
    writeSync(state, text.padEnd(longest), 0);
  };
  try {
    const working = await begin(spec, { tally, ...files });
    if (spec.user !== undefined && process.getuid?.() === 0) process.setuid?.(spec.user);
    tell('working');
    const over = new AbortController();
    void working.over.finally(() => over.abort());
    while (!over.signal.aborted && !signal.aborted && Date.now() < spec.endsAtMs && !isStopped(stop)) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      working.tick?.();
      tell('working');
    }
    await working.end();
    tell('ended');
    return EXIT_CODES.pass;
  } catch (error) {
    tell('failed', errorMessage(error));
    return EXIT_CODES.internal;
  } finally {
    for (const file of [state, stop, ...files.all]) closeSync(file);
  }
}

function open({ work }: AgentSpec): Omit<ProxyTools, 'tally'> & { readonly all: readonly number[] } {
  if (work.type !== 'proxy') return { orders: undefined, file: undefined, all: [] };
  const orders = work.orders === undefined ? undefined : openSync(work.orders, 'a+', 0o666);
  const file = work.attempts === undefined ? undefined : openSync(work.attempts, 'a', 0o644);
  const all = [orders, file].flatMap((one) => one ?? []);
  return { orders: orders === undefined ? undefined : new Orders(orders), file, all };
}

/** Also by a heal that came before us. */
function isStopped(file: number): boolean {
  const text = Buffer.alloc(200);
  return text.toString('latin1', 0, readSync(file, text, 0, text.length, 0)).includes('stop');
}

async function begin({ work }: AgentSpec, tools: ProxyTools): Promise<Working> {
  const { tally } = tools;
  switch (work.type) {
    case 'proxy':
      return proxy(work, tools);
    case 'hold':
      return hold(work, tally);
    case 'memory':
      return memory(work, tally);
    case 'deadlock':
      return deadlock(work, { tally, datastores: nodeDatastores });
  }
}
