import { randomUUID } from 'node:crypto';

import { z } from 'zod';

import type { CheckContext } from '../contract.ts';
import { askApi, type Told } from '../live/api.ts';
import { keyOf } from '../live/qdrant-key.ts';
import type { Store } from '../live/stores.ts';
import { once } from '../repository/files.ts';
import type { ConfigFacts, SearchFacts } from './judge.ts';

// The parts of https://api.qdrant.tech that are read.
const Collections = z.object({ result: z.object({ collections: z.array(z.object({ name: z.string() })) }) });
const vector = z.object({ size: z.number(), distance: z.string() });
const Collection = z.object({
  result: z.object({
    status: z.string(),
    points_count: z.number().nullish(),
    config: z.object({
      params: z.object({
        vectors: z.union([vector, z.record(z.string(), vector)]).optional(),
        sparse_vectors: z.record(z.string(), z.unknown()).optional(),
      }),
    }),
  }),
});
const Done = z.object({ result: z.unknown() });
const hit = z.object({ id: z.union([z.number(), z.string()]), score: z.number() });
const Hits = z.object({ result: z.union([z.array(hit), z.object({ points: z.array(hit) })]) });

/** Vectors without a size and a distance of their own. */
export const SPARSE = 'sparse';

const POINTS = 50;
const SEARCHES = 20;
const HITS = 5;
const MOST = 50;

export type Config = ConfigFacts['stores'][number];
export type Tried = SearchFacts['stores'][number];

/** Every collection with its configuration; a text when it does not tell. */
export function collectionsOf(context: CheckContext, store: Store): Promise<readonly Config[] | string> {
  return once(context, `collections ${store.service.name}`, async () => {
    const headers = await keyOf(context, store);
    const list = await askApi(context, store, { path: '/collections', headers, shape: Collections });
    if (list.state === 'silent') return list.because;
    const found: Config[] = [];
    for (const { name } of list.answer.result.collections.slice(0, MOST)) {
      const told = await askApi(context, store, { path: `/collections/${encodeURIComponent(name)}`, headers, shape: Collection });
      if (told.state === 'silent') return told.because;
      const { status, points_count, config } = told.answer.result;
      const { vectors, sparse_vectors: sparse = {} } = config.params;
      const one = vector.safeParse(vectors);
      const all = one.success
        ? [{ name: '', ...one.data }]
        : Object.entries((vectors ?? {}) as Record<string, z.output<typeof vector>>).map(([own, value]) => ({ name: own, ...value }));
      found.push({
        service: store.service.name,
        place: store.place.shown,
        collection: name,
        status,
        vectors: [...all, ...Object.keys(sparse).map((own) => ({ name: own, size: 0, distance: SPARSE }))],
        points: points_count ?? null,
      });
    }
    return found;
  });
}

/** Makes a collection of its own, inserts known vectors, searches, and removes it again. */
export function trySearch(context: CheckContext, store: Store): Promise<Tried | string> {
  return once(context, `search ${store.service.name}`, async () => {
    // What is there is looked at before something of ours is.
    const known = await collectionsOf(context, store);
    if (typeof known === 'string') return known;
    const headers = await keyOf(context, store);
    const path = `/collections/gauntlet-probe-${randomUUID()}`;
    const before = await askApi(context, store, { path, headers, shape: Done });
    const made = await askApi(context, store, {
      method: 'PUT',
      path,
      headers,
      body: { vectors: { size: 4, distance: 'Cosine' } },
      shape: Done,
    });
    if (made.state === 'silent') return made.because;
    try {
      const result = await searchIn(context, store, { path, headers });
      if (typeof result === 'string') return result;
      await askApi(context, store, { method: 'DELETE', path, headers, shape: Done });
      const after = await askApi(context, store, { path, headers, shape: Done });
      return { ...result, before: statusOf(before), after: statusOf(after) };
    } finally {
      await askApi(context, store, { method: 'DELETE', path, headers, shape: Done });
    }
  });
}

async function searchIn(
  context: CheckContext,
  store: Store,
  { path, headers }: { readonly path: string; readonly headers: Readonly<Record<string, string>> },
): Promise<Omit<Tried, 'before' | 'after'> | string> {
  const points = Array.from({ length: POINTS }, (_, index) => ({ id: index + 1, vector: vectorOf(index + 1) }));
  const put = await askApi(context, store, { method: 'PUT', path: `${path}/points?wait=true`, headers, body: { points }, shape: Done });
  if (put.state === 'silent') return put.because;
  const wanted = 17;
  const hits: number[] = [];
  const taken: number[] = [];
  let first: z.output<typeof hit> | undefined;
  for (let index = 0; index < SEARCHES; index += 1) {
    const told = await searchOnce(context, store, { path, headers, vector: vectorOf(wanted) });
    if (told.state === 'silent') return told.because;
    const { result } = told.answer;
    const found = Array.isArray(result) ? result : result.points;
    first ??= found[0];
    hits.push(found.length);
    taken.push(told.ms);
  }
  const sorted = taken.toSorted((a, b) => a - b);
  return {
    service: store.service.name,
    place: store.place.shown,
    nearest: first === undefined ? null : Number(first.id),
    wanted,
    score: first?.score ?? null,
    asked: HITS,
    hits,
    p50Ms: sorted[Math.floor(sorted.length / 2)] ?? 0,
    p95Ms: sorted[Math.floor(sorted.length * 0.95)] ?? 0,
  };
}

/** `query` since 1.10, `search` before. */
async function searchOnce(
  context: CheckContext,
  store: Store,
  {
    path,
    headers,
    vector: at,
  }: { readonly path: string; readonly headers: Readonly<Record<string, string>>; readonly vector: readonly number[] },
): Promise<Told<z.output<typeof Hits>>> {
  const told = await askApi(context, store, {
    method: 'POST',
    path: `${path}/points/query`,
    headers,
    body: { query: at, limit: HITS },
    shape: Hits,
  });
  if (told.state === 'told' || (told.status !== 404 && told.status !== 405)) return told;
  return askApi(context, store, { method: 'POST', path: `${path}/points/search`, headers, body: { vector: at, limit: HITS }, shape: Hits });
}

/** Directions that all differ. */
function vectorOf(index: number): number[] {
  return [Math.cos(index), Math.sin(index), Math.cos(index * 2.3), Math.sin(index * 1.7)];
}

function statusOf(told: Told<unknown>): number | null {
  return told.state === 'told' ? null : (told.status ?? 0);
}
