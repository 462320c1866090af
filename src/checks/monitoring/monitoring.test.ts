import { expect, test } from 'vitest';

import { audit } from '../../../tests/support/audit.ts';

const RULES = `groups:
  - name: shop
    rules:
      - {alert: InstanceDown, expr: up == 0, for: 1m, labels: {severity: critical}}
      - alert: HighErrorRate
        expr: sum(rate(http_requests_total{code=~"5.."}[5m])) / sum(rate(http_requests_total[5m])) > 0.01
        labels: {severity: critical}
      - {alert: SlowRequests, expr: 'histogram_quantile(0.99, rate(http_request_duration_seconds_bucket[5m])) > 1'}
      - {alert: DiskFull, expr: node_filesystem_avail_bytes / node_filesystem_size_bytes < 0.1}
      - {record: job:up, expr: sum by (job) (up)}
`;
const ALERTMANAGER = `route:
  receiver: chat
  routes:
    - receiver: "null"
      matchers: [alertname="Watchdog"]
    - receiver: pager
      matchers: ['severity=~"critical|page"']
receivers:
  - name: chat
    slack_configs: [{api_url_file: /run/secrets/slack, channel: '#your-team'}]
  - name: pager
    pagerduty_configs: [{routing_key_file: /run/secrets/pager}]
  - name: "null"
`;
const ALL = ['OBS-02', 'OBS-06', 'OBS-07'];

test('rules and routes of somebody who has been woken before: nothing is found', async () => {
  const files = {
    'prometheus/rules.yml': RULES,
    'alertmanager/alertmanager.yml': ALERTMANAGER,
    'docs/rules.yml': 'groups: [{rules: [{alert: A, expr: a}]}]',
  };
  for (const code of ALL) expect({ code, ...(await audit(code, files)) }).toMatchObject({ code, state: 'collected', found: [] });
});

test('a repository without alerts is not asked for them; a collector’s receivers are no receivers of alerts', async () => {
  for (const code of ALL)
    expect((await audit(code, { 'otel.yaml': 'receivers:\n  otlp: {protocols: {grpc: {}}}\n', 'a.yml': 'alert: none\n' })).state).toBe(
      'not-applicable',
    );
});

test('OBS-02: the classes that no rule warns of, also in a PrometheusRule', async () => {
  const custom = `apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: a}\nspec:\n  groups:\n    - name: a\n      rules:\n        - {alert: InstanceDown, expr: up == 0}\n`;
  const { found, results } = await audit('OBS-02', { 'k8s/rules.yaml': custom });
  expect(found).toEqual(['P2 alert rules']);
  expect(results[0]?.summary).toBe('1 alert rule in 1 file: none warns of a high error rate, high latency and a full disk.');
});

test('OBS-06: a receiver without an integration, and one with a placeholder, when alerts go there', async () => {
  const files = {
    'alertmanager.yml': `route:\n  receiver: chat\n  routes: [{receiver: pager, match: {severity: critical}}]\nreceivers:\n  - name: chat\n    slack_configs:\n      - api_url: https://hooks.slack.com/services/YOUR/SLACK/WEBHOOK\n  - name: pager\n  - name: unused\n`,
  };
  const { found, results } = await audit('OBS-06', files);
  expect(found).toEqual(['P1 alertmanager.yml: chat', 'P1 alertmanager.yml: pager']);
  expect(results[1]?.locations).toEqual([{ path: 'alertmanager.yml', line: 8 }]);
});

test('OBS-07: where a critical alert goes, through the tree as Alertmanager walks it', async () => {
  const at = async (text: string) => (await audit('OBS-07', { 'alertmanager.yml': text })).found;
  expect(await at(ALERTMANAGER.replace('matchers: [alertname="Watchdog"]', 'matchers: [severity="critical"]'))).toEqual([
    'P1 alertmanager.yml: severity=critical',
  ]);
  expect(
    await at(ALERTMANAGER.replace('matchers: [alertname="Watchdog"]', 'matchers: [severity="critical"]\n      continue: true')),
  ).toEqual([]);
  expect(await at(ALERTMANAGER.replace('matchers: [alertname="Watchdog"]', 'matchers: [severity!="critical"]'))).toEqual([]);
});
