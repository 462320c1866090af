import { z } from 'zod';

import { errorMessage, GauntletError } from '../../model/errors.ts';
import type { RedisSession } from '../../ports/datastores.ts';
import { defineFault, type FaultContext, type Proof } from '../contract.ts';
import { ableIf } from '../kit/capability.ts';
import { CacheDoor, cachesOf, openCache } from '../kit/cache.ts';

const MOST_KEYS = 20_000;

const Options = z.strictObject({
  service: z.string().min(1).describe('the cache: Redis, or what speaks as it does'),
  keys: z.string().min(1).default('*').describe('a pattern of the keys that are gone, such as `history:*`'),
  port: z.int().min(1).max(65_535).optional().describe('where it listens; its first port when left out'),
  user: z.string().min(1).optional().describe('who may rename keys; the default user when left out'),
  password_env: z
    .string()
    .min(1)
    .optional()
    .describe('the variable of the gate that holds the password, where the container does not tell'),
});
type Options = z.output<typeof Options>;

const Undo = z.strictObject({
  /** What our names for the keys begin with. */
  prefix: z.string(),
  caches: z.array(z.strictObject({ door: CacheDoor, keys: z.number(), misses: z.number() })).min(1),
});
type Undo = z.output<typeof Undo>;

/** A cache that has nothing of what is asked, as after a restart or under pressure. The keys are renamed, so that nothing is lost of them. */
export const evict = defineFault<Options, Undo>({
  type: 'evict',
  summary: 'an empty cache: the keys of a Redis are renamed all at once, so that every first read misses; given back after',
  rows: ['RED-10'],
  options: Options,
  undo: Undo,
  lasts: 'held',
  expires: false,
  title: ({ service, keys }) => `take ${keys === '*' ? 'all keys' : keys} out of ${service}`,
  services: ({ service }) => [service],
  capability: (options, context) => ableIf(() => looked(options, context)),
  prepare: async (options, context) => {
    const undo = await looked(options, context);
    if (undo.caches.some(({ keys }) => keys > 0)) return undo;
    throw refused(
      `${options.service} has no key ${options.keys}`,
      'fill the cache before (a journey under `steady`), or name other `keys`',
    );
  },
  inject: async ({ keys }, { prefix, caches }, context) => {
    context.signal.throwIfAborted();
    for (const { door } of caches) {
      await using session = await openCache(door, context);
      if (session === undefined) throw new Error(`${door.service} does not run any more`);
      for (const key of await keysOf(session, keys)) if (!key.startsWith('gauntlet:')) await session.call('RENAME', key, `${prefix}${key}`);
    }
  },
  prove,
  heal: async ({ prefix, caches }, context) => {
    for (const { door } of caches) {
      await using session = await openCache(door, context);
      if (session === undefined) continue;
      for (const aside of await keysOf(session, `${prefix}*`)) {
        // What was written since is newer; ours ends then.
        if ((await session.call('RENAMENX', aside, aside.slice(prefix.length))) !== 1) await session.call('DEL', aside);
      }
    }
  },
  fingerprint: async ({ prefix, caches }, context) => {
    const left: number[] = [];
    for (const { door } of caches) {
      await using session = await openCache(door, context);
      if (session !== undefined) left.push((await keysOf(session, `${prefix}*`)).length);
    }
    return left.length === 0 ? null : left;
  },
});

async function looked(options: Options, context: FaultContext): Promise<Undo> {
  const caches: Undo['caches'] = [];
  for (const door of await cachesOf(options, context)) {
    await using session = await openCache(door, context);
    if (session === undefined) continue;
    const keys = (await keysOf(session, options.keys)).length;
    caches.push({ door, keys, misses: await missesOf(session) });
  }
  if (caches.length === 0) throw refused(`nothing of ${options.service} can be asked`, `look why ${options.service} does not run`);
  return { prefix: `gauntlet:${context.id}:`, caches };
}

/** The server's own counters: keys that lie aside, and reads since then that found nothing. */
async function prove({ service }: Options, { prefix, caches }: Undo, context: FaultContext): Promise<Proof> {
  try {
    let [aside, missed] = [0, 0];
    for (const { door, misses } of caches) {
      await using session = await openCache(door, context);
      if (session === undefined) return { state: 'unproved', why: `${service} does not run any more` };
      aside += (await keysOf(session, `${prefix}*`)).length;
      missed += (await missesOf(session)) - misses;
    }
    if (aside === 0) return { state: 'unproved', why: `no key of ${service} was taken` };
    if (missed <= 0) return { state: 'unproved', why: `nobody has asked ${service} for what it has not` };
    return { state: 'proved', by: [`${String(aside)} keys of ${service} are taken`, `${String(missed)} reads since then found nothing`] };
  } catch (error) {
    return { state: 'unproved', why: errorMessage(error) };
  }
}

async function missesOf(session: RedisSession): Promise<number> {
  const text = String(await session.call('INFO', 'stats'));
  const misses = /^keyspace_misses:(\d+)/m.exec(text)?.[1];
  if (misses === undefined) throw refused('the cache does not count its misses', 'use this fault with a Redis, Valkey or KeyDB');
  return Number(misses);
}

const Page = z.tuple([z.string(), z.array(z.string())]);

/** @throws GauntletError when there are more than anybody should rename. */
async function keysOf(session: RedisSession, pattern: string): Promise<string[]> {
  const found = new Set<string>();
  let cursor = '0';
  do {
    const [next, keys] = Page.parse(await session.call('SCAN', cursor, 'MATCH', pattern, 'COUNT', '500'));
    for (const key of keys) found.add(key);
    if (found.size > MOST_KEYS)
      throw refused(`more than ${String(MOST_KEYS)} keys are called ${pattern}`, 'name fewer of them under `keys`');
    cursor = next;
  } while (cursor !== '0');
  return [...found];
}

function refused(message: string, hint: string): GauntletError {
  return new GauntletError(message, { kind: 'stack', hint });
}
