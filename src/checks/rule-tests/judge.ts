import { z } from 'zod';

import { atMost, counted } from '../../lib/text.ts';
import { defineJudge, type RowJudge, type RowResult } from '../../model/row-judge.ts';

export const RuleTestFacts = z.object({
  /** Asked for by its code, not by looking at everything that is there. */
  named: z.boolean(),
  alerts: z.array(z.object({ name: z.string(), path: z.string(), critical: z.boolean() })),
  /** Files of `promtool test rules`, with the alerts that they test. */
  tests: z.array(z.object({ path: z.string(), alerts: z.array(z.string()) })),
  /** A file that runs them. */
  runner: z.string().optional(),
});
export type RuleTestFacts = z.output<typeof RuleTestFacts>;

export const judges: readonly RowJudge[] = [
  defineJudge<RuleTestFacts>({
    code: 'OBS-05',
    rule: {
      title: 'alert rules are not tested',
      priority: 'P2',
      effort: '1–4 h',
      fix: 'Give every critical alert a test with series that fire it and series that do not (`promtool test rules`), and run it where the other tests run.',
    },
    facts: RuleTestFacts,
    evaluate: (facts) => [tested(facts), ...run(facts)],
  }),
];

/** Critical ones are owed a test wherever others have some; who asks for the row by its code means all of them. */
function tested({ named, alerts, tests }: RuleTestFacts): RowResult {
  const known = new Set(tests.flatMap((file) => file.alerts));
  const names = [...new Set(alerts.map(({ name }) => name))];
  const count = names.filter((name) => known.has(name)).length;
  const missing = alerts.filter(({ name, critical }) => !known.has(name) && (named || critical));
  const measured = `${count} of ${counted(names.length, 'alert')} tested`;
  const which = atMost([...new Set(missing.map(({ name }) => name))], 8);
  return {
    subject: 'alert rules',
    measured,
    expected: named ? 'a test for every alert' : 'a test for every critical alert',
    result: missing.length === 0 ? { verdict: 'refuted' } : { verdict: 'confirmed' },
    summary: missing.length === 0 ? `${measured}.` : `${measured}; no test of ${which}.`,
    locations: [...new Set(missing.map(({ path }) => path))].slice(0, 10).map((path) => ({ path })),
  };
}

function run({ tests, runner }: RuleTestFacts): RowResult[] {
  if (tests.length === 0) return [];
  const files = atMost(
    tests.map(({ path }) => path),
    5,
  );
  const measured = runner === undefined ? 'no tracked file runs them' : `run by ${runner}`;
  return [
    {
      subject: 'tests of alert rules',
      measured,
      expected: 'something that runs them',
      result: runner === undefined ? { verdict: 'confirmed' } : { verdict: 'refuted' },
      summary: `${files}: ${measured}.`,
      locations: tests.slice(0, 5).map(({ path }) => ({ path })),
      fix: 'Run `promtool test rules` over them in the workflow (or a script, a Makefile) that runs the other tests.',
    },
  ];
}
