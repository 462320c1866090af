import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';

import { stepKinds } from '../journeys/registry.ts';
import type { Expectation, Journey, JourneyStep } from '../model/journey.ts';
import type { ResolvedTarget } from '../model/manifest.ts';
import { nodePorts } from '../ports/node/index.ts';
import { runJourney } from './journey.ts';

let server: Server;
let targets: ResolvedTarget[];
const ports = nodePorts({ env: {}, self: [], progress: { say: () => {}, update: () => {}, warn: () => {} } });

beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === '/slow') return void setTimeout(() => response.end('late'), 2_000);
    response
      .writeHead(request.url === '/broken' ? 500 : 200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ id: 's1', path: request.url }));
  });
  const sockets = new WebSocketServer({ server, path: '/ws' });
  sockets.on('connection', (socket) =>
    socket.on('message', (data) => {
      const message = JSON.parse((data as Buffer).toString()) as { id: string; mute?: boolean };
      socket.send(JSON.stringify({ type: 'token', text: 'he' }));
      if (message.mute !== true) socket.send(JSON.stringify({ id: message.id, reply: 'hello' }));
    }),
  );
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  targets = [
    { name: 'api', url: `http://127.0.0.1:${port}`, host: '127.0.0.1', port },
    { name: 'ws', url: `ws://127.0.0.1:${port}/ws`, host: '127.0.0.1', port },
  ];
});

afterAll(() => void server.close());

function step(
  type: string,
  written: object,
  more: { expect?: Expectation; capture?: Record<string, string>; timeoutMs?: number } = {},
): JourneyStep {
  const plugin = stepKinds.find((kind) => kind.type === type);
  const options = plugin?.options.parse(written);
  return {
    type,
    title: plugin?.title(options) ?? '',
    options: options as JourneyStep['options'],
    capture: more.capture ?? {},
    expect: more.expect ?? {},
    timeoutMs: more.timeoutMs ?? 1_000,
  };
}

function walk(steps: JourneyStep[], expectation: Expectation = {}) {
  const journey: Journey = { name: 'j', steps, expect: expectation, rows: [] };
  return runJourney(journey, {
    ports,
    root: '/',
    targets,
    env: { KEY: 'k' },
    user: 'u1',
    signal: new AbortController().signal,
    redact: (text) => text,
  });
}

describe('runJourney', () => {
  it('carries captures from one step to the next and sums tokens by a named tokenizer', async () => {
    const first = step(
      'http',
      { get: '{{api}}/sessions' },
      { capture: { id: 'id' }, expect: { tokens: { op: '<=', value: 50, unit: 'count' } } },
    );
    const second = step(
      'http',
      { post: '{{api}}/sessions/{{id}}', json: { user: '{{user}}' } },
      { expect: { reply: { path: '/sessions/s1' } } },
    );
    const run = await walk([first, second]);
    expect(run.outcome).toBe('passed');
    expect(run.steps.map(({ title, status }) => [title, status])).toEqual([
      ['GET {{api}}/sessions', 200],
      ['POST {{api}}/sessions/{{id}}', 200],
    ]);
    expect(run.totals).toMatchObject({ tokenizer: 'o200k_base', tokens: run.steps[0]?.tokens });
  });

  it('stops at the first missed step and gives the command that repeats it', async () => {
    const run = await walk([step('http', { get: '{{api}}/broken' }), step('http', { get: '{{api}}/never' })]);
    expect(run.outcome).toBe('failed');
    expect(run.steps).toEqual([
      expect.objectContaining({
        misses: [{ what: 'status', measured: '500', expected: 'a successful status' }],
        excerpt: '{"id":"s1","path":"/broken"}',
        curl: expect.stringContaining('/broken'),
      }),
    ]);
  });

  it('goes on after a missed budget, so that what comes later is seen too', async () => {
    const large = step('http', { get: '{{api}}/a' }, { expect: { tokens: { op: '<=', value: 1, unit: 'count' } } });
    const run = await walk([large, step('http', { get: '{{api}}/broken' }), step('http', { get: '{{api}}/never' })], {
      tokens: { op: '<=', value: 2, unit: 'count' },
    });
    expect(run.outcome).toBe('failed');
    expect(run.steps.map(({ misses }) => misses.map(({ what }) => what))).toEqual([['tokens'], ['status']]);
  });

  it('passes over stream messages until the answer comes', async () => {
    const run = await walk([
      step('websocket', { connect: '{{ws}}?user={{user}}' }),
      step('websocket', { send: { id: '{{nonce}}' } }, { expect: { reply: { reply: 'hello' } } }),
    ]);
    expect(run.outcome).toBe('passed');
  });

  it('ends in a time-out when the answer never comes', async () => {
    const send = step('websocket', { send: { id: 'n', mute: true } }, { expect: { reply: { id: 'n' } }, timeoutMs: 150 });
    const run = await walk([step('websocket', { connect: '{{ws}}' }), send]);
    expect(run.outcome).toBe('failed');
    expect(run.steps.at(-1)?.misses).toEqual([
      { what: 'timeout', measured: expect.stringContaining('last message {"type":"token"'), expected: 'a reply with {"id":"n"}' },
    ]);
  });

  it('bounds a hanging request', async () => {
    const run = await walk([step('http', { get: '{{api}}/slow' }, { timeoutMs: 150 })]);
    expect(run.steps[0]?.misses[0]?.what).toBe('timeout');
  });

  it('tells an unreachable system apart from a wrong answer', async () => {
    const run = await walk([step('http', { get: 'http://127.0.0.1:1/' })]);
    expect(run.outcome).toBe('unreachable');
  });

  it('misses a budget of the whole journey even when every step was kept', async () => {
    const run = await walk([step('http', { get: '{{api}}/a' }), step('http', { get: '{{api}}/b' })], {
      tokens: { op: '<=', value: 3, unit: 'count' },
    });
    expect(run.outcome).toBe('failed');
    expect(run.steps.at(-1)).toMatchObject({ type: 'total', misses: [{ what: 'tokens', expected: '<= 3' }] });
  });

  it('runs commands of the user, their exit code being the status', async () => {
    const run = await walk([step('command', { run: 'echo {{user}}; exit 3' }, { expect: { status: [3], contains: ['u1'] } })]);
    expect(run.outcome).toBe('passed');
  });
});
