import { defineCheck, type CheckContext, type CheckPlugin, type Collected } from '../contract.ts';
import { KINDS, type Kind } from '../live/kinds.ts';
import { isStores, storesOf, type Store } from '../live/stores.ts';
import { DoorFacts } from './judge.ts';
import { knock } from './knock.ts';

/** Are datastores closed to those who bring nothing? */
export const doors: readonly CheckPlugin[] = [
  row('AUTH-04', 'datastores of the stack let nobody in without a password', ['postgres', 'mysql', 'redis', 'mongodb', 'clickhouse']),
  row('VEC-08', 'Qdrant lets nobody search without its API key', ['qdrant']),
];

function row(code: string, summary: string, kinds: readonly Kind[]): CheckPlugin {
  return defineCheck<DoorFacts>({ code, summary, needs: 'live', facts: DoorFacts, collect: (context) => collect(context, kinds) });
}

async function collect(context: CheckContext, kinds: readonly Kind[]): Promise<Collected<DoorFacts>> {
  const found = await storesOf(context, ...kinds);
  if (!isStores(found)) return found;
  const looks = await Promise.all(found.stores.map(async (store) => ({ store, answer: await knock(context, store) })));
  const doors = looks.flatMap(({ store, answer }) => ('open' in answer ? [{ ...about(store), ...answer }] : []));
  const unasked = looks.flatMap(({ store, answer }) =>
    'open' in answer ? [] : [{ service: store.service.name, because: answer.because }],
  );
  return { state: 'collected', facts: { doors, unasked: [...found.unasked, ...unasked] }, sources: [] };
}

function about({
  service,
  kind,
  place,
  port,
}: Store): Pick<DoorFacts['doors'][number], 'service' | 'title' | 'place' | 'published' | 'unverified'> {
  return {
    service: service.name,
    title: KINDS[kind].title,
    place: place.shown,
    ...(service.open.includes(port) ? { published: port } : {}),
    unverified: ['mongodb', 'clickhouse', 'qdrant'].includes(kind),
  };
}
