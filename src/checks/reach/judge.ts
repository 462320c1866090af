import { z } from 'zod';

import { leftOpen, Unasked } from '../../model/live-look.ts';
import { defineJudge, type RowJudge, type RowResult } from '../../model/row-judge.ts';

export const ReachFacts = z.object({
  unasked: z.array(Unasked),
  ways: z.array(
    z.object({
      from: z.string(),
      to: z.string(),
      title: z.string(),
      /** `name:port` as the consumer would call it. */
      address: z.string(),
      /** `answers`: its protocol was heard there. */
      state: z.enum(['answers', 'no-name', 'no-connection', 'other', 'unknown']),
      heard: z.string(),
      /** How it was asked from inside the consumer's network. */
      by: z.string(),
    }),
  ),
});
export type ReachFacts = z.output<typeof ReachFacts>;

const EXPECTED = 'an answer in its protocol, asked from where each service that uses it runs';

export const judges: readonly RowJudge[] = [
  row('DB-01', 'a service cannot reach its database'),
  row('RED-01', 'a service cannot reach its Redis'),
];

function row(code: string, title: string): RowJudge {
  return defineJudge<ReachFacts>({
    code,
    rule: {
      title,
      priority: 'P0',
      effort: '15–60 min',
      fix: "Put both services on one network of the compose file, call the store by the name of its service, and let it listen on all addresses of its container (`listen_addresses = '*'`, `bind 0.0.0.0`), not on 127.0.0.1 alone.",
    },
    facts: ReachFacts,
    evaluate: ({ ways, unasked }) => [...ways.map(evaluate), ...leftOpen(unasked, EXPECTED)],
  });
}

const WORDS = {
  answers: 'answers',
  'no-name': 'is no name there',
  'no-connection': 'cannot be connected to',
  other: 'answers in another protocol',
  unknown: 'could not be asked',
} as const;

function evaluate({ from, to, title, address, state, heard, by }: ReachFacts['ways'][number]): RowResult {
  const measured = `${address} from ${from}: ${WORDS[state]} (${heard})`;
  return {
    subject: `${from} to ${to}`,
    result:
      state === 'unknown'
        ? { verdict: 'inconclusive', because: `nobody could ask from inside ${from}: ${heard}` }
        : { verdict: state === 'answers' ? 'refuted' : 'confirmed' },
    summary: `${title}: asked from inside ${from} (${by}), ${address} ${WORDS[state]}: ${heard}.`,
    measured,
    expected: EXPECTED,
  };
}
