import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { expect, onTestFinished, test } from 'vitest';

import { audit, type Audited } from '../../../tests/support/audit.ts';

const OPTIONS = { metric: 'llm_cost_dollars_total' };
const EXPORTED = '# TYPE llm_cost_dollars_total counter\nllm_cost_dollars_total{model="small"} 0.2\n';
const RULE = 'groups: [{name: a, rules: [{alert: Budget, expr: "sum(increase(llm_cost_dollars_total[1d])) > 20"}]}]\n';
const OTHER = 'groups: [{name: a, rules: [{alert: Down, expr: up == 0}]}]\n';

/** The check over a repository with these rules, and a target that answers with this text. */
async function cost(rules: string, metrics: string | undefined): Promise<Audited> {
  const server = createServer((_, response) => void response.writeHead(metrics === undefined ? 404 : 200).end(metrics));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return audit('AGT-13', { 'prometheus/rules.yml': rules }, undefined, { options: OPTIONS, targets: { api: url } });
}

test('AGT-13: a cost that is exported, with a budget that somebody hears of, is silent', async () => {
  expect(await cost(RULE, EXPORTED)).toMatchObject({ state: 'collected', found: [] });
  // A counter that has counted nothing yet has no sample; OpenMetrics calls it without its suffix.
  expect((await cost(RULE, 'up 1\n# TYPE llm_cost_dollars counter\n')).found).toEqual([]);
});

test('AGT-13: a metric that nobody exports, or that no alert rule names', async () => {
  const unexported = await cost(RULE, 'up 1\n');
  expect(unexported.found).toEqual(['P2 llm_cost_dollars_total']);
  expect(unexported.results[0]?.summary).toBe(
    'llm_cost_dollars_total is not exported at api /metrics; of 1 alert rule in the repository there is 1 alert rule over it (Budget).',
  );
  expect((await cost(OTHER, EXPORTED)).results[0]?.measured).toBe('exported at api /metrics; no alert rule over it');
  expect((await cost(RULE, undefined)).found).toEqual(['P2 llm_cost_dollars_total']);
});

test('AGT-13: who does not answer leaves it open, and who names no metric is not asked', async () => {
  const gone = await audit('AGT-13', { 'rules.yml': RULE }, undefined, { options: OPTIONS, targets: { api: 'http://127.0.0.1:9' } });
  expect(gone.results.map(({ result }) => result.verdict)).toEqual(['inconclusive']);
  expect((await audit('AGT-13', { 'rules.yml': RULE })).state).toBe('not-applicable');
});
