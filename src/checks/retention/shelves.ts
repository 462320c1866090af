import { z } from 'zod';

import type { CheckContext, Collected } from '../contract.ts';
import { askApi, type Asking } from '../live/api.ts';
import { loginsOf, withoutSecrets } from '../live/logins.ts';
import { keyOf } from '../live/qdrant-key.ts';
import { isStores, storesOf, type Store } from '../live/stores.ts';

const ANSWER_MS = 8_000;

/** Something of our own in a store. */
export interface Item {
  /** A UUID. */
  readonly id: string;
  readonly vector: readonly number[];
  /** For the `{{names}}` in statements. */
  readonly values: Readonly<Record<string, string>>;
}

/** Where items are put. */
export interface Shelf extends AsyncDisposable {
  readonly service: string;
  readonly place: string;
  /** Numbers of a vector, where the store knows. */
  readonly size?: number;
  /** @throws Error with what the server said. */
  insert(item: Item): Promise<void>;
  count(item: Item): Promise<number>;
  remove(item: Item): Promise<void>;
  /** A text without the passwords of the store. */
  readonly hush: (text: string) => string;
}

interface Where {
  readonly store?: string | undefined;
  readonly database?: string | undefined;
}

/** One of the stores of the stack: the one that is named, or the only one. */
async function oneStore(context: CheckContext, { store }: Where, kinds: readonly Store['kind'][]): Promise<Store | Collected<never>> {
  // What runs already is somebody else's: nothing is written into it.
  if (context.manifest?.kind === 'external')
    return { state: 'not-applicable', because: 'the stack is not ours (`external`): nothing is written into it' };
  const found = await storesOf(context, ...kinds);
  if (!isStores(found)) return found;
  const fitting = found.stores.filter(({ service }) => store === undefined || service.name === store);
  const [first] = fitting;
  if (first && fitting.length === 1) return first;
  const names = found.stores.map(({ service }) => service.name).join(', ') || 'none';
  const why = found.unasked.map(({ because }) => because).join('; ');
  return {
    state: 'gap',
    because: `${store ?? 'the store'} is not one of those that answer (${names})${why === '' ? '' : `: ${why}`}; say which one with \`store\``,
  };
}

interface Statements extends Where {
  readonly insert: string;
  readonly count: string;
  readonly remove: string;
}

export async function sqlShelf(context: CheckContext, statements: Statements): Promise<Shelf | Collected<never>> {
  const store = await oneStore(context, statements, ['postgres', 'mysql']);
  if ('state' in store) return store;
  const { datastores } = context.ports;
  const logins = await loginsOf(context, store);
  const hush = (text: string): string => withoutSecrets(text, logins);
  const door = { host: store.place.host, port: store.place.port, timeoutMs: ANSWER_MS, signal: context.signal };
  const told: string[] = [];
  for (const login of logins) {
    const wanted = { ...login, database: statements.database ?? login.database };
    const opened = store.kind === 'mysql' ? await datastores.mysql(door, wanted) : await datastores.postgres(door, wanted);
    if (opened.state === 'failed') {
      told.push(`${login.from}: ${hush(opened.message)}`);
      continue;
    }
    const { session } = opened;
    const fill = (statement: string, { values }: Item): string =>
      statement.replaceAll(/\{\{(\w+)\}\}/g, (whole, name: string) => values[name] ?? whole);
    return {
      service: store.service.name,
      place: store.place.shown,
      insert: async (item) => void (await session.query(fill(statements.insert, item))),
      count: async (item) => {
        const [row] = await session.query(fill(statements.count, item));
        return Number(Object.values(row ?? {})[0] ?? 0);
      },
      remove: async (item) => void (await session.query(fill(statements.remove, item))),
      hush,
      [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
    };
  }
  return { state: 'gap', because: `${store.place.shown} let nobody in (${told.join('; ').slice(0, 300) || 'no setting names a login'})` };
}

// The parts of https://api.qdrant.tech that are read.
const vector = z.object({ size: z.number() });
const Collection = z.object({
  result: z.object({ config: z.object({ params: z.object({ vectors: z.union([vector, z.record(z.string(), vector)]) }) }) }),
});
const Points = z.object({ result: z.array(z.object({ id: z.union([z.string(), z.number()]) })) });

export async function qdrantShelf(
  context: CheckContext,
  { collection, ...where }: Where & { readonly collection: string },
): Promise<Shelf | Collected<never>> {
  const store = await oneStore(context, where, ['qdrant']);
  if ('state' in store) return store;
  const headers = await keyOf(context, store);
  const path = `/collections/${encodeURIComponent(collection)}`;
  const told = await askApi(context, store, { path, headers, shape: Collection });
  if (told.state === 'silent') return { state: 'gap', because: told.because };
  const { vectors } = told.answer.result.config.params;
  const plain = vector.safeParse(vectors);
  const [name, named] = plain.success
    ? ['', plain.data]
    : (Object.entries(vectors as Record<string, { size: number }>)[0] ?? ['', undefined]);
  if (!named) return { state: 'gap', because: `${collection} at ${store.place.shown} has no dense vectors` };
  const ask = async <Answer>(asking: Pick<Asking<Answer>, 'method' | 'path' | 'body' | 'shape'>): Promise<Answer> => {
    const answer = await askApi(context, store, { ...asking, path: `${path}${asking.path}`, headers });
    if (answer.state === 'silent') throw new Error(answer.because);
    return answer.answer;
  };
  return {
    service: store.service.name,
    place: store.place.shown,
    size: named.size,
    insert: async ({ id, vector: at }) => {
      const point = { id, vector: name === '' ? at : { [name]: at }, payload: { gauntlet: true } };
      await ask({ method: 'PUT', path: '/points?wait=true', body: { points: [point] }, shape: z.unknown() });
    },
    count: async ({ id }) => (await ask({ method: 'POST', path: '/points', body: { ids: [id] }, shape: Points })).result.length,
    remove: async ({ id }) =>
      void (await ask({ method: 'POST', path: '/points/delete?wait=true', body: { points: [id] }, shape: z.unknown() })),
    hush: (text) => text,
    [Symbol.asyncDispose]: async () => undefined,
  };
}
