import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

import { randomOf } from '../../lib/random.ts';
import type { AgentSpec, Behaviour } from '../../faults/kit/agent-spec.ts';
import type { Tally, Working } from './working.ts';
import { Line } from './line.ts';

type Proxy = Extract<AgentSpec['work'], { type: 'proxy' }>;

/** A connection is let go when nothing has passed for so long, so that no request under way is cut off. */
const IDLE_MS = 100;
const DRAIN_MS = 2_000;

interface Pair {
  readonly client: Socket;
  readonly lines: readonly Line[];
  lastMs: number;
}

/** Stands between clients and the real service. Ending, it lets everything pass at once and closes what is idle. */
export async function proxy({ doors, behaviour, seed }: Proxy, tally: Tally): Promise<Working> {
  const pairs = new Set<Pair>();
  const random = randomOf(seed);
  const servers: Server[] = [];
  for (const { listen, to } of doors) {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
      tally.connections += 1;
      tally.attempt();
      client.on('error', () => undefined);
      if (tally.connections <= (behaviour.resetFirst ?? 0)) {
        tally.refused += 1;
        client.resetAndDestroy();
        return;
      }
      if (behaviour.status !== undefined) answer(client, behaviour.status, tally);
      else pass(client, connect({ ...to, allowHalfOpen: true, noDelay: true }), { behaviour, random, pairs, tally });
    });
    server.listen({ ...listen, backlog: 1_024 });
    await once(server, 'listening');
    servers.push(server);
  }
  return { over: new Promise(() => undefined), end: () => drain(servers, pairs) };
}

interface Passing {
  readonly behaviour: Behaviour;
  readonly random: () => number;
  readonly pairs: Set<Pair>;
  readonly tally: Tally;
}

function pass(client: Socket, server: Socket, { behaviour, random, pairs, tally }: Passing): void {
  const { requestMs = 0, answerMs = 0, jitterMs = 0, bytesPerSecond } = behaviour;
  const moved = (): void => {
    pair.lastMs = Date.now();
  };
  const delay = (ms: number) => () => {
    if (ms > 0 || jitterMs > 0) tally.pieces += 1;
    return Math.max(0, ms + (random() * 2 - 1) * jitterMs);
  };
  const asked = new Line(client, server, { delayMs: delay(requestMs), bytesPerSecond, moved });
  const answered = new Line(server, client, {
    delayMs: delay(answerMs),
    bytesPerSecond,
    moved,
    most: limitOf(behaviour),
    onMost: () => {
      tally.refused += 1;
      if (behaviour.resetAfterBytes === undefined) return;
      client.resetAndDestroy();
      server.destroy();
    },
  });
  const pair: Pair = { client, lines: [asked, answered], lastMs: Date.now() };
  pairs.add(pair);
  client.on('close', () => {
    pairs.delete(pair);
    server.destroy();
  });
  server.on('error', () => {
    if (!client.destroyed) client.resetAndDestroy();
  });
}

function limitOf({ stallAfterBytes, resetAfterBytes }: Behaviour): number | undefined {
  return stallAfterBytes ?? resetAfterBytes;
}

/** One answer of HTTP/1.1 to whatever is asked, as a gateway would give it. */
function answer(client: Socket, status: number, tally: Tally): void {
  client.once('data', () => {
    tally.refused += 1;
    const body = '{"error":"made by gauntlet"}';
    const head = `HTTP/1.1 ${String(status)} Fault\r\ncontent-type: application/json\r\ncontent-length: ${String(body.length)}\r\nconnection: close\r\n\r\n`;
    client.end(head + body);
  });
  client.on('end', () => client.end());
}

async function drain(servers: readonly Server[], pairs: Set<Pair>): Promise<void> {
  for (const server of servers) server.close();
  for (const { lines } of pairs) for (const line of lines) line.release();
  const untilMs = Date.now() + DRAIN_MS;
  while (pairs.size > 0) {
    const nowMs = Date.now();
    for (const pair of pairs) {
      const stalled = pair.lines.some(({ stalled: held }) => held);
      if (!stalled && nowMs - pair.lastMs < IDLE_MS && nowMs < untilMs) continue;
      // Who waits for an answer that never comes must hear of it; who is idle sees an ordinary close.
      if (stalled) pair.client.resetAndDestroy();
      else pair.client.destroySoon();
      pairs.delete(pair);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
