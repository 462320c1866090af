import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';

import type { Population } from '../loads/contract.ts';
import { stepKinds } from '../journeys/registry.ts';
import type { Journey, JourneyStep } from '../model/journey.ts';
import { mergedCompletion, mergedMessages } from '../model/merged-facts.ts';
import type { Completion, Messages } from '../model/messages.ts';
import { nodePorts } from '../ports/node/index.ts';
import { newTag } from './messages.ts';
import { populate } from './population.ts';

type Answer = (socket: WebSocket, message: { id: string }, others: readonly WebSocket[]) => void;

/** How a server may answer, by the path that users connect to. */
const ANSWERS: Readonly<Record<string, Answer>> = {
  right: (socket, { id }) => socket.send(JSON.stringify({ id, text: 'hello' })),
  copied: (socket, { id }, others) => {
    for (const one of [socket, ...others]) one.send(JSON.stringify({ id, text: 'hello' }));
  },
  misrouted: (_, { id }, [other]) => other?.send(JSON.stringify({ id, text: 'hello' })),
  silent: () => undefined,
  twice: (socket, { id }) => {
    for (let times = 0; times < 2; times += 1) socket.send(JSON.stringify({ id, text: 'hello' }));
  },
  stream: (socket, { id }) => {
    for (const text of ['he', 'l', 'l', 'o']) socket.send(JSON.stringify({ id, text }));
  },
  reversed: (socket, { id }) => {
    const batch = [...(batches.get(socket) ?? []), id];
    batches.set(socket, batch);
    if (batch.length === 5) for (const one of batch.reverse()) socket.send(JSON.stringify({ id: one }));
  },
  upper: (socket, { id }, [other]) => {
    socket.send(JSON.stringify({ id }));
    other?.send(`copied: ${id.toUpperCase().replaceAll('-', '')}`);
  },
  closing: (socket) => socket.close(1011, 'no'),
};
const batches = new Map<WebSocket, string[]>();

let server: Server;
let url: string;
const ports = nodePorts({ env: {}, self: [], progress: { say: () => {}, update: () => {}, warn: () => {} } });

beforeAll(async () => {
  server = createServer();
  const sockets = new WebSocketServer({ server });
  const rooms = new Map<string, WebSocket[]>();
  sockets.on('connection', (socket, request) => {
    const path = request.url ?? '/';
    rooms.set(path, [...(rooms.get(path) ?? []), socket]);
    socket.on('message', (data) => {
      const others = (rooms.get(path) ?? []).filter((one) => one !== socket && one.readyState === one.OPEN);
      ANSWERS[path.split('/')[1] ?? '']?.(socket, JSON.parse((data as Buffer).toString()) as { id: string }, others);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

let room = 0;

interface Chat {
  readonly times?: number;
  readonly shared?: boolean;
  readonly ordered?: boolean;
}

/** In how many threads the users are, and when one tells another what it saw of its users. */
type Threads = 'one' | 'three that tell each other at once' | 'three that tell each other afterwards';
let threads: Threads;

/** Three users are in a room of their own test, and each sends messages at once. */
async function chat(path: string, { times = 5, shared = false, ordered = true }: Chat = {}): Promise<Messages | undefined> {
  const connect = stepOf({ connect: `${url}/${path}/${(room += 1)}`, shared });
  const send = { ...stepOf({ send: { id: '{{nonce}}' }, times, ordered }), expect: { reply: { id: '{{nonce}}' } } };
  const journeys = [journeyOf('enter', [connect]), journeyOf('chat', [connect, send])];
  const { signal } = new AbortController();
  const context = { ports, root: '/', targets: [], env: {}, signal, redact: (text: string) => text };
  await using closing = new AsyncDisposableStack();
  const name = (user: number): string => `user-${user}`;
  const among = { tag: newTag(), sharedOffsetMs: 1_000_000, monotonicMs: () => performance.now() };
  const make = (): Population => closing.use(populate(journeys, context, { name, ...(threads === 'one' ? {} : { among }) }));
  const [first, ...others] = threads === 'one' ? [make()] : [make(), make(), make()];
  const all = [first, ...others];
  const tellAll = (): void => {
    for (const stray of all.flatMap((population) => population.takeStrays())) all[stray.owner]?.seen([stray]);
  };
  const telling = threads === 'three that tell each other at once' ? setInterval(tellAll, 5) : undefined;
  for (const [place] of journeys.entries())
    await Promise.all([0, 1, 2].map(async (user) => (all[user] ?? first).journeys[place]?.walk(user)));
  clearInterval(telling);
  tellAll();
  const facts = all.map((population) => population.facts());
  completions.push(mergedCompletion(facts.flatMap(({ completion }) => completion ?? [])));
  return mergedMessages(facts.flatMap(({ messages }) => messages ?? []));
}

/** Of each chat so far. */
const completions: (Completion | undefined)[] = [];

function journeyOf(name: string, steps: JourneyStep[]): Journey {
  return { name, steps, expect: {}, rows: [] };
}

function stepOf(written: object): JourneyStep {
  const plugin = stepKinds.find(({ type }) => type === 'websocket');
  const options = plugin?.options.parse(written) as JourneyStep['options'];
  return { type: 'websocket', title: plugin?.title(options) ?? '', options, capture: {}, expect: {}, timeoutMs: 400 };
}

const NOTHING = { lost: 0, cutOff: 0, duplicates: 0, outOfOrder: 0, streamed: 0, foreign: 0, misrouted: 0 };

describe.each<Threads>(['one', 'three that tell each other at once', 'three that tell each other afterwards'])(
  'messages of users in threads: %s',
  (those) => {
    beforeAll(() => void (threads = those));

    it('are followed to their answers, each by a nonce of its own', async () => {
      const found = await chat('right');
      expect(found).toMatchObject({ ...NOTHING, users: 3, sent: 15, answered: 15, examples: [] });
      expect(
        found?.worst.map(({ user, sent, answered }) => ({ user, sent, answered })).sort((a, b) => a.user.localeCompare(b.user)),
      ).toEqual([0, 1, 2].map((user) => ({ user: `user-${user}`, sent: 5, answered: 5 })));
      expect(found?.worst[0]?.slowestMs).toBeGreaterThan(0);
      expect(completions.at(-1)).toMatchObject({ users: 3, complete: 3, incomplete: [] });
    });

    it('that arrive at somebody else too are foreign there, and say from whom', async () => {
      const found = await chat('copied', { times: 1 });
      expect(found).toMatchObject({ ...NOTHING, sent: 3, answered: 3, foreign: 6 });
      const [example] = found?.examples ?? [];
      expect(example?.what).toBe('foreign');
      expect(example?.from).toMatch(/^user-/);
      expect(example?.to).toMatch(/^user-/);
      expect(example?.from).not.toBe(example?.to);
    });

    it('are nobody else’s unless the connection is shared, as in a room', async () => {
      expect(await chat('copied', { times: 1, shared: true })).toMatchObject({ ...NOTHING, answered: 3 });
    });

    it('are known in capitals and without hyphens', async () => {
      expect(await chat('upper', { times: 1 })).toMatchObject({ answered: 3, foreign: 3 });
    });

    it('that arrive at somebody else only are misrouted, and lost to their own user', async () => {
      expect(await chat('misrouted', { times: 1 })).toMatchObject({ ...NOTHING, sent: 3, answered: 0, lost: 3, foreign: 3, misrouted: 3 });
    });

    it('are lost without an answer in time, and cut off when the connection closes', async () => {
      expect(await chat('silent')).toMatchObject({ ...NOTHING, sent: 15, lost: 15 });
      const missed = { journey: 'chat', what: 'timeout' };
      expect(completions.at(-1)).toMatchObject({ users: 3, complete: 0, incomplete: [missed, missed, missed] });
      expect(await chat('closing')).toMatchObject({ ...NOTHING, sent: 15, cutOff: 15 });
    });

    it('answered twice are duplicates; in a stream nobody knows', async () => {
      expect(await chat('twice')).toMatchObject({ ...NOTHING, answered: 15, duplicates: 15 });
      expect((await chat('stream', { times: 1 }))?.streamed).toBe(3);
    });

    it('answered in another order are out of order, unless any order will do', async () => {
      expect(await chat('reversed')).toMatchObject({ ...NOTHING, answered: 15, outOfOrder: 12 });
      expect(await chat('reversed', { ordered: false })).toMatchObject({ ...NOTHING, answered: 15 });
    });
  },
);
