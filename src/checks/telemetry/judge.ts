import { z } from 'zod';

import { atMost } from '../../lib/text.ts';
import { leftOpen, Unasked } from '../../model/live-look.ts';
import type { Rule } from '../../model/rule.ts';
import { defineJudge, type RowJudge, type RowResult } from '../../model/row-judge.ts';

export const SeenFacts = z.object({
  unasked: z.array(Unasked),
  stores: z.array(
    z.object({
      service: z.string(),
      place: z.string(),
      /** Names that it knows at all. */
      names: z.number(),
      missing: z.array(z.string()),
      wanted: z.number(),
    }),
  ),
});
export type SeenFacts = z.output<typeof SeenFacts>;

export const DatasourceFacts = z.object({
  unasked: z.array(Unasked),
  sources: z.array(
    z.object({ service: z.string(), place: z.string(), name: z.string(), type: z.string(), ok: z.boolean(), said: z.string() }),
  ),
});
export type DatasourceFacts = z.output<typeof DatasourceFacts>;

// No real server of these kinds was to be had where this was made.
const NOTE = ' (unverified: made after the published API)';

export const judges: readonly RowJudge[] = [
  seen('OBS-17', 'traces', {
    title: 'Jaeger has no traces of a service',
    priority: 'P2',
    effort: '1–4 h',
    fix: 'Look at the exporter of the service: its endpoint, its protocol (OTLP over gRPC or HTTP), and that sampling is not 0.',
  }),
  seen('OBS-18', 'logs', {
    title: 'Loki has no logs of a service',
    priority: 'P1',
    effort: '1–4 h',
    fix: 'Look at what collects: whether it reads the container of the service (discovery, paths, permissions), and whether Loki refuses its streams.',
  }),
  defineJudge<DatasourceFacts>({
    code: 'OBS-16',
    rule: {
      title: 'a data source of Grafana does not answer',
      priority: 'P2',
      effort: '30 min–2 h',
      fix: 'Correct the address and the credentials of the data source (`provisioning/datasources`): panels on it are empty.',
    },
    facts: DatasourceFacts,
    evaluate: ({ sources, unasked }) => [
      ...sources.map(({ service, place, name, type, ok, said }): RowResult => ({
        subject: `${service}: ${name}`,
        measured: ok ? 'OK' : said || 'not OK',
        expected: 'a data source that answers',
        result: ok ? { verdict: 'refuted' } : { verdict: 'confirmed' },
        summary: `${place}: ${type === '' ? 'Grafana' : `${name} (${type})`} ${ok ? 'answers' : said || 'does not answer'}${NOTE}.`,
      })),
      ...leftOpen(unasked, 'a data source that answers'),
    ],
  }),
];

function seen(code: string, what: string, rule: Rule): RowJudge {
  const expected = `${what} of every service`;
  return defineJudge<SeenFacts>({
    code,
    rule,
    facts: SeenFacts,
    evaluate: ({ stores, unasked }) => [
      ...stores.flatMap(({ service, place, missing, names, wanted }): RowResult[] => {
        const base = { subject: service, expected, measured: `${wanted - missing.length} of ${wanted} services` };
        if (missing.length === 0)
          return [{ ...base, result: { verdict: 'refuted' }, summary: `${place} has ${what} of all ${wanted} services${NOTE}.` }];
        const nobody = names === 0 ? `${place} has no ${what} at all` : `${place} has no ${what} of ${atMost(missing, 6)}`;
        return [{ ...base, result: { verdict: 'confirmed' }, summary: `${nobody}, 10 s after it was first asked${NOTE}.` }];
      }),
      ...leftOpen(unasked, expected),
    ],
  });
}
