import { expect, test } from 'vitest';

import { audit } from '../../../tests/support/audit.ts';

const RULES = `groups:
  - name: shop
    rules:
      - {alert: ApiDown, expr: up == 0, labels: {severity: critical}}
      - {alert: LedgerDiffers, expr: ledger_difference > 0, labels: {severity: critical}}
      - {alert: Slow, expr: a > 1, labels: {severity: warning}}
`;
const tests = (...alerts: readonly string[]): string =>
  `rule_files: [../rules.yml]\ntests:\n  - interval: 1m\n    input_series: [{series: up, values: '0x10'}]\n    alert_rule_test:\n${alerts.map((name) => `      - {eval_time: 5m, alertname: ${name}, exp_alerts: []}`).join('\n')}\n`;
const WORKFLOW = 'jobs:\n  rules:\n    steps:\n      - run: promtool test rules tests/rules_test.yml\n';

test('OBS-05: a critical alert without a test, where others have some, and tests that nothing runs', async () => {
  const { found, results } = await audit('OBS-05', { 'rules.yml': RULES, 'tests/rules_test.yml': tests('ApiDown', 'Slow') });
  expect(found).toEqual(['P2 alert rules', 'P2 tests of alert rules']);
  expect(results[0]?.summary).toBe('2 of 3 alerts tested; no test of LedgerDiffers.');
});

test.each([
  ['a workflow', { '.github/workflows/ci.yml': WORKFLOW }],
  [
    'a Makefile with a container',
    { Makefile: 'test:\n\tdocker run --entrypoint promtool prom/prometheus:v3.5.0 test rules /r/rules_test.yml\n' },
  ],
  ['arguments of their own', { 'gauntlet.yml': 'stages:\n  - unit: {run: [promtool, test, rules, tests/rules_test.yml]}\n' }],
  ['one argument a line', { 'ci.yml': 'args:\n  - promtool\n  - test\n  - rules\n  - tests/rules_test.yml\n' }],
])('OBS-05: critical alerts with tests that %s runs are silent', async (_, runner) => {
  const files = { 'rules.yml': RULES, 'tests/rules_test.yml': tests('ApiDown', 'LedgerDiffers'), ...runner };
  expect(await audit('OBS-05', files)).toMatchObject({ state: 'collected', found: [] });
});

test('OBS-05: a page that names the command runs nothing', async () => {
  const files = { 'rules.yml': RULES, 'tests/rules_test.yml': tests('ApiDown', 'LedgerDiffers'), 'README.md': WORKFLOW };
  expect((await audit('OBS-05', files)).found).toEqual(['P2 tests of alert rules']);
});

test('OBS-05: a repository without tests of rules is asked for them only by who names the row', async () => {
  expect(await audit('OBS-05', { 'rules.yml': RULES, 'ci.yml': WORKFLOW })).toMatchObject({ state: 'not-applicable' });
  expect((await audit('OBS-05', { 'rules.yml': RULES }, undefined, { named: true })).found).toEqual(['P2 alert rules']);
  expect(await audit('OBS-05', { 'a.yml': 'alert: none\n' })).toMatchObject({ state: 'not-applicable' });
});
