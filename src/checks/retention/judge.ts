import { z } from 'zod';

import { cut } from '../../lib/text.ts';
import type { Rule } from '../../model/rule.ts';
import { defineJudge, type RowJudge, type RowResult } from '../../model/row-judge.ts';

export const RetentionFacts = z.object({
  service: z.string(),
  place: z.string(),
  job: z.string(),
  /** `exit 0`, or how it ended. */
  ended: z.string(),
  ok: z.boolean(),
  /** The last lines of the job. */
  tail: z.array(z.string()),
  rows: z.array(
    z.object({
      what: z.string(),
      /** How many were inserted, were there before the job, are there after it, and should be. */
      made: z.number(),
      before: z.number(),
      after: z.number(),
      left: z.number(),
    }),
  ),
});
export type RetentionFacts = z.output<typeof RetentionFacts>;

export const judges: readonly RowJudge[] = [
  row('DATA-03', {
    title: 'the job that removes old data removes the wrong rows',
    priority: 'P1',
    effort: '1–4 h',
    fix: 'Look at the condition of its DELETE: both the age and the value must hold, with AND, and the age in the time zone in which rows are written.',
  }),
  row('DATA-05', {
    title: 'near-duplicate vectors are not removed as they should be',
    priority: 'P2',
    effort: '1–4 h',
    fix: 'Look at the threshold and at the measure that it is held against: a cosine distance of 0.05 is a similarity of 0.95, and of two near-duplicates one stays.',
  }),
];

function row(code: string, rule: Rule): RowJudge {
  return defineJudge<RetentionFacts>({ code, rule, facts: RetentionFacts, evaluate: (facts) => facts.rows.map((one) => held(facts, one)) });
}

/** A row that was not there before, or a job that failed, shows nothing of what the job removes. */
function held(
  { service, place, job, ended, ok, tail, rows }: RetentionFacts,
  { what, made, before, after, left }: RetentionFacts['rows'][number],
): RowResult {
  const measured = `${after} of ${before} left`;
  const expected = `${left} of ${made} left`;
  const base = { subject: `${service}: ${what.replace(/ \(.*/, '')}`, measured, expected };
  const seen = rows.every((one) => one.before === one.made);
  const because = !seen
    ? `only ${before} of the ${made} that were inserted could be counted before the job`
    : `the job ended with ${ended}${tail.length === 0 ? '' : ` (${tail.at(-1) ?? ''})`}`;
  if (!seen || !ok) return { ...base, result: { verdict: 'inconclusive', because }, summary: `${place}: ${what}: ${because}.` };
  const wrong = after !== left;
  const more = after > left ? 'too much was left' : 'too much was removed';
  return {
    ...base,
    result: wrong ? { verdict: 'confirmed' } : { verdict: 'refuted' },
    summary: `${place}: ${what}: ${measured} after \`${cut(job, 120)}\`, ${left} expected${wrong ? `: ${more}` : ''}.`,
  };
}
