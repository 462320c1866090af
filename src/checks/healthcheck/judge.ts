import { z } from 'zod';

import { defineJudge, type RowJudge, type RowResult } from '../../model/row-judge.ts';

export const Facts = z.object({
  services: z.array(
    z.object({
      name: z.string(),
      /** What the compose file says. */
      declared: z.enum(['yes', 'no', 'disabled']),
      /** What the running container has (an image may bring its own); null when it was not seen running. */
      effective: z.boolean().nullable(),
      oneShot: z.boolean(),
    }),
  ),
});
export type Facts = z.output<typeof Facts>;

export const judges: readonly RowJudge[] = [
  defineJudge<Facts>({
    code: 'CFG-11',
    facts: Facts,
    evaluate: ({ services }) => services.filter(({ oneShot }) => !oneShot).map(evaluate),
  }),
];

function evaluate({ name, declared, effective }: Facts['services'][number]): RowResult {
  const checked = effective ?? declared === 'yes';
  const measured = declared === 'disabled' ? 'its health check is disabled' : checked ? 'a health check' : 'no health check';
  return {
    subject: name,
    result: checked ? { verdict: 'refuted' } : { verdict: 'confirmed' },
    summary: checked
      ? `${name} has a health check.`
      : `Nothing tells whether ${name} works: ${measured}, so readiness and recovery can only be guessed from its container being up.`,
    measured,
    expected: 'a health check that asks the service itself',
  };
}
