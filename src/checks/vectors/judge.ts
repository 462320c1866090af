import { z } from 'zod';

import { leftOpen, Unasked } from '../../model/live-look.ts';
import { defineJudge, type RowJudge, type RowResult } from '../../model/row-judge.ts';

const server = { service: z.string(), place: z.string() };
const collection = { ...server, collection: z.string() };

export const DoorwayFacts = z.object({
  unasked: z.array(Unasked),
  stores: z.array(z.object({ ...server, tls: z.boolean(), published: z.boolean(), health: z.string(), healthy: z.boolean() })),
});
export type DoorwayFacts = z.output<typeof DoorwayFacts>;

export const WantedFacts = z.object({
  unasked: z.array(Unasked),
  stores: z.array(z.object({ ...collection, from: z.string(), there: z.boolean(), present: z.array(z.string()) })),
});
export type WantedFacts = z.output<typeof WantedFacts>;

export const ConfigFacts = z.object({
  unasked: z.array(Unasked),
  stores: z.array(
    z.object({
      ...collection,
      status: z.string(),
      vectors: z.array(z.object({ name: z.string(), size: z.number(), distance: z.string() })),
      points: z.number().nullable(),
    }),
  ),
});
export type ConfigFacts = z.output<typeof ConfigFacts>;

export const SearchFacts = z.object({
  unasked: z.array(Unasked),
  stores: z.array(
    z.object({
      ...server,
      /** The answer for the collection before it was made, and after it was removed: the controls. */
      before: z.number().nullable(),
      after: z.number().nullable(),
      nearest: z.number().nullable(),
      wanted: z.number(),
      score: z.number().nullable(),
      asked: z.number(),
      hits: z.array(z.number()),
      p50Ms: z.number(),
      p95Ms: z.number(),
    }),
  ),
});
export type SearchFacts = z.output<typeof SearchFacts>;

export const MatchFacts = z.object({
  unasked: z.array(Unasked),
  stores: z.array(z.object({ ...collection, has: z.array(z.string()), wanted: z.string(), from: z.string(), matches: z.boolean() })),
});
export type MatchFacts = z.output<typeof MatchFacts>;

const NOTE = ' (unverified: this probe follows the published API of Qdrant and was not tried on a real server)';
const UNVERIFIED =
  'Unverified: this probe follows the published API of Qdrant and was tried against hand-made answers, not yet against a real server.';
/** Held against the median: one hiccup of a shared machine is no slow search. */
const SLOW_MS = 150;

export const judges: readonly RowJudge[] = [
  row<DoorwayFacts>('VEC-01', {
    facts: DoorwayFacts,
    expected: 'HTTPS, and 200 from /healthz',
    title: 'Qdrant is not reached over HTTPS',
    priority: 'P1',
    fix: 'Set `QDRANT__SERVICE__ENABLE_TLS=true` with `QDRANT__TLS__CERT` and `QDRANT__TLS__KEY`, and give the clients the CA.',
    judge: doorway,
  }),
  row<WantedFacts>('VEC-02', {
    facts: WantedFacts,
    expected: 'every collection that a service is set up for',
    title: 'a collection that a service is set up for does not exist',
    priority: 'P0',
    fix: 'Create it when the stack comes up (a one-shot service that the application waits for), or correct its name in the settings.',
    judge: wanted,
  }),
  row<ConfigFacts>('VEC-03', {
    facts: ConfigFacts,
    expected: 'a readable configuration, and a status that is not red',
    title: 'a collection is not well',
    priority: 'P2',
    fix: 'Look at `optimizer_status` of GET /collections/<name> and at the log of Qdrant: a full disk or memory is the usual cause.',
    judge: config,
  }),
  row<SearchFacts>('VEC-04', {
    facts: SearchFacts,
    expected: 'the nearest vector found, and everything gone once deleted',
    title: 'what is inserted into Qdrant is not found',
    priority: 'P1',
    fix: 'Read what Qdrant answered above; a full disk, a read-only key or a collection on a node that is gone are the usual causes.',
    judge: search,
  }),
  row<MatchFacts>('VEC-05', {
    facts: MatchFacts,
    expected: 'vectors of the size that the embedding model makes',
    title: 'a collection has another size than the embeddings',
    priority: 'P0',
    fix: 'Make the collection anew with the size of the model, and embed everything again: vectors of different models cannot be compared.',
    judge: match,
  }),
  row<MatchFacts>('VEC-06', {
    facts: MatchFacts,
    expected: 'the distance that the settings name',
    title: 'a collection compares by another distance than the settings say',
    priority: 'P1',
    fix: 'Make the collection anew with the distance that the settings name: it cannot be changed later.',
    judge: match,
  }),
  row<SearchFacts>('VEC-07', {
    facts: SearchFacts,
    expected: `as many hits as asked for, within ${SLOW_MS} ms (median)`,
    title: 'searches of Qdrant are slow, or find too little',
    priority: 'P1',
    fix: 'Look at CPU and memory of its container, and at its storage: a search over fifty vectors takes a few milliseconds.',
    judge: latency,
  }),
];

interface Judged extends Pick<RowResult, 'subject' | 'measured' | 'priority'> {
  readonly wrong: string | undefined;
}

interface Row<One> {
  readonly facts: z.ZodType<{ unasked: Unasked[]; stores: One[] }>;
  readonly expected: string;
  readonly title: string;
  readonly priority: 'P0' | 'P1' | 'P2';
  readonly fix: string;
  readonly judge: (one: One) => Judged;
}

function row<Facts extends { stores: unknown[] }>(
  code: string,
  { facts, expected, title, priority, fix, judge }: Row<Facts['stores'][number]>,
): RowJudge {
  return defineJudge<{ unasked: Unasked[]; stores: Facts['stores'][number][] }>({
    code,
    rule: { title, priority, effort: '30 min–2 h', fix: `${fix} ${UNVERIFIED}` },
    facts,
    evaluate: ({ stores, unasked }) => [
      ...stores.map((one): RowResult => {
        const { wrong, ...rest } = judge(one);
        return {
          ...rest,
          expected,
          result: { verdict: wrong === undefined ? 'refuted' : 'confirmed' },
          summary: `${wrong ?? `${rest.subject}: ${rest.measured}`}${NOTE}.`,
        };
      }),
      ...leftOpen(unasked, expected),
    ],
  });
}

function doorway({ service, place, tls, published, health, healthy }: DoorwayFacts['stores'][number]): Judged {
  const measured = `${tls ? 'HTTPS' : 'HTTP without encryption'}, GET /healthz: ${health}`;
  const wrong = !healthy ? `${place} is not well: ${measured}` : tls ? undefined : `${place} speaks ${measured}`;
  return {
    subject: service,
    measured,
    wrong,
    ...(healthy && !published ? { priority: ['P2', 'lower:inside-the-network-alone'] as const } : {}),
  };
}

function wanted({ service, place, collection: name, from, there, present }: WantedFacts['stores'][number]): Judged {
  const measured = there ? `${name} exists` : `there is ${present.length === 0 ? 'no collection at all' : present.slice(0, 10).join(', ')}`;
  return {
    subject: `${service}: ${name}`,
    measured,
    wrong: there ? undefined : `${place} has no collection ${name}, which ${from} names: ${measured}`,
  };
}

function config({ service, place, collection: name, status, vectors, points }: ConfigFacts['stores'][number]): Judged {
  const shown = vectors.map((vector) => `${vector.name === '' ? '' : `${vector.name}: `}${vector.size} ${vector.distance}`).join(', ');
  const measured = `status ${status}, ${shown || 'no vectors'}, ${points ?? 'unknown'} points`;
  return {
    subject: `${service}: ${name}`,
    measured,
    wrong: status === 'red' || vectors.length === 0 ? `${name} at ${place}: ${measured}` : undefined,
  };
}

function search({ service, place, before, after, nearest, wanted: expected, score }: SearchFacts['stores'][number]): Judged {
  const measured = `GET of a new collection: ${before ?? 'exists'}; nearest to a known vector: ${nearest ?? 'nothing'} of ${expected}, score ${score?.toFixed(3) ?? 'none'}; GET after DELETE: ${after ?? 'exists'}`;
  const wrong =
    before !== 404
      ? 'it answers for a collection that nobody made'
      : nearest !== expected
        ? 'the nearest vector was not found'
        : after !== 404
          ? 'a deleted collection is still there'
          : undefined;
  return { subject: service, measured, wrong: wrong === undefined ? undefined : `${place}: ${wrong} (${measured})` };
}

function latency({ service, place, asked, hits, p50Ms, p95Ms }: SearchFacts['stores'][number]): Judged {
  const short = hits.filter((count) => count !== asked).length;
  const measured = `p50 ${p50Ms.toFixed(1)} ms, p95 ${p95Ms.toFixed(1)} ms of ${hits.length} searches for ${asked} hits, ${short} with another number of hits`;
  return { subject: service, measured, wrong: short > 0 || p50Ms > SLOW_MS ? `${place}: ${measured}` : undefined };
}

function match({ service, place, collection: name, has, wanted: expected, from, matches }: MatchFacts['stores'][number]): Judged {
  const measured = `${name}: ${has.join(', ')}; ${from}: ${expected}`;
  return {
    subject: `${service}: ${name}`,
    measured,
    wrong: matches ? undefined : `${name} at ${place} has ${has.join(', ')}, and ${from} means ${expected}`,
  };
}
