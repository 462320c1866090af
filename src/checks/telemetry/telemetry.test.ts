import { expect, test } from 'vitest';

import type { CheckContext } from '../contract.ts';
import { auditLive, httpServer, stackOf } from '../../../tests/support/live.ts';

// Hand-made after the published APIs: no real server of these kinds is to be had here, which docs and findings say.

/** Nobody waits for what a stand-in will never have. */
function impatient(context: CheckContext): CheckContext {
  const { ports } = context;
  return { ...context, ports: { ...ports, clock: { ...ports.clock, sleep: async () => undefined } } };
}

const own = { name: 'api', image: 'shop/api:1', ports: {} };
const worker = { name: 'worker', image: 'shop/worker:1', ports: {} };

/** https://grafana.com/docs/loki/latest/reference/loki-http-api/ */
function loki(containers: readonly string[]): Promise<number> {
  return httpServer(({ url }) => {
    if (url.endsWith('/buildinfo')) return { body: { version: '3.5.0', revision: 'abc' } };
    if (url.endsWith('/labels')) return { body: { status: 'success', data: ['container_name', 'filename'] } };
    return { body: { status: 'success', data: containers } };
  });
}

const withLoki = async (containers: readonly string[]) =>
  impatient(stackOf([own, worker, { name: 'loki', image: 'grafana/loki:3.5.0', ports: { 3100: await loki(containers) } }]));

test('OBS-18: a service whose logs Loki does not have is found', async () => {
  const { found, results } = await auditLive('OBS-18', await withLoki(['shop-api-1', 'shop-loki-1']));
  expect(found).toEqual(['P1 loki']);
  expect(results[0]?.summary).toMatch(/no logs of worker.*unverified/);
});

test('OBS-18: logs of every service are silent', async () => {
  expect(await auditLive('OBS-18', await withLoki(['shop-api-1', 'shop-worker-1']))).toMatchObject({ found: [], open: [] });
});

/** https://www.jaegertracing.io/docs/latest/architecture/apis/ */
async function withJaeger(services: readonly string[], options?: Record<string, { services: string[] }>) {
  const port = await httpServer(() => ({ body: { data: services, total: services.length } }));
  const jaeger = { name: 'jaeger', image: 'jaegertracing/all-in-one:1.60', ports: { 16686: port } };
  return impatient(stackOf([own, worker, jaeger], options ? { options } : {}));
}

test('OBS-17: a service without traces is found, where somebody says which have some', async () => {
  const said = { 'OBS-17': { services: ['api', 'worker'] } };
  expect((await auditLive('OBS-17', await withJaeger(['api'], said))).found).toEqual(['P2 jaeger']);
  expect(await auditLive('OBS-17', await withJaeger(['api', 'worker'], said))).toMatchObject({ found: [], open: [] });
  expect(await auditLive('OBS-17', await withJaeger(['api']))).toMatchObject({ state: 'not-applicable' });
});

async function withGrafana(status: string) {
  const port = await httpServer(({ url }) => {
    if (url === '/api/health') return { body: { database: 'ok', version: '12.1.0' } };
    if (url === '/api/datasources') return { body: [{ uid: 'p1', name: 'Prometheus', type: 'prometheus' }] };
    return status === 'OK'
      ? { body: { status, message: 'Successfully queried' } }
      : { status: 400, body: { status, message: 'dial tcp: lookup prom' } };
  });
  return stackOf([{ name: 'grafana', image: 'grafana/grafana:12.1.0', ports: { 3000: port } }]);
}

test('OBS-16: a data source that does not answer is found', async () => {
  expect((await auditLive('OBS-16', await withGrafana('ERROR'))).found).toEqual(['P2 grafana: Prometheus']);
  expect(await auditLive('OBS-16', await withGrafana('OK'))).toMatchObject({ found: [], open: [] });
});
