import { z } from 'zod';

import { counted, sentenceList } from '../../lib/text.ts';
import { defineJudge, type RowJudge, type RowResult } from '../../model/row-judge.ts';

/** What a secret opens. */
export const Role = z.enum(['signing', 'encryption', 'database', 'cache', 'broker', 'storage', 'search', 'console']);
export type Role = z.output<typeof Role>;

export const SharedFacts = z.object({
  /** Variables with a secret whose role is known. */
  compared: z.number(),
  /** Variables that have the same value and different roles; the value itself never leaves memory. */
  groups: z.array(
    z
      .array(
        z.object({ service: z.string(), name: z.string(), role: Role, place: z.object({ path: z.string(), line: z.number() }).optional() }),
      )
      .min(2),
  ),
});
export type SharedFacts = z.output<typeof SharedFacts>;

export const judges: readonly RowJudge[] = [
  defineJudge<SharedFacts>({
    code: 'SEC-06',
    rule: {
      title: 'one secret opens several doors',
      priority: 'P1',
      effort: '30 min–2 h',
      fix: 'Make a secret of its own for each purpose: who reads one of them then has one door, and each can be changed alone.',
    },
    facts: SharedFacts,
    evaluate: ({ compared, groups }) =>
      groups.length === 0
        ? [
            {
              subject: 'secrets of the stack',
              result: { verdict: 'refuted' },
              summary: `${counted(compared, 'secret')} compared.`,
              measured: `${counted(compared, 'secret')} compared`,
              expected: 'a secret for each purpose',
            },
          ]
        : groups.map(evaluate),
  }),
];

function evaluate(group: SharedFacts['groups'][number]): RowResult {
  const names = [...new Set(group.map(({ name }) => name))].toSorted();
  const roles = [...new Set(group.map(({ role }) => role))];
  const forges = roles.includes('signing') || roles.includes('encryption');
  return {
    subject: names.join(', '),
    result: { verdict: 'confirmed' },
    summary: `${sentenceList(names)} have the same value: it is ${sentenceList(roles)} in one (${sentenceList([...new Set(group.map(({ service }) => service))])}).`,
    measured: `one value for ${counted(roles.length, 'purpose')}`,
    expected: 'a secret for each purpose',
    locations: group.flatMap(({ place }) => place ?? []),
    ...(forges ? { priority: ['P0', 'escalate:signs-or-encrypts'] as const } : {}),
  };
}
