import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

import { randomOf } from '../../lib/random.ts';
import type { AgentSpec, Behaviour, Order } from '../../faults/kit/agent-spec.ts';
import { Attempts, Exchanges } from './exchanges.ts';
import { Line } from './line.ts';
import type { Orders } from './orders.ts';
import type { Tally, Working } from './working.ts';

type Proxy = Extract<AgentSpec['work'], { type: 'proxy' }>;

/** A connection is let go when nothing has passed for so long, so that no request under way is cut off. */
const IDLE_MS = 100;
const DRAIN_MS = 2_000;

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  readonly lines: readonly Line[];
  readonly exchanges: Exchanges;
  lastMs: number;
}

/** What a proxy works with. */
export interface ProxyTools {
  readonly tally: Tally;
  readonly orders: Orders | undefined;
  /** An open file for attempts. */
  readonly file: number | undefined;
}

/** Stands between clients and the real service. Ending, it lets everything pass at once and closes what is idle. */
export async function proxy({ doors, behaviour, seed }: Proxy, { tally, orders, file }: ProxyTools): Promise<Working> {
  const scene: Scene = { pairs: new Set(), random: randomOf(seed), tally, attempts: new Attempts(file, tally), behaviour, fresh: 0 };
  const servers: Server[] = [];
  for (const { listen, to } of doors) {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => take(client, to, scene));
    server.listen({ ...listen, backlog: 1_024 });
    await once(server, 'listening');
    servers.push(server);
  }
  let order: Order | undefined;
  const tick = (): void => {
    order = orders?.read() ?? order;
    if (order !== undefined) obey(scene, isHarming(order) ? order.behaviour : {});
    tally.orders = orders?.count ?? 0;
  };
  return { over: new Promise(() => undefined), end: () => drain(servers, scene), tick };
}

interface Scene {
  readonly pairs: Set<Pair>;
  readonly random: () => number;
  readonly tally: Tally;
  readonly attempts: Attempts;
  behaviour: Behaviour;
  /** Connections since this behaviour began. */
  fresh: number;
}

const begun = new WeakMap<Order, number>();

function isHarming(order: Order): boolean {
  const nowMs = Date.now();
  if (nowMs >= order.untilMs) return false;
  if (order.flapMs === undefined) return true;
  const sinceMs = nowMs - (begun.get(order) ?? nowMs);
  if (!begun.has(order)) begun.set(order, nowMs);
  return Math.floor(sinceMs / order.flapMs) % 2 === 0;
}

/** Changes what becomes of everything that passes. What stands is cut once where it would not notice by itself. */
function obey(scene: Scene, behaviour: Behaviour): void {
  if (JSON.stringify(scene.behaviour) === JSON.stringify(behaviour)) return;
  const harms = Object.keys(behaviour).length > 0;
  scene.behaviour = behaviour;
  scene.fresh = 0;
  if (!harms) for (const pair of scene.pairs) letGo(pair);
  // Later is later for those that stand, too; everything else is done to whole connections.
  else if (behaviour.requestMs === undefined && behaviour.answerMs === undefined) for (const pair of scene.pairs) cut(pair);
}

function cut({ client, server, exchanges }: Pair): void {
  if (exchanges.busy) {
    exchanges.closed('proxy');
    client.resetAndDestroy();
  } else client.destroySoon();
  server.destroy();
}

function letGo({ client, server, lines, exchanges }: Pair): void {
  const stalled = lines.some((line) => line.stalled);
  for (const line of lines) line.release();
  if (!stalled) return;
  // Who waits for an answer that never comes must hear of it; who is idle sees an ordinary close.
  if (exchanges.busy || lines.some((line) => line.withheld)) {
    exchanges.closed('proxy', true);
    client.resetAndDestroy();
  } else client.destroySoon();
  server.destroy();
}

function take(client: Socket, to: { host: string; port: number }, scene: Scene): void {
  const { behaviour, tally } = scene;
  tally.connections += 1;
  scene.fresh += 1;
  const exchanges = new Exchanges(scene.attempts, tally.connections);
  client.on('error', () => undefined);
  if (scene.fresh <= (behaviour.resetFirst ?? 0)) {
    tally.refused += 1;
    exchanges.closed('proxy');
    client.resetAndDestroy();
    return;
  }
  if (behaviour.status !== undefined)
    answer(client, { status: behaviour.status, lateMs: behaviour.statusAfterMs ?? 0 }, { exchanges, tally });
  else pass(client, connect({ ...to, allowHalfOpen: true, noDelay: true }), { scene, exchanges });
}

function pass(client: Socket, server: Socket, { scene, exchanges }: { readonly scene: Scene; readonly exchanges: Exchanges }): void {
  const { random, pairs, tally, behaviour: first } = scene;
  const moved = (): void => {
    pair.lastMs = Date.now();
  };
  const delay = (key: 'requestMs' | 'answerMs') => () => {
    const { [key]: ms = 0, jitterMs = 0 } = scene.behaviour;
    if (ms > 0 || jitterMs > 0) tally.pieces += 1;
    return Math.max(0, ms + (random() * 2 - 1) * jitterMs);
  };
  const rate = first.bytesPerSecond;
  // Seen before it goes on: an answer must not overtake what was asked.
  client.on('data', (chunk: Buffer) => exchanges.asked(chunk));
  server.on('data', (chunk: Buffer) => exchanges.answered(chunk));
  const asked = new Line(client, server, { delayMs: delay('requestMs'), bytesPerSecond: rate, moved });
  const answered = new Line(server, client, {
    delayMs: delay('answerMs'),
    bytesPerSecond: rate,
    moved,
    most: first.stallAfterBytes ?? first.resetAfterBytes,
    isLast: first.stallMidway === true ? bodyBegun() : undefined,
    onMost: () => {
      tally.refused += 1;
      if (first.resetAfterBytes === undefined) return;
      exchanges.closed('proxy', true);
      client.resetAndDestroy();
      server.destroy();
    },
  });
  const pair: Pair = { client, server, lines: [asked, answered], exchanges, lastMs: Date.now() };
  pairs.add(pair);
  let ender: 'caller' | 'dependency' | undefined;
  client.on('end', () => {
    ender ??= 'caller';
    // Nothing will ever be said to it any more.
    if (answered.stalled) client.destroy();
  });
  client.on('error', () => (ender ??= 'caller'));
  server.on('end', () => (ender ??= 'dependency'));
  client.on('close', () => {
    exchanges.closed(ender ?? 'proxy', answered.stalled);
    pairs.delete(pair);
    server.destroy();
  });
  server.on('error', () => {
    ender ??= 'dependency';
    if (!client.destroyed) client.resetAndDestroy();
  });
}

/** Tells of each piece of an answer whether the body has begun with it. */
function bodyBegun(): (bytes: Buffer) => boolean {
  let head = '';
  let isOver = false;
  return (bytes) => {
    if (isOver) return true;
    head = (head + bytes.toString('latin1')).slice(-65_536);
    const at = head.indexOf('\r\n\r\n');
    isOver = at !== -1;
    return isOver && head.length > at + 4;
  };
}

/** One answer of HTTP/1.1 to whatever is asked, as a gateway would give it. */
function answer(
  client: Socket,
  { status, lateMs }: { readonly status: number; readonly lateMs: number },
  { exchanges, tally }: { readonly exchanges: Exchanges; readonly tally: Tally },
): void {
  client.on('data', (chunk: Buffer) => exchanges.asked(chunk));
  client.once('data', () => {
    tally.refused += 1;
    const body = '{"error":"made by gauntlet"}';
    const head = `HTTP/1.1 ${String(status)} Fault\r\ncontent-type: application/json\r\ncontent-length: ${String(body.length)}\r\nconnection: close\r\n\r\n`;
    setTimeout(() => {
      if (client.destroyed) return;
      exchanges.answered(Buffer.from(head + body));
      client.end(head + body);
    }, lateMs);
  });
  client.on('end', () => (lateMs === 0 ? client.end() : client.destroy()));
  client.on('close', () => exchanges.closed('caller'));
}

async function drain(servers: readonly Server[], { pairs, attempts }: Scene): Promise<void> {
  for (const server of servers) server.close();
  const stalled = new Set([...pairs].filter(({ lines }) => lines.some((line) => line.stalled)));
  for (const { lines } of pairs) for (const line of lines) line.release();
  const untilMs = Date.now() + DRAIN_MS;
  while (pairs.size > 0) {
    const nowMs = Date.now();
    for (const pair of pairs) {
      const stuck = stalled.has(pair);
      if (!stuck && nowMs - pair.lastMs < IDLE_MS && nowMs < untilMs) continue;
      // Who waits for an answer that never comes must hear of it; who is idle sees an ordinary close.
      if (stuck) pair.client.resetAndDestroy();
      else pair.client.destroySoon();
      pairs.delete(pair);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  attempts.stop();
}
