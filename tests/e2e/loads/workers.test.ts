import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';

import { inlineProject, type Ended } from '../support/project.ts';
import { seriesOf } from '../support/series.ts';

// What is counted here holds on a machine of any speed: nothing is said of how late the generator was.
const config = (url: string, profile: string, loads: string): string => `version: 1
stack: {external: {targets: {api: "${url}"}}}
targets: {api: {url: "${url}"}}
loads:
${loads}
stages:
  - performance: {load_profile: [${profile}], journeys: [hello], success_rate: 99%}
journeys:
  hello: {steps: [{get: "{{api}}/?user={{user}}", expect: {status: 200}}]}
  talk: {steps: [{connect: "${url.replace('http', 'ws')}"}, {send: "{{nonce}}", expect: {contains: ["{{nonce}}"]}, timeout: 3s}]}
`;

describe('a load in two threads', () => {
  it('asks what one would have asked: each user as often, all its parts together as much as was asked; whose messages are whose is seen across', async () => {
    await using server = await counting();
    const loads = [
      '  rush: {users: 101, per_minute: 120, duration: 2s, workers: 2}',
      `  talk: {users: ${TALKERS}, connect_within: 1s, duration: 2s, workers: 2, journeys: [talk]}`,
    ];
    await using here = await inlineProject({ 'gauntlet.yml': config(server.url, 'rush, talk', loads.join('\n')) });
    const { stdout } = await here.gauntlet(['run', '--budget', 'nightly']);
    const series = await seriesOf(here, 'performance');
    const rush = series.find(({ metric }) => metric === 'rush');
    expect(rush?.delivery, stdout).toMatchObject({
      asked: { users: 101, arrivals: 404 },
      achieved: { arrivals: 404, kept: 404, failed: 0, cut: 0 },
    });
    expect(rush?.delivery?.workers?.map(({ arrivals }) => arrivals)).toEqual([204, 200]);
    expect(rush?.completion).toMatchObject({ users: 101, complete: 101 });
    expect(Object.fromEntries(server.asked)).toEqual(
      Object.fromEntries(Array.from({ length: 101 }, (_, user) => [`gauntlet-${user + 1}`, 4])),
    );
    const talk = series.find(({ metric }) => metric === 'talk');
    // Who comes next is in the other thread.
    expect(talk?.messages).toMatchObject({ users: 6, sent: 6, answered: 0, lost: 6, foreign: 6, misrouted: 6 });
  });

  it('of which one dies shows nothing, and is no pass', async () => {
    await using server = await counting();
    const load = '  rush: {users: 20, per_minute: 600, duration: 3s, workers: 2}';
    await using here = await inlineProject({ 'gauntlet.yml': config(server.url, 'rush', load), 'dies.cjs': DIES });
    const ended = await here.gauntlet(['run', '--budget', 'nightly'], {
      env: { NODE_OPTIONS: `--require=${join(here.path, 'dies.cjs')}` },
    });
    await expectUnknown(ended);
    const series = await seriesOf(here, 'performance');
    const { asked, achieved, proof } = series.find(({ metric }) => metric === 'rush')?.delivery ?? {};
    expect(proof?.state).toBe('unproved');
    expect(asked?.arrivals).toBe(600);
    expect(achieved?.arrivals).toBeLessThan(600);
    expect(achieved?.kept).toBeLessThanOrEqual([...server.asked.values()].reduce((sum, times) => sum + times, 0));
    expect(series.filter(({ load }) => load === 'rush').map(({ metric }) => metric)).toEqual(['rush']);
  });
});

async function expectUnknown({ exitCode, stdout, report }: Ended): Promise<void> {
  expect(stdout).toContain('worker 2 of 2 was gone before its end: ended with code 7');
  expect(exitCode).toBe(2);
  const { verdict, findings } = await report();
  expect(verdict.verdict).toBe('unknown');
  expect(findings.map(({ code }) => code)).toContain('LOAD-13');
}

/** Loaded into every thread of the gate: the second of the load ends in the middle of it. */
const DIES = `
const { parentPort, workerData } = require('node:worker_threads');
if (workerData?.part?.part?.index === 1)
  parentPort.on('message', ({ type }) => {
    if (type === 'begin') setTimeout(() => process.exit(7), 1_000);
  });
`;

const TALKERS = 6;

/** Counts who asks; when all have spoken, everybody gets what the next one said. */
async function counting(): Promise<{ readonly url: string; readonly asked: ReadonlyMap<string, number> } & AsyncDisposable> {
  const asked = new Map<string, number>();
  const server = createServer((request, response) => {
    const user = new URL(request.url ?? '/', 'http://x').searchParams.get('user');
    if (user !== null) asked.set(user, (asked.get(user) ?? 0) + 1);
    response.end('ok');
  });
  const sockets = new WebSocketServer({ server });
  const said: { readonly by: WebSocket; readonly text: string }[] = [];
  sockets.on('connection', (by) =>
    by.on('message', (data) => {
      said.push({ by, text: (data as Buffer).toString() });
      if (said.length === TALKERS) for (const [place, { text }] of said.entries()) said.at(place - 1)?.by.send(text);
    }),
  );
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise((done) => void server.close(done));
    },
  };
}
