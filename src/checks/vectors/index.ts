import type { z } from 'zod';

import type { Unasked } from '../../model/live-look.ts';
import { defineCheck, type CheckContext, type CheckPlugin } from '../contract.ts';
import { consumersOf } from '../live/logins.ts';
import { isStores, storesOf, type Store } from '../live/stores.ts';
import { ConfigFacts, DoorwayFacts, MatchFacts, SearchFacts, WantedFacts } from './judge.ts';
import { collectionsOf, SPARSE, trySearch } from './qdrant.ts';
import { collectionsSaid, distanceSaid, sizeSaid } from './settings.ts';

const HEALTH_MS = 3_000;

/** Qdrant: what it holds, and whether it finds what is put into it. A collection of our own is made and removed for that. */
export const vectors: readonly CheckPlugin[] = [
  row('VEC-01', { summary: 'Qdrant is reached over HTTPS', facts: DoorwayFacts, ask: doorway }),
  row('VEC-02', { summary: 'collections that services are set up for exist', facts: WantedFacts, ask: wanted }),
  row('VEC-03', { summary: 'collections of Qdrant are well and tell their configuration', facts: ConfigFacts, ask: configs }),
  row('VEC-04', { summary: 'Qdrant finds what is inserted', facts: SearchFacts, ask: search }),
  row('VEC-05', { summary: 'collections have the size of the embeddings', facts: MatchFacts, ask: sizes }),
  row('VEC-06', { summary: 'collections compare by the distance that the settings name', facts: MatchFacts, ask: distances }),
  row('VEC-07', { summary: 'searches of Qdrant are quick and complete', facts: SearchFacts, ask: search }),
];

type Asked<One> = { readonly ones: One[] } | { readonly none: string } | { readonly because: string };

interface Row<One> {
  readonly summary: string;
  readonly facts: z.ZodType<{ unasked: Unasked[]; stores: One[] }>;
  readonly ask: (context: CheckContext, store: Store) => Promise<Asked<One>>;
}

function row<One>(code: string, { summary, facts, ask }: Row<One>): CheckPlugin {
  return defineCheck({
    code,
    summary,
    needs: 'live',
    facts,
    collect: async (context) => {
      const found = await storesOf(context, 'qdrant');
      if (!isStores(found)) return found;
      const answers = await Promise.all(found.stores.map(async (store) => ({ store, said: await ask(context, store) })));
      const stores = answers.flatMap(({ said }) => ('ones' in said ? said.ones : []));
      const unasked = answers.flatMap(({ store, said }) =>
        'because' in said ? [{ service: store.service.name, because: said.because }] : [],
      );
      if (stores.length + unasked.length + found.unasked.length === 0)
        return {
          state: 'not-applicable',
          because: answers.flatMap(({ said }) => ('none' in said ? [said.none] : [])).join('; ') || 'there is nothing to look at',
        };
      return { state: 'collected', facts: { stores, unasked: [...found.unasked, ...unasked] }, sources: [] };
    },
  });
}

async function doorway(
  { ports, signal }: CheckContext,
  { service, place, port, tls }: Store,
): Promise<Asked<DoorwayFacts['stores'][number]>> {
  const url = `${tls ? 'https' : 'http'}://${place.host}:${place.port}/healthz`;
  const answer = await ports.http.request({ method: 'GET', url, anyCertificate: true, timeoutMs: HEALTH_MS, maxBytes: 200, signal });
  if (answer.state === 'failed') return { because: `GET /healthz of ${place.shown} failed: ${answer.message}` };
  return {
    ones: [
      {
        service: service.name,
        place: place.shown,
        tls,
        published: service.open.includes(port),
        health: String(answer.status),
        healthy: answer.status === 200,
      },
    ],
  };
}

async function wanted(context: CheckContext, store: Store): Promise<Asked<WantedFacts['stores'][number]>> {
  const said = collectionsSaid(await consumersOf(context, store));
  if (said.length === 0) return { none: 'no setting of a service names a collection' };
  const found = await collectionsOf(context, store);
  if (typeof found === 'string') return { because: found };
  const present = found.map(({ collection }) => collection);
  return {
    ones: said.map(({ value, from }) => ({
      service: store.service.name,
      place: store.place.shown,
      collection: value,
      from,
      there: present.includes(value),
      present,
    })),
  };
}

async function configs(context: CheckContext, store: Store): Promise<Asked<ConfigFacts['stores'][number]>> {
  const found = await collectionsOf(context, store);
  if (typeof found === 'string') return { because: found };
  return found.length === 0 ? { none: `${store.place.shown} has no collection` } : { ones: [...found] };
}

async function search(context: CheckContext, store: Store): Promise<Asked<SearchFacts['stores'][number]>> {
  const tried = await trySearch(context, store);
  return typeof tried === 'string' ? { because: tried } : { ones: [tried] };
}

async function sizes(context: CheckContext, store: Store): Promise<Asked<MatchFacts['stores'][number]>> {
  const said = sizeSaid(await consumersOf(context, store));
  if (!said) return { none: 'no setting of a service names its embedding model or its size' };
  return matching(context, store, { said, read: ({ size }) => String(size), same: (has) => has === said.value });
}

async function distances(context: CheckContext, store: Store): Promise<Asked<MatchFacts['stores'][number]>> {
  const said = distanceSaid(await consumersOf(context, store));
  if (!said) return { none: 'no setting of a service names a distance' };
  const asked = said.value.toLowerCase().slice(0, 6);
  return matching(context, store, { said, read: ({ distance }) => distance, same: (has) => has.toLowerCase().startsWith(asked) });
}

interface Matching {
  readonly said: { readonly value: string; readonly from: string };
  readonly read: (vector: ConfigFacts['stores'][number]['vectors'][number]) => string;
  readonly same: (has: string) => boolean;
}

async function matching(context: CheckContext, store: Store, { said, read, same }: Matching): Promise<Asked<MatchFacts['stores'][number]>> {
  const found = await collectionsOf(context, store);
  if (typeof found === 'string') return { because: found };
  // Where services name their collections, the others are somebody else's.
  const own = collectionsSaid(await consumersOf(context, store)).map(({ value }) => value);
  const ones = found
    .filter(({ collection }) => own.length === 0 || own.includes(collection))
    .map((one) => ({ ...one, dense: one.vectors.filter(({ distance }) => distance !== SPARSE) }))
    .filter(({ dense }) => dense.length > 0);
  if (ones.length === 0) return { none: `${store.place.shown} has no collection with dense vectors` };
  return {
    ones: ones.map(({ service, place, collection, dense }) => {
      const has = dense.map(read);
      return { service, place, collection, has, wanted: said.value, from: said.from, matches: has.some(same) };
    }),
  };
}
