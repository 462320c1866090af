import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterAll, describe, expect, test } from 'vitest';

import type { PlannedTarget } from '../../model/plan.ts';
import { nodePorts } from '../../ports/node/index.ts';
import type { StackContext } from '../contract.ts';
import { external, ExternalOptions } from './index.ts';

let ready = false;
const server = createServer((request, response) => {
  response.statusCode = request.url === '/healthz' && !ready ? 503 : 200;
  response.end();
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const port = String((server.address() as AddressInfo).port);
afterAll(() => server.close());

const ports = nodePorts({ env: {}, progress: { say: () => undefined, update: () => undefined, warn: () => undefined } });
const planned = (name: string, more: Partial<PlannedTarget> = {}): PlannedTarget => ({
  name,
  environment: 'default',
  scheme: 'http',
  path: '/',
  ...more,
});
const context = (more: Partial<StackContext> = {}): StackContext => ({
  ports,
  root: '/',
  runDir: '/',
  runId: 'r',
  instance: 'head',
  readyMs: 0,
  targets: [],
  signal: new AbortController().signal,
  redact: (text) => text,
  book: () => Promise.resolve(),
  ...more,
});

describe('external', () => {
  test('targets of the options and of the plan, in one manifest', async () => {
    const targets = [
      planned('web', { health: '/' }),
      planned('api', { url: `http://127.0.0.1:${port}/api/` }),
      planned('elsewhere', { service: 'db' }),
    ];
    const options = { targets: { web: `http://127.0.0.1:${port}`, socket: `ws://127.0.0.1:${port}/ws`, db: `tcp://127.0.0.1:${port}` } };
    const { manifest, readiness } = await external.up(ExternalOptions.parse(options), context({ targets }));
    expect(readiness.state).toBe('ready');
    expect(manifest.targets.map(({ name, url }) => [name, url])).toEqual([
      ['web', `http://127.0.0.1:${port}`],
      ['api', `http://127.0.0.1:${port}/api`],
      ['elsewhere', `tcp://127.0.0.1:${port}`],
      ['socket', `ws://127.0.0.1:${port}/ws`],
      ['db', `tcp://127.0.0.1:${port}`],
    ]);
    expect((await external.look(manifest, context({ targets }))).readiness.state).toBe('ready');
    expect(await external.down(manifest.handle, context())).toEqual([]);
    expect((await fetch(`http://127.0.0.1:${port}`)).status).toBe(200);
  });

  test('waits for a health path, and blames only who does not answer', async () => {
    const targets = [planned('web', { health: '/healthz' })];
    const options = { targets: { web: `http://127.0.0.1:${port}`, gone: `http://127.0.0.1:${String(await ports.tcp.freePort())}` } };
    const bad = await external.up(options, context({ targets }));
    expect(bad.readiness).toMatchObject({
      state: 'not-ready',
      causes: [
        { service: 'web', reason: 'unreachable', message: expect.stringContaining('answered 503') },
        { service: 'gone', message: expect.stringContaining('nothing answers') },
      ],
    });
    setTimeout(() => (ready = true), 300);
    const good = await external.up({ targets: { web: options.targets.web } }, context({ targets, readyMs: 5_000 }));
    expect(good.readiness.state).toBe('ready');
    expect(good.readiness.afterMs).toBeGreaterThan(200);
  });

  test('nothing to ask is never ready', async () => {
    expect((await external.up({}, context())).readiness.state).toBe('not-ready');
    expect(await external.preflight({}, context())).toMatchObject([{ level: 'error', what: 'no-target' }]);
    expect(ExternalOptions.safeParse({ targets: { a: '/relative' } }).success).toBe(false);
    expect(ExternalOptions.safeParse({ targets: { a: 'file:///etc' } }).success).toBe(false);
  });
});
