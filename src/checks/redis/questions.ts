import { randomUUID } from 'node:crypto';

import type { RedisSession } from '../../ports/index.ts';
import type { CheckContext } from '../contract.ts';
import { consumersOf } from '../live/logins.ts';
import type { Store } from '../live/stores.ts';
import { once } from '../repository/files.ts';
import type { CounterFacts, MemoryFacts, PersistenceFacts, RoundTripFacts } from './judge.ts';
import { openStore } from './open.ts';

interface About {
  readonly store: Store;
  readonly context: CheckContext;
}
type Of<Facts extends { stores: unknown[] }> = Facts['stores'][number];

/** Keys of ours go by themselves, should nobody be left to delete them. */
const LIFE_S = '60';
const CONNECTIONS = 4;
const EACH = 50;

export async function roundTrip(session: RedisSession, { store, context }: About): Promise<Of<RoundTripFacts>> {
  const key = `gauntlet:probe:${randomUUID()}`;
  const value = randomUUID();
  const say = (answer: Promise<unknown>): Promise<string> =>
    answer.then(
      (one) => (one === null ? 'nothing' : one === value ? 'the value' : (JSON.stringify(one) ?? '').slice(0, 80)),
      (error: unknown) => (error instanceof Error && /^[A-Z]+ /.test(error.message) ? error.message.slice(0, 120) : Promise.reject(error)),
    );
  await memory(session, { store, context });
  const started = context.ports.clock.monotonicMs();
  const before = await say(session.call('GET', key));
  const set = await say(session.call('SET', key, value, 'EX', LIFE_S));
  const got = await say(session.call('GET', key));
  const deleted = await say(session.call('DEL', key));
  const after = await say(session.call('GET', key));
  const ms = context.ports.clock.monotonicMs() - started;
  return { service: store.service.name, place: store.place.shown, before, set, got, deleted, after, equal: got === 'the value', ms };
}

/** Asked once, and before anything is written: keys of ours must not count. */
export function memory(session: RedisSession, about: About): Promise<Of<MemoryFacts>> {
  return once(about.context, `memory ${about.store.service.name}`, () => readMemory(session, about));
}

/** INFO works where CONFIG is renamed away: https://redis.io/docs/latest/commands/info/ */
async function readMemory(session: RedisSession, { store, context }: About): Promise<Of<MemoryFacts>> {
  const about = info(await session.call('INFO', 'memory'));
  const spaces = info(await session.call('INFO', 'keyspace'));
  const count = (field: string): number =>
    Object.entries(spaces).reduce(
      (sum, [name, text]) => sum + (name.startsWith('db') ? Number(new RegExp(`\\b${field}=(\\d+)`).exec(text)?.[1] ?? 0) : 0),
      0,
    );
  const policy = about['maxmemory_policy'];
  const maxmemory = about['maxmemory'];
  if (policy === undefined || maxmemory === undefined) throw new Error('INFO memory names no maxmemory');
  const cache = (await consumersOf(context, store))
    .flatMap(({ logins }) => logins.map(({ from }) => from))
    .find((from) => /CACHE/i.test(from));
  return {
    service: store.service.name,
    place: store.place.shown,
    policy,
    maxmemoryBytes: Number(maxmemory),
    limitBytes: store.service.containers[0]?.memoryBytes ?? 0,
    ...(cache === undefined ? (/cache/i.test(store.service.name) ? { cache: `the service ${store.service.name}` } : {}) : { cache }),
    keys: count('keys'),
    expires: count('expires'),
  };
}

export async function persistence(session: RedisSession, { store }: About): Promise<Of<PersistenceFacts>> {
  const about = info(await session.call('INFO', 'persistence'));
  if (about['aof_enabled'] === undefined) throw new Error('INFO persistence names no aof_enabled');
  const setting = async (name: string): Promise<string | null> => {
    try {
      const answer = await session.call('CONFIG', 'GET', name);
      return Array.isArray(answer) && answer.length === 2 ? String(answer[1]) : null;
    } catch {
      return null;
    }
  };
  const folder = await setting('dir');
  const said = `${store.service.command} ${Object.values(store.service.model?.environment ?? {}).join(' ')}`;
  return {
    service: store.service.name,
    place: store.place.shown,
    aof: about['aof_enabled'] === '1',
    save: await setting('save'),
    folder,
    volume: volumeOf(store, folder),
    lastSave: about['rdb_last_bgsave_status'] ?? 'ok',
    lastWrite: about['aof_last_write_status'] ?? 'ok',
    chosen: /--save\s+(?:""|''|(?=--|$))|--appendonly\s+no\b/.test(said),
  };
}

/** Several connections count one key up side by side. */
export async function counter(session: RedisSession, { store, context }: About): Promise<Of<CounterFacts>> {
  await memory(session, { store, context });
  const key = `gauntlet:probe:${randomUUID()}`;
  const started = context.ports.clock.monotonicMs();
  await using sessions = new AsyncDisposableStack();
  const opened = await Promise.all(Array.from({ length: CONNECTIONS }, () => openStore(context, store)));
  const lanes = opened.map((one) => {
    if (typeof one === 'string') throw new Error(one);
    return sessions.use(one);
  });
  await session.call('SET', key, '0', 'EX', LIFE_S);
  await Promise.all(lanes.map((lane) => Promise.all(Array.from({ length: EACH }, () => lane.call('INCR', key)))));
  const total = Number(await session.call('GET', key));
  await session.call('DEL', key);
  const ms = context.ports.clock.monotonicMs() - started;
  return { service: store.service.name, place: store.place.shown, connections: CONNECTIONS, sent: CONNECTIONS * EACH, total, ms };
}

function volumeOf({ service }: Store, folder: string | null): Of<PersistenceFacts>['volume'] {
  const [container] = service.containers;
  if (folder === null || !container) return 'unknown';
  const mount = container.mounts
    .filter(({ target }) => folder === target || folder.startsWith(`${target}/`))
    .toSorted((a, b) => b.target.length - a.target.length)[0];
  if (!mount || mount.type === 'tmpfs') return 'none';
  return mount.type === 'volume' && /^[0-9a-f]{64}$/.test(mount.name) ? 'anonymous' : 'named';
}

function info(answer: unknown): Record<string, string> {
  const lines = String(answer).split(/\r?\n/);
  return Object.fromEntries(
    lines.flatMap((line) => (line.includes(':') ? [[line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]] : [])),
  );
}
