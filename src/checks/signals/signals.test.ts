import { expect, test } from 'vitest';

import { nodePorts } from '../../ports/node/index.ts';
import { auditLive, httpServer, stackOf } from '../../../tests/support/live.ts';

interface Post {
  readonly labels: Record<string, string>;
}

const quiet = nodePorts({ env: {}, progress: { say: () => undefined, update: () => undefined, warn: () => undefined } });

/** A stand-in for Alertmanager that sends what it gets to a webhook, or does not; the real one is met in tests/e2e/checks. */
async function alertmanager(
  send: (post: Post) => { readonly to: number; readonly body: unknown } | undefined,
  groups?: number,
): Promise<number> {
  let tried = 0;
  return httpServer(({ method, url, body }) => {
    if (url === '/api/v2/status') return { body: { versionInfo: { version: '0.28.1' }, cluster: { status: 'ready' } } };
    if (url === '/metrics')
      return {
        body: `alertmanager_notifications_total{integration="webhook"} ${tried}\nalertmanager_notifications_failed_total{integration="webhook"} ${groups === undefined ? tried : 0}\nalertmanager_dispatcher_aggregation_groups ${groups ?? tried}\n`,
      };
    if (method === 'POST') {
      const [post] = body as [Post];
      const sent = send(post);
      tried += 1;
      if (sent) void fetch(`http://127.0.0.1:${sent.to}/`, { method: 'POST', body: JSON.stringify(sent.body) }).catch(() => undefined);
      return { body: '""' };
    }
    return { status: 404 };
  });
}

const stack = (port: number, options?: Record<string, { listen: number; within_seconds: number; labels?: Record<string, string> }>) =>
  stackOf([{ name: 'alertmanager', image: 'prom/alertmanager:v0.28.1', ports: { 9093: port } }], options ? { options } : {});

test('OBS-08: an alert that arrives at the receiver is silent, with its time', async () => {
  const listen = await quiet.tcp.freePort();
  const port = await alertmanager(({ labels }) => ({ to: listen, body: { receiver: 'team', status: 'firing', alerts: [{ labels }] } }));
  const { found, open, results } = await auditLive('OBS-08', stack(port, { 'OBS-08': { listen, within_seconds: 10 } }));
  expect({ found, open }).toEqual({ found: [], open: [] });
  expect(results[0]?.summary).toMatch(/severity=critical, alertname=GauntletSynthetic.*through the receiver team after/);
});

test.each([
  ['nothing is sent', () => undefined],
  [
    'an alert of somebody else arrives',
    (listen: number) => ({ to: listen, body: { receiver: 'team', status: 'firing', alerts: [{ labels: { alertname: 'Other' } }] } }),
  ],
  ['something that is no notification arrives', (listen: number) => ({ to: listen, body: 'hello' })],
])('OBS-08: %s', async (_, answer) => {
  const listen = await quiet.tcp.freePort();
  const port = await alertmanager(() => answer(listen));
  const { found, results } = await auditLive('OBS-08', stack(port, { 'OBS-08': { listen, within_seconds: 1 } }));
  expect(found).toEqual(['P1 alertmanager']);
  expect(results[0]?.measured).toContain('did not arrive within 1 s: 1 of its 1 notifications failed');
});

test('OBS-08: an alert that joins a group which was notified before waits by its configuration, which decides nothing', async () => {
  const listen = await quiet.tcp.freePort();
  const port = await alertmanager(() => undefined, 1);
  const { found, open } = await auditLive('OBS-08', stack(port, { 'OBS-08': { listen, within_seconds: 1 } }));
  expect({ found, open }).toEqual({ found: [], open: ['alertmanager'] });
});

test('OBS-08: nobody’s pager is rung unasked, and a port that is taken is no alert that did not arrive', async () => {
  const port = await alertmanager(() => undefined);
  expect(await auditLive('OBS-08', stack(port))).toMatchObject({ state: 'not-applicable' });
  const taken = await quiet.inbox.open(0, () => undefined);
  const busy = await auditLive('OBS-08', stack(port, { 'OBS-08': { listen: taken.port, within_seconds: 1 } }));
  await taken[Symbol.asyncDispose]();
  expect(busy).toMatchObject({ state: 'gap' });
});

async function api(text: string, metrics: readonly string[]) {
  const port = await httpServer(() => ({ body: text }));
  return stackOf([{ name: 'api', image: 'shop/api:1', ports: { 8080: port } }], {
    options: { 'OBS-21': { metrics: { api: [...metrics] } } },
  });
}

const EXPORTED =
  '# TYPE limiter_clients gauge\nlimiter_clients 4\n# TYPE shutdown_duration_seconds histogram\nconnections_opened_total 12\n';

test('OBS-21: a metric that operations ask for and nobody exports is found', async () => {
  const { found, results } = await auditLive('OBS-21', await api(EXPORTED, ['limiter_clients', 'limiter_memory_bytes']));
  expect(found).toEqual(['P3 api: limiter_memory_bytes']);
  expect(results[1]?.measured).toMatch(/^not in api:\d+\/metrics$/);
});

test('OBS-21: metrics that are there are silent, also those that nothing was counted for yet', async () => {
  const asked = ['limiter_clients', 'shutdown_duration_seconds', 'connections_opened'];
  expect(await auditLive('OBS-21', await api(EXPORTED, asked))).toMatchObject({ found: [], open: [] });
});

test('OBS-21: who exports nothing, is not there, or has no log that can be read is not asked, which stays open', async () => {
  expect(await auditLive('OBS-21', await api('<html>not found</html>', ['limiter_clients']))).toMatchObject({ found: [], open: ['api'] });
  const options = { 'OBS-21': { metrics: { gone: ['a'] }, logs: { api: ['connection opened*'] } } };
  const port = await httpServer(() => ({ body: EXPORTED }));
  const context = stackOf([{ name: 'api', image: 'shop/api:1', ports: { 8080: port } }], { options });
  expect(await auditLive('OBS-21', context)).toMatchObject({ found: [], open: ['gone', 'api'] });
  expect(await auditLive('OBS-21', stackOf([]))).toMatchObject({ state: 'not-applicable' });
});
