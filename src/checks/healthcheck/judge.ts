import { z } from 'zod';

import { counted, sentenceList } from '../../lib/text.ts';
import { defineJudge, type RowJudge, type RowResult } from '../../model/row-judge.ts';

export const Facts = z.object({
  services: z.array(
    z.object({
      name: z.string(),
      /** What the compose file says. */
      declared: z.enum(['yes', 'no', 'disabled']),
      /** What the running container has (an image may bring its own), else what its Dockerfile says; null where nobody could tell. */
      effective: z.boolean().nullable(),
      oneShot: z.boolean(),
      place: z.object({ path: z.string(), line: z.number() }).optional(),
    }),
  ),
});
export type Facts = z.output<typeof Facts>;
type Service = Facts['services'][number];

const EXPECTED = 'a health check that asks the service itself';

export const judges: readonly RowJudge[] = [
  defineJudge<Facts>({
    code: 'CFG-11',
    facts: Facts,
    evaluate: ({ services }) => {
      const lasting = services.filter(({ oneShot }) => !oneShot);
      const without = lasting.filter((service) => checked(service) === false);
      return [...lasting.flatMap(unlessBare), ...(without.length === 0 ? [] : [together(without)])];
    },
  }),
];

function checked({ declared, effective }: Service): boolean | undefined {
  if (declared === 'disabled') return false;
  return declared === 'yes' ? true : (effective ?? undefined);
}

/** An image that is not here may bring a health check that the compose file does not show. */
function unlessBare(service: Service): RowResult[] {
  const { name } = service;
  switch (checked(service)) {
    case true:
      return [
        {
          subject: name,
          result: { verdict: 'refuted' },
          summary: `${name} has a health check.`,
          measured: 'a health check',
          expected: EXPECTED,
        },
      ];
    case undefined: {
      const because = 'the compose file gives it no health check, and its image, which may bring one, is not here';
      return [
        {
          subject: name,
          result: { verdict: 'not_applicable', because },
          summary: `${name}: ${because}.`,
          measured: because,
          expected: EXPECTED,
        },
      ];
    }
    case false:
      return [];
  }
}

/** Ten services without a health check are one piece of work. */
function together(services: readonly Service[]): RowResult {
  const names = services.map(({ name, declared }) => (declared === 'disabled' ? `${name} (disabled)` : name));
  const [only] = services;
  const one = services.length === 1;
  const measured =
    one && only?.declared === 'disabled'
      ? 'its health check is disabled'
      : one
        ? 'no health check'
        : `${counted(services.length, 'service')} without a health check`;
  return {
    subject: one && only ? only.name : 'health checks',
    result: { verdict: 'confirmed' },
    summary: `Nothing tells whether ${sentenceList(names.slice(0, 20))} ${one ? 'works' : 'work'}: readiness and recovery can only be guessed from containers that are up.`,
    measured,
    expected: EXPECTED,
    locations: services.flatMap(({ place }) => place ?? []),
  };
}
