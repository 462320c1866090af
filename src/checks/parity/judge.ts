import { z } from 'zod';

import { atMost, counted } from '../../lib/text.ts';
import { defineJudge, type RowJudge, type RowResult } from '../../model/row-judge.ts';

const Place = z.object({ path: z.string(), line: z.number() });

export const ParityFacts = z.object({
  /** What could not be compared, and why. */
  open: z.array(z.object({ subject: z.string(), because: z.string() })),
  pairs: z.array(
    z.object({
      /** A service, or the files themselves. */
      subject: z.string(),
      development: z.array(z.string()),
      production: z.array(z.string()),
      /** Variables that development sets. */
      compared: z.number(),
      missing: z.array(
        z.object({
          key: z.string(),
          place: Place.optional(),
          /** Code that reads it and has no default for it. */
          read: Place.optional(),
        }),
      ),
    }),
  ),
});
export type ParityFacts = z.output<typeof ParityFacts>;
type Pair = ParityFacts['pairs'][number];

const EXPECTED = 'what development sets, production sets too';

export const judges: readonly RowJudge[] = [
  defineJudge<ParityFacts>({
    code: 'CFG-19',
    rule: {
      title: 'production lacks a setting that development has',
      priority: 'P2',
      effort: '15–60 min',
      fix: 'Set the variable for production too (its own value, from its own secrets), or give the code a default; what is for development alone is named under `only` in `check_options: {CFG-19: …}`.',
    },
    facts: ParityFacts,
    evaluate: ({ pairs, open }) => [
      ...pairs.map(judge),
      ...open.map(({ subject, because }): RowResult => ({
        subject,
        result: { verdict: 'inconclusive', because },
        summary: `${because}.`,
        measured: because,
        expected: EXPECTED,
      })),
    ],
  }),
];

function judge({ subject, development, production, compared, missing }: Pair): RowResult {
  const files = `${production.join(' + ')} against ${development.join(' + ')}`;
  const base = { subject, expected: EXPECTED, measured: `${String(missing.length)} of ${counted(compared, 'variable')} missing` };
  if (missing.length === 0) return { ...base, result: { verdict: 'refuted' }, summary: `${files}: nothing is missing.` };
  const told = missing.map(({ key, read }) => (read ? `${key}, which ${read.path}:${String(read.line)} reads without a default` : key));
  return {
    ...base,
    result: { verdict: 'confirmed' },
    summary: `${files}: production does not set ${atMost(told, 6)}.`,
    locations: missing.flatMap(({ place }) => (place ? [place] : [])).slice(0, 5),
  };
}
