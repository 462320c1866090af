import { z } from 'zod';

import { atMost, counted } from '../../lib/text.ts';
import { leftOpen, Unasked } from '../../model/live-look.ts';
import { defineJudge, type RowJudge, type RowResult } from '../../model/row-judge.ts';

export const CostFacts = z.object({
  /** Metrics of tokens or cost that the configuration names. */
  metrics: z.array(
    z.object({
      name: z.string(),
      /** Where it is exported. */
      at: z.array(z.string()),
      /** Alert rules over it. */
      alerts: z.array(z.string()),
    }),
  ),
  /** Endpoints that answered. */
  looked: z.array(z.string()),
  /** Alert rules in the repository. */
  rules: z.number(),
  unasked: z.array(Unasked),
});
export type CostFacts = z.output<typeof CostFacts>;

const ASKED = 'a metric of tokens or cost that is exported, and an alert rule over it';

export const judges: readonly RowJudge[] = [
  defineJudge<CostFacts>({
    code: 'AGT-13',
    rule: {
      title: 'nobody is told what the language model costs',
      priority: 'P2',
      effort: '1–4 h',
      fix: "Count the tokens of every answer (or what they cost) in a metric with the model as its label, from the provider's own `usage`, and add an alert rule over its increase, such as `increase(llm_cost_dollars_total[1d]) > 50`.",
    },
    facts: CostFacts,
    evaluate,
  }),
];

function evaluate({ metrics, looked, rules, unasked }: CostFacts): RowResult[] {
  const missing = metrics.filter(({ at }) => at.length === 0);
  // Who did not answer may be the one that exports it.
  if (missing.length > 0 && (unasked.length > 0 || looked.length === 0))
    return leftOpen(unasked.length > 0 ? unasked : [{ service: 'metrics', because: 'no target of the stack exports metrics' }], ASKED);
  return metrics.map((metric) => one(metric, { looked, rules }));
}

function one({ name, at, alerts }: CostFacts['metrics'][number], { looked, rules }: Pick<CostFacts, 'looked' | 'rules'>): RowResult {
  const exported = at.length > 0 ? `exported at ${atMost(at, 3)}` : `not exported at ${atMost(looked, 3)}`;
  const alerted = alerts.length > 0 ? `${counted(alerts.length, 'alert rule')} over it (${atMost(alerts, 3)})` : 'no alert rule over it';
  const good = at.length > 0 && alerts.length > 0;
  return {
    subject: name,
    result: { verdict: good ? 'refuted' : 'confirmed' },
    summary: `${name} is ${exported}; of ${counted(rules, 'alert rule')} in the repository there is ${alerted}.`,
    measured: `${exported}; ${alerted}`,
    expected: ASKED,
  };
}
