import { z } from 'zod';

import { atMost } from '../../lib/text.ts';
import { defineJudge, type RowJudge, type RowResult } from '../../model/row-judge.ts';

export const LinkFacts = z.object({
  links: z.array(
    z.object({
      from: z.string(),
      to: z.string(),
      variable: z.string(),
      scheme: z.string(),
      encrypted: z.boolean(),
      /** `to` is a service of the same stack. */
      inside: z.boolean(),
      place: z.object({ path: z.string(), line: z.number() }).optional(),
    }),
  ),
});
export type LinkFacts = z.output<typeof LinkFacts>;
type Link = LinkFacts['links'][number];

export const judges: readonly RowJudge[] = [
  defineJudge<LinkFacts>({
    code: 'TLS-16',
    rule: {
      title: 'a service speaks to another host in the clear',
      priority: 'P1',
      effort: '30 min–2 h',
      fix: 'Use the encrypted form of the protocol (`https`, `rediss`, `amqps`, `?sslmode=verify-full`) and verify the certificate: names, passwords and data cross somebody else’s network.',
    },
    facts: LinkFacts,
    evaluate: ({ links }) => outside(links.filter((link) => !link.inside)),
  }),
  defineJudge<LinkFacts>({
    code: 'TLS-17',
    rule: {
      title: 'some links of the stack are encrypted, others are not',
      priority: 'P2',
      effort: '1–4 h',
      fix: 'Give every link the same client settings (scheme, CA, verification) from one place; who reads one link in the clear reads what the others protect.',
    },
    facts: LinkFacts,
    evaluate: ({ links }) => [inside(links.filter((link) => link.inside))],
  }),
];

function outside(links: readonly Link[]): RowResult[] {
  const all = links.map(({ from, to, variable, scheme, encrypted, place }): RowResult => ({
    subject: `${from} → ${to}`,
    result: encrypted ? { verdict: 'refuted' } : { verdict: 'confirmed' },
    summary: `${from} reaches ${to} by ${scheme}:// (${variable})${encrypted ? '' : ', which nothing encrypts'}.`,
    measured: `${scheme}://`,
    expected: 'an encrypted protocol',
    ...(place ? { locations: [place] } : {}),
  }));
  return all.length > 0 ? all : [nothing('links to other hosts', 'No variable holds the address of a host outside of this stack.')];
}

/** A stack that encrypts nothing among its own services has made a choice for its network; one that does so in part has a gap. */
function inside(links: readonly Link[]): RowResult {
  const edges = [...Map.groupBy(links, ({ from, to }) => `${from} → ${to}`)];
  const open = edges.filter(([, between]) => between.some(({ encrypted }) => !encrypted));
  const secured = edges.length - open.length;
  if (secured === 0 || open.length === 0)
    return nothing('links between services', `${secured} of ${edges.length} links between services are encrypted.`);
  const places = open.flatMap(([, between]) => between.flatMap(({ place, encrypted }) => (place && !encrypted ? [place] : [])));
  const names = atMost(
    open.map(([name]) => name),
    6,
  );
  return {
    subject: 'links between services',
    result: { verdict: 'confirmed' },
    summary: `${secured} of ${edges.length} links between services are encrypted; not: ${names}.`,
    measured: `${secured} of ${edges.length} encrypted`,
    expected: `${edges.length} of ${edges.length}`,
    locations: places.slice(0, 5),
  };
}

function nothing(subject: string, summary: string): RowResult {
  return {
    subject,
    result: { verdict: 'refuted' },
    summary,
    measured: 'nothing in the clear that should not be',
    expected: 'encrypted links',
  };
}
