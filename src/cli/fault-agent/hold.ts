import { connect, type Socket } from 'node:net';

import type { AgentSpec } from '../../faults/kit/agent-spec.ts';
import type { Tally, Working } from './working.ts';

type Hold = Extract<AgentSpec['work'], { type: 'hold' }>;

/** How many connections are under way at once, and how often a full server is asked again. */
const AT_ONCE = 16;
const AGAIN_MS = 100;
/** A server that wants no more closes at once; one that does not is ours. */
const SETTLED_MS = 150;

/** Takes all the connections that a server gives, and takes again what it takes back. */
export async function hold({ to, hello, most }: Hold, tally: Tally): Promise<Working> {
  const held = new Set<Socket>();
  const stop = new AbortController();
  const greeting = Buffer.from(hello, 'hex');
  const open = async (place: Hold['to'][number]): Promise<boolean> => {
    const socket = connect({ ...place, noDelay: true });
    let said = '';
    const { promise: closed, resolve } = Promise.withResolvers<'closed'>();
    socket.on('connect', () => void (greeting.length > 0 && socket.write(greeting)));
    socket.on('data', (chunk: Buffer) => void (said.length < 300 && (said += chunk.toString('latin1'))));
    socket.on('error', (error) => void (said === '' && (said = error.message)));
    socket.on('close', () => {
      held.delete(socket);
      tally.connections = held.size;
      resolve('closed');
    });
    held.add(socket);
    const outcome = await Promise.race([closed, new Promise<'kept'>((settle) => setTimeout(settle, SETTLED_MS, 'kept'))]);
    tally.connections = held.size;
    if (outcome === 'kept') return true;
    if (stop.signal.aborted) return false;
    tally.refused += 1;
    tally.said = said
      .replace(/[^\x20-\x7e]+/g, ' ')
      .trim()
      .slice(0, 200);
    return false;
  };
  const fill = async (place: Hold['to'][number]): Promise<void> => {
    while (!stop.signal.aborted) {
      const room = Math.min(AT_ONCE, most - held.size);
      const kept = await Promise.all(Array.from({ length: Math.max(0, room) }, () => open(place)));
      if (kept.length < AT_ONCE || kept.includes(false)) await new Promise((settle) => setTimeout(settle, AGAIN_MS));
    }
  };
  const over = Promise.all(to.map(fill));
  return {
    over: over.then(() => undefined),
    end: async () => {
      stop.abort();
      for (const socket of held) socket.destroy();
      await over;
    },
  };
}
