import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { AgentState, type AgentSpec, type Behaviour } from '../../faults/kit/agent-spec.ts';
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

/** Before a server that answers whatever it is asked. */
async function specOf(behaviour: Behaviour, { endsAtMs }: { endsAtMs: number }): Promise<AgentSpec> {
  const server = await listen((socket) => socket.on('data', (chunk) => socket.write(`answer to ${chunk.toString()}`)));
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
