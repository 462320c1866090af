import { expect, test } from 'vitest';

import { auditLive, httpServer, stackOf } from '../../../tests/support/live.ts';
import { metricNames } from '../../lib/metric-names.ts';

test.each([
  ['up == 0', ['up']],
  [
    'sum by (job, instance) (rate(http_requests_total{code=~"5.."}[5m])) / sum without(x) (rate(http_requests_total[5m])) > 0.05',
    ['http_requests_total'],
  ],
  ['histogram_quantile(0.99, sum(rate(latency_bucket[5m])) by (le)) > 1e3', ['latency_bucket']],
  ['job:errors:rate5m > on(job) group_left(team) job:limit offset 5m', ['job:errors:rate5m', 'job:limit']],
  [
    '(node_filesystem_avail_bytes{mountpoint="/"} < 5) and predict_linear(node_filesystem_avail_bytes[1h], 4*3600) < 0',
    ['node_filesystem_avail_bytes'],
  ],
  ['absent(up{job="api"})', []],
  ['vector(1) > bool 0 or time() - process_start_time_seconds > Inf', ['process_start_time_seconds']],
])('names of metrics in %s', (expression, names) => {
  expect(metricNames(expression)).toEqual(names);
});

/** https://prometheus.io/docs/prometheus/latest/querying/api/ */
function server(answers: Readonly<Record<string, unknown>>): Promise<number> {
  return httpServer(({ url }) => {
    const path = url.split('?')[0] ?? '';
    if (path === '/-/healthy') return { body: 'Prometheus Server is Healthy.\n' };
    return path in answers ? { body: answers[path] } : { status: 404, body: 'not found' };
  });
}

test('OBS-03, OBS-15: what was never evaluated or scraped stays open; a server that fails stays open', async () => {
  const young = await server({
    '/api/v1/rules': {
      status: 'success',
      data: {
        groups: [{ name: 'g', file: '/etc/rules.yml', rules: [{ type: 'alerting', name: 'Down', query: 'up == 0', health: 'unknown' }] }],
      },
    },
    '/api/v1/targets': {
      status: 'success',
      data: { activeTargets: [{ labels: { job: 'api' }, scrapeUrl: 'http://api:8080/metrics', health: 'unknown', lastError: '' }] },
    },
  });
  const context = stackOf([{ name: 'prometheus', image: 'prom/prometheus:v3.5.0', ports: { 9090: young } }]);
  expect(await auditLive('OBS-03', context)).toMatchObject({ found: [], open: ['prometheus'] });
  expect(await auditLive('OBS-15', context)).toMatchObject({ found: [], open: ['prometheus'] });
  const broken = stackOf([{ name: 'prometheus', image: 'prom/prometheus:v3.5.0', ports: { 9090: await server({}) } }]);
  const { open, results } = await auditLive('OBS-15', broken);
  expect(open).toEqual(['prometheus']);
  expect(results[0]?.summary).toContain('answered 404 not found');
});
