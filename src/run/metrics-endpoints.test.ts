import { expect, test } from 'vitest';

import type { ResolvedTarget } from '../model/manifest.ts';
import type { HttpResult, Ports } from '../ports/index.ts';
import { nodeClock } from '../ports/node/clock.ts';
import { MetricsEndpoints } from './metrics-endpoints.ts';

const target = (name: string, url: string, service?: string): ResolvedTarget => ({
  name,
  url,
  host: '127.0.0.1',
  port: 80,
  ...(service === undefined ? {} : { service }),
});

/** Answers by URL; everything else refuses. */
function portsOf(answers: Readonly<Record<string, string>>): Pick<Ports, 'http' | 'clock'> & { readonly asked: string[] } {
  const asked: string[] = [];
  const request = ({ url }: { url: string }): Promise<HttpResult> => {
    asked.push(url);
    const text = answers[url];
    if (text === undefined) return Promise.resolve({ state: 'failed', reason: 'refused', message: 'refused', durationMs: 0 });
    const body = Buffer.from(text);
    return Promise.resolve({ state: 'answered', status: 200, headers: {}, body, totalBytes: body.length, firstByteMs: 0, durationMs: 0 });
  };
  return { http: { request }, clock: nodeClock, asked };
}

async function read(
  answers: Readonly<Record<string, string>>,
  {
    targets = [target('api', 'http://h/v1', 'web')],
    paths = {},
    asked = [] as string[],
  }: { targets?: ResolvedTarget[]; paths?: Record<string, string>; asked?: string[] } = {},
) {
  const ports = portsOf(answers);
  const options = { ports, targets, paths: new Map(Object.entries(paths)), asked, signal: new AbortController().signal };
  const endpoints = await MetricsEndpoints.find(options);
  await endpoints.take();
  const values = Object.fromEntries(
    [...endpoints.recordings].map(([metric, recording]) => [
      metric,
      [recording.unit, ...recording.within(0, Number.MAX_VALUE).map(([, value]) => value)],
    ]),
  );
  return { endpoints, values, asked: ports.asked };
}

test('gauges that help to understand a load, in the units of their names, and others where somebody asks', async () => {
  const text = `# TYPE nodejs_eventloop_lag_p99_seconds gauge
nodejs_eventloop_lag_p99_seconds 0.0125
# TYPE go_goroutines gauge
go_goroutines 12
# TYPE pool_connections gauge
pool_connections{state="used"} 3
pool_connections{state="idle"} 4
# TYPE pool_connections_opened counter
pool_connections_opened 99
process_heap_bytes 5000
heap_allocations_total 7
weather 21
thread_load NaN
`;
  expect((await read({ 'http://h/metrics': text })).values).toEqual({
    'service.web.metrics.nodejs_eventloop_lag_p99_seconds': ['milliseconds', 12.5],
    'service.web.metrics.go_goroutines': ['count', 12],
    'service.web.metrics.pool_connections': ['count', 7],
    'service.web.metrics.process_heap_bytes': ['bytes', 5_000],
  });
  const asked = [
    'service.web.metrics.weather',
    'service.web.metrics.pool_connections{ state="used" }',
    'service.web.metrics.heap_allocations_total',
  ];
  const { values } = await read({ 'http://h/metrics': text }, { asked });
  expect(Object.keys(values)).toContain('service.web.metrics.weather');
  expect(values['service.web.metrics.pool_connections{state="used"}']).toEqual(['count', 3]);
  expect(Object.keys(values)).not.toContain('service.web.metrics.heap_allocations_total');
});

test('each address is asked once; sockets speak HTTP there as well; what is no endpoint is left alone', async () => {
  const targets = [
    target('api', 'http://h', 'web'),
    target('chat', 'ws://h/ws', 'web'),
    target('db', 'tcp://h:5432', 'db'),
    target('far', 'http://i'),
  ];
  const { endpoints, asked } = await read({ 'http://h/metrics': 'go_goroutines 1\n', 'http://i/metrics': '<html>' }, { targets });
  expect([endpoints.services, [...endpoints.broken]]).toEqual([['web'], []]);
  expect(asked.toSorted()).toEqual(['http://h/metrics', 'http://h/metrics', 'http://i/metrics']);
});

test('a path that somebody wrote down and that does not answer is told', async () => {
  const { endpoints } = await read({ 'http://h/stats': 'hello' }, { paths: { api: '/stats' } });
  expect([...endpoints.broken]).toEqual([['web', 'GET http://h/stats did not answer in the text format of Prometheus']]);
});

test('curves that nobody asked for are bounded', async () => {
  const text = Array.from({ length: 500 }, (_, index) => `pool_${String(index)} 1\n`).join('');
  const { values } = await read({ 'http://h/metrics': text }, { asked: ['service.web.metrics.pool_499'] });
  expect(Object.keys(values)).toHaveLength(41);
});
