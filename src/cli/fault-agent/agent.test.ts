import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { AgentState, type AgentSpec, type Behaviour, type Order } from '../../faults/kit/agent-spec.ts';
import { attemptsIn } from '../../faults/kit/attempts.ts';
import { runAgent } from './agent.ts';

test('what is asked and what is answered are each held back', async () => {
  const { port } = await proxied({ requestMs: 80, answerMs: 80 });
  const answer = await ask(port);
  expect(answer.text).toBe('answer to ping');
  expect(answer.ms).toBeGreaterThanOrEqual(155);
});

test('the first connections are reset, those after them are good', async () => {
  const { port } = await proxied({ resetFirst: 2 });
  expect((await ask(port)).text).toContain('ECONNRESET');
  expect((await ask(port)).text).toContain('ECONNRESET');
  expect((await ask(port)).text).toBe('answer to ping');
});

test('an answer stalls before or after its first byte, and the connection stays', async () => {
  const before = await proxied({ stallAfterBytes: 0 });
  expect((await ask(before.port)).text).toBe('late');
  const after = await proxied({ stallAfterBytes: 1 });
  expect((await ask(after.port)).text).toBe('a late');
});

test('a stream that has begun stalls behind its first piece, and small answers pass', async () => {
  const { port, tell } = await ordered((text) => `HTTP/1.1 200 OK\r\ncontent-length: ${text.includes('long') ? '4' : '2'}\r\n\r\nok`);
  await tell({ behaviour: { stallMidway: true }, untilMs: Date.now() + 60_000 });
  const socket = connect({ host: '127.0.0.1', port }, () => socket.write('GET /long HTTP/1.1\r\n\r\n'));
  onTestFinished(() => void socket.destroy());
  const said: string[] = [];
  socket.on('data', (chunk: Buffer) => void said.push(chunk.toString()));
  await expect.poll(() => said.join('')).toContain('ok');
  socket.write('more');
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(said.join('').endsWith('\r\n\r\nok')).toBe(true);
});

test('an answer is reset after its first byte', async () => {
  const { port } = await proxied({ resetAfterBytes: 1 });
  expect((await ask(port)).text).toMatch(/^a? ?.*ECONNRESET/);
});

test('a status stands in place of the service', async () => {
  const { port } = await proxied({ status: 503 });
  expect((await ask(port)).text).toMatch(/^HTTP\/1\.1 503 /);
});

test('a narrow line takes its time, whatever the size of the pieces', async () => {
  const { port } = await proxied({ bytesPerSecond: 20_000 });
  const answer = await ask(port, 'x'.repeat(5_000));
  expect(answer.text.startsWith('answer to x')).toBe(true);
  // Five thousand bytes at twenty thousand a second; the way back begins while the rest is still on its way.
  expect(answer.ms).toBeGreaterThanOrEqual(240);
});

test('it ends when it is told to, when it was told to before it began, and when its time is over', async () => {
  const { end, over, state } = await proxied({});
  expect(state().phase).toBe('working');
  end();
  expect(await over).toBe(0);
  expect(state().phase).toBe('ended');

  const early = await specOf({}, { endsAtMs: Date.now() + 60_000 });
  writeFileSync(early.stopFile, 'begun\nstop\n');
  expect(await runAgent(early, new AbortController().signal)).toBe(0);

  const short = await specOf({}, { endsAtMs: Date.now() + 200 });
  expect(await runAgent(short, new AbortController().signal)).toBe(0);
});

test('idle connections are closed as anybody would, and those that wait hear of it', async () => {
  const { port, end, over } = await proxied({ stallAfterBytes: 0 });
  const waiting = ask(port, 'ping', 5_000);
  await new Promise((resolve) => setTimeout(resolve, 200));
  end();
  expect((await waiting).text).toContain('ECONNRESET');
  expect(await over).toBe(0);
});

test('everything passes until it is told otherwise, and again when that is over; every attempt is written down', async () => {
  const { port, tell, attempts } = await ordered();
  expect((await ask(port)).text).toBe('answer to ping');
  await tell({ behaviour: { resetAfterBytes: 0 }, untilMs: Date.now() + 60_000 });
  expect((await ask(port)).text).toContain('ECONNRESET');
  await tell({ behaviour: { resetFirst: 1 }, untilMs: Date.now() + 60_000 });
  expect((await ask(port)).text).toContain('ECONNRESET');
  expect((await ask(port)).text).toBe('answer to ping');
  await tell({ behaviour: {}, untilMs: 0 });
  expect((await ask(port)).text).toBe('answer to ping');
  await expect.poll(() => attempts().map(({ end }) => end)).toEqual(['answered', 'broken', 'broken', 'answered', 'answered']);
});

test('an order ends by itself, and one that flaps comes and goes', async () => {
  const { port, tell } = await ordered();
  await tell({ behaviour: { resetFirst: 1_000 }, untilMs: Date.now() + 300 });
  expect((await ask(port)).text).toContain('ECONNRESET');
  await expect.poll(async () => (await ask(port)).text).toBe('answer to ping');
  await tell({ behaviour: { resetFirst: 1_000 }, untilMs: Date.now() + 60_000, flapMs: 300 });
  await expect.poll(async () => (await ask(port)).text, { timeout: 5_000, interval: 40 }).toContain('ECONNRESET');
  await expect.poll(async () => (await ask(port)).text, { timeout: 5_000, interval: 40 }).toBe('answer to ping');
});

test('connections that stood before are harmed as well: idle ones see an ordinary close, and what stalls ends with the order', async () => {
  const { port, tell, attempts } = await ordered();
  const idle = connect({ host: '127.0.0.1', port }, () => idle.write('ping'));
  const closed = new Promise<string>((resolve) => {
    idle.on('end', () => resolve('end')).on('error', (error) => resolve(error.message));
  });
  await new Promise((resolve) => idle.once('data', resolve));
  await tell({ behaviour: { stallAfterBytes: 0 }, untilMs: Date.now() + 60_000 });
  expect(await closed).toBe('end');
  const waiting = ask(port, 'ping', 5_000);
  await expect.poll(() => attempts().length).toBe(2);
  await tell({ behaviour: {}, untilMs: 0 });
  expect((await waiting).text).toContain('ECONNRESET');
  expect((await ask(port)).text).toBe('answer to ping');
});

test('requests of HTTP are told apart: their answers, paths without secrets, equal ones, and who left before the end', async () => {
  const reply = (text: string): string => {
    if (text.startsWith('POST /fails')) return 'HTTP/1.1 500 No\r\ncontent-length: 2\r\n\r\nno';
    if (text.startsWith('GET /stream')) return 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n';
    return 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
  };
  const { port, attempts } = await ordered(reply);
  const socket = connect({ host: '127.0.0.1', port });
  const say = async (text: string): Promise<void> => {
    socket.write(text);
    await new Promise((resolve) => socket.once('data', resolve));
  };
  await say('GET /v1/items?token=secret HTTP/1.1\r\nhost: a\r\ndate: 1\r\n\r\n');
  await say('GET /v1/items?token=secret HTTP/1.1\r\nhost: a\r\ndate: 2\r\n\r\n');
  await say('POST /fails HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n{}');
  await say('GET /stream HTTP/1.1\r\nhost: a\r\n\r\n');
  socket.destroy();
  await expect
    .poll(() => attempts().map(({ what, end }) => [what, end]))
    .toEqual([
      ['GET /v1/items', 'answered'],
      ['GET /v1/items', 'answered'],
      ['POST /fails', 'failed'],
      ['GET /stream', 'left'],
    ]);
  const [one, same, other] = attempts();
  expect(same?.digest).toBe(one?.digest);
  expect(other?.digest).not.toBe(one?.digest);
});

test('every connection that a server gives is held, until it refuses', async () => {
  const server = await listen((socket) => {
    server.getConnections((_, count) => {
      if (count > 10) socket.end('too many');
    });
  });
  const spec: AgentSpec = {
    ...(await specOf({}, { endsAtMs: Date.now() + 20_000 })),
    work: { type: 'hold', to: [{ host: '127.0.0.1', port: portOf(server) }], hello: '', most: 100 },
  };
  const stop = new AbortController();
  const over = runAgent(spec, stop.signal);
  const state = (): AgentState => AgentState.parse(JSON.parse(readFileSync(spec.stateFile, 'utf8')));
  await expect.poll(() => state().refused, { timeout: 5_000 }).toBeGreaterThan(0);
  await expect.poll(() => state().connections, { timeout: 5_000 }).toBeGreaterThanOrEqual(9);
  expect(state().said).toBe('too many');
  stop.abort();
  expect(await over).toBe(0);
});

interface Proxied {
  readonly port: number;
  readonly over: Promise<number>;
  readonly end: () => void;
  readonly state: () => AgentState;
}

async function proxied(behaviour: Behaviour): Promise<Proxied> {
  const spec = await specOf(behaviour, { endsAtMs: Date.now() + 20_000 });
  const stop = new AbortController();
  const over = runAgent(spec, stop.signal);
  onTestFinished(async () => {
    stop.abort();
    await over;
  });
  const state = (): AgentState => AgentState.parse(JSON.parse(readFileSync(spec.stateFile, 'utf8')));
  await expect.poll(() => readFileSync(spec.stateFile, 'utf8')).toContain('working');
  const port = spec.work.type === 'proxy' ? (spec.work.doors[0]?.listen.port ?? 0) : 0;
  return { port, over, state, end: () => appendFileSync(spec.stopFile, 'stop\n') };
}

/** One that stands before it harms, and hears orders. */
async function ordered(reply?: (text: string) => string) {
  const spec = await specOf({}, { endsAtMs: Date.now() + 20_000, reply });
  if (spec.work.type !== 'proxy') throw new Error('no proxy');
  const [orders, file] = [`${spec.stateFile}.orders`, `${spec.stateFile}.attempts`];
  const stop = new AbortController();
  const over = runAgent({ ...spec, work: { ...spec.work, orders, attempts: file } }, stop.signal);
  onTestFinished(async () => {
    stop.abort();
    await over;
  });
  await expect.poll(() => readFileSync(spec.stateFile, 'utf8')).toContain('working');
  let told = 0;
  return {
    port: spec.work.doors[0]?.listen.port ?? 0,
    attempts: () => attemptsIn(readFileSync(file, 'utf8')),
    tell: async (order: Order): Promise<void> => {
      appendFileSync(orders, `${JSON.stringify(order)}\n`);
      told += 1;
      await expect.poll(() => AgentState.parse(JSON.parse(readFileSync(spec.stateFile, 'utf8'))).orders, { timeout: 5_000 }).toBe(told);
    },
  };
}

interface Serving {
  readonly endsAtMs: number;
  readonly reply?: ((text: string) => string) | undefined;
}

/** Before a server that answers whatever it is asked. */
async function specOf(behaviour: Behaviour, { endsAtMs, reply = (text) => `answer to ${text}` }: Serving): Promise<AgentSpec> {
  const server = await listen((socket) => socket.on('data', (chunk) => socket.write(reply(chunk.toString()))));
  const free = await listen(() => undefined);
  const port = portOf(free);
  await new Promise((resolve) => free.close(resolve));
  const folder = mkdtempSync(join(tmpdir(), 'fault-agent-'));
  return {
    id: 'test',
    endsAtMs,
    stateFile: join(folder, 'state'),
    stopFile: join(folder, 'stop'),
    work: {
      type: 'proxy',
      doors: [{ listen: { host: '127.0.0.1', port }, to: { host: '127.0.0.1', port: portOf(server) } }],
      behaviour,
      seed: 1,
    },
  };
}

async function listen(onConnection: (socket: Socket) => void): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return server;
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** What came until as much as was asked came back, the connection broke, or half a second passed. */
async function ask(port: number, text = 'ping', timeoutMs = 500): Promise<{ readonly text: string; readonly ms: number }> {
  const began = performance.now();
  const { promise, resolve } = Promise.withResolvers<string>();
  let said = '';
  const socket = connect({ host: '127.0.0.1', port }, () => socket.write(text));
  socket.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (said.length >= 'answer to '.length + text.length) resolve(said);
  });
  socket.on('error', (error: NodeJS.ErrnoException) => resolve(`${said} ${error.code ?? ''}`.trim()));
  socket.on('close', () => resolve(`${said} closed`.trim()));
  const timer = setTimeout(() => resolve(`${said} late`.trim()), text === 'ping' ? timeoutMs : 10_000);
  const result = await promise;
  clearTimeout(timer);
  socket.destroy();
  return { text: result, ms: performance.now() - began };
}
