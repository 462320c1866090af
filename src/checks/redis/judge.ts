import { z } from 'zod';

import { leftOpen, Unasked } from '../../model/live-look.ts';
import { defineJudge, type RowJudge, type RowResult } from '../../model/row-judge.ts';

const common = { service: z.string(), place: z.string() };

export const RoundTripFacts = z.object({
  unasked: z.array(Unasked),
  stores: z.array(
    z.object({
      ...common,
      /** What GET said of the key before anybody wrote it: the control. */
      before: z.string(),
      set: z.string(),
      got: z.string(),
      deleted: z.string(),
      after: z.string(),
      /** Did the value come back as it was sent? */
      equal: z.boolean(),
      ms: z.number(),
    }),
  ),
});
export type RoundTripFacts = z.output<typeof RoundTripFacts>;

export const MemoryFacts = z.object({
  unasked: z.array(Unasked),
  stores: z.array(
    z.object({
      ...common,
      policy: z.string(),
      maxmemoryBytes: z.number(),
      /** Limit of its container, 0 without one. */
      limitBytes: z.number(),
      /** A variable by which somebody uses it as a cache. */
      cache: z.string().optional(),
      keys: z.number(),
      /** Keys that have a time to live. */
      expires: z.number(),
    }),
  ),
});
export type MemoryFacts = z.output<typeof MemoryFacts>;

export const PersistenceFacts = z.object({
  unasked: z.array(Unasked),
  stores: z.array(
    z.object({
      ...common,
      aof: z.boolean(),
      /** The rule for snapshots; null when nobody may read it. */
      save: z.string().nullable(),
      folder: z.string().nullable(),
      volume: z.enum(['named', 'anonymous', 'none', 'unknown']),
      lastSave: z.string(),
      lastWrite: z.string(),
      /** Its command or the compose file says that nothing is to be kept. */
      chosen: z.boolean(),
    }),
  ),
});
export type PersistenceFacts = z.output<typeof PersistenceFacts>;

export const CounterFacts = z.object({
  unasked: z.array(Unasked),
  stores: z.array(z.object({ ...common, connections: z.number(), sent: z.number(), total: z.number(), ms: z.number() })),
});
export type CounterFacts = z.output<typeof CounterFacts>;

export const KeyFacts = z.object({
  pattern: z.string(),
  unasked: z.array(Unasked),
  stores: z.array(
    z.object({
      ...common,
      /** Keys that were looked at, ours left out. */
      seen: z.number(),
      matching: z.number(),
      /** All that it holds; more than were seen where the sample ended. */
      keys: z.number(),
      /** Shapes of keys that do not match, digits and ids taken out: they may name users. */
      offenders: z.array(z.string()),
    }),
  ),
});
export type KeyFacts = z.output<typeof KeyFacts>;

type Of<Facts extends { stores: unknown[] }> = Facts['stores'][number];

const EXPECTED = {
  roundTrip: 'what was written is read, and is gone once deleted',
  memory: 'a limit for its memory, and a policy for what goes when it is reached',
  expiry: 'keys with a time to live where only those can be evicted',
  persistence: 'what it keeps stands on a volume that outlives its container',
  counter: 'every increment is counted',
} as const;

export const judges: readonly RowJudge[] = [
  defineJudge<RoundTripFacts>({
    code: 'RED-02',
    rule: {
      title: 'Redis does not give back what was written',
      priority: 'P0',
      effort: '30 min–2 h',
      fix: 'Read what Redis answered above: a full disk stops writes (MISCONF), a full memory with `noeviction` too (OOM), and a proxy or a replica in its place answers for another one.',
    },
    facts: RoundTripFacts,
    evaluate: ({ stores, unasked }) => [...stores.map(roundTrip), ...leftOpen(unasked, EXPECTED.roundTrip)],
  }),
  defineJudge<KeyFacts>({
    code: 'RED-03',
    rule: {
      title: 'keys of Redis have other names than agreed on',
      priority: 'P2',
      effort: '30 min–2 h',
      fix: 'Make every key by one function with its prefix, or name the prefix of the others in the pattern: who cannot tell keys apart cannot expire, count or delete those of one kind.',
    },
    facts: KeyFacts,
    evaluate: ({ stores, unasked, pattern }) => [
      ...stores.map((one) => keyNames(one, pattern)),
      ...leftOpen(unasked, `keys like ${pattern}`),
    ],
  }),
  defineJudge<MemoryFacts>({
    code: 'RED-04',
    rule: {
      title: 'Redis may evict keys with a time to live alone, and no key has one',
      priority: 'P1',
      effort: '30 min–2 h',
      fix: 'Set an expiry with every write (`SET … EX 1800`), or choose `allkeys-lru`: with a `volatile-*` policy and no key that expires, every write fails once the memory is full.',
    },
    facts: MemoryFacts,
    evaluate: ({ stores, unasked }) => [...stores.map(expiry), ...leftOpen(unasked, EXPECTED.expiry)],
  }),
  defineJudge<MemoryFacts>({
    code: 'RED-05',
    rule: {
      title: 'nothing bounds the memory of Redis',
      priority: 'P1',
      effort: '15 min',
      fix: 'Set both: `maxmemory 256mb` (well below the limit of the container) and `maxmemory-policy allkeys-lru` for a cache, `noeviction` for data that must not go. A policy without `maxmemory`, which is 0 by default, does nothing.',
    },
    facts: MemoryFacts,
    evaluate: ({ stores, unasked }) => [...stores.map(memory), ...leftOpen(unasked, EXPECTED.memory)],
  }),
  defineJudge<PersistenceFacts>({
    code: 'RED-06',
    rule: {
      title: 'what Redis holds is lost with its container',
      priority: 'P1',
      effort: '15 min',
      fix: 'Mount a named volume where Redis writes (`redis-data:/data`) and switch `--appendonly yes` on; for a cache that may be lost, say so: `--save "" --appendonly no`.',
    },
    facts: PersistenceFacts,
    evaluate: ({ stores, unasked }) => [...stores.map(persistence), ...leftOpen(unasked, EXPECTED.persistence)],
  }),
  defineJudge<CounterFacts>({
    code: 'RED-07',
    rule: {
      title: 'Redis loses increments of several clients at once',
      priority: 'P1',
      effort: '2–8 h',
      fix: 'Ask one server: a balancer over independent Redis servers, or a proxy that answers before it has written, counts each client for itself.',
    },
    facts: CounterFacts,
    evaluate: ({ stores, unasked }) => [...stores.map(counter), ...leftOpen(unasked, EXPECTED.counter)],
  }),
];

function roundTrip({ service, place, before, set, got, deleted, after, equal, ms }: Of<RoundTripFacts>): RowResult {
  const measured = `GET of a new key: ${before}; SET: ${set}; GET: ${got}; DEL: ${deleted}; GET: ${after}; ${Math.round(ms)} ms`;
  if (set.startsWith('READONLY'))
    return {
      subject: service,
      result: { verdict: 'not_applicable', because: `${service} is a replica, which nobody writes to` },
      summary: `${place}: ${set}.`,
      measured,
      expected: EXPECTED.roundTrip,
    };
  const wrong =
    before !== 'nothing'
      ? 'it answers for a key that nobody ever wrote'
      : !equal
        ? 'a value did not come back'
        : after !== 'nothing'
          ? 'a deleted key is still there'
          : undefined;
  return {
    subject: service,
    result: wrong === undefined ? { verdict: 'refuted' } : { verdict: 'confirmed' },
    summary: wrong === undefined ? `${place} gives back what was written.` : `${place}: ${wrong} (${measured}).`,
    measured,
    expected: EXPECTED.roundTrip,
  };
}

function expiry({ service, place, policy, keys, expires, maxmemoryBytes }: Of<MemoryFacts>): RowResult {
  const measured = `maxmemory_policy:${policy}, maxmemory:${maxmemoryBytes}, ${keys} keys, ${expires} with a time to live`;
  const base = { subject: service, measured, expected: EXPECTED.expiry };
  if (!policy.startsWith('volatile-') || maxmemoryBytes === 0)
    return {
      ...base,
      result: { verdict: 'not_applicable', because: `${service} does not evict by time to live, and nothing says which keys need one` },
      summary: `${place}: ${measured}.`,
    };
  if (keys === 0)
    return {
      ...base,
      result: { verdict: 'not_tested', because: `${service} holds no key yet`, reason: 'gap' },
      summary: `${place} holds no key yet.`,
    };
  return {
    ...base,
    result: expires === 0 ? { verdict: 'confirmed' } : { verdict: 'refuted' },
    summary: `${place}: ${measured}${expires === 0 ? ', so nothing can be evicted and writes will fail' : ''}.`,
  };
}

function memory({ service, place, policy, maxmemoryBytes, limitBytes, cache }: Of<MemoryFacts>): RowResult {
  const measured = `maxmemory_policy:${policy}, maxmemory:${maxmemoryBytes}`;
  const base = { subject: service, measured, expected: EXPECTED.memory };
  if (maxmemoryBytes === 0) {
    const end =
      limitBytes > 0
        ? `until the limit of its container (${Math.round(limitBytes / 1e6)} MB), which ends it`
        : 'until the host has no memory left';
    return {
      ...base,
      result: { verdict: 'confirmed' },
      summary: `INFO memory of ${place} says ${measured}: Redis grows ${end}${policy === 'noeviction' ? '' : `, and ${policy} never comes into play`}.`,
      ...(cache === undefined && policy === 'noeviction' ? { priority: ['P2', 'lower:not-known-as-a-cache'] as const } : {}),
    };
  }
  if (policy === 'noeviction' && cache !== undefined)
    return {
      ...base,
      result: { verdict: 'confirmed' },
      summary: `${place} is a cache (${cache}) and says ${measured}: once it is full, every write fails instead of pushing out old entries.`,
      fix: 'For a cache: `maxmemory-policy allkeys-lru`.',
      priority: ['P2', 'lower:fails-when-full-only'],
    };
  return { ...base, result: { verdict: 'refuted' }, summary: `INFO memory of ${place} says ${measured}.` };
}

/** No key at all shows nothing: a test that makes its own key would always find one. */
function keyNames({ service, place, seen, matching, keys, offenders }: Of<KeyFacts>, pattern: string): RowResult {
  const measured = `${String(matching)} of ${String(seen)} keys match`;
  const base = { subject: service, measured, expected: `keys like ${pattern}` };
  if (seen === 0) {
    const because = `${place} holds no key: a journey that uses it has to run before`;
    return { ...base, result: { verdict: 'not_tested', because, reason: 'gap' }, summary: `${because}.` };
  }
  const sample = keys > seen ? ` (a sample of ${String(keys)})` : '';
  if (matching === seen) return { ...base, result: { verdict: 'refuted' }, summary: `${place}: ${measured}${sample}.` };
  return { ...base, result: { verdict: 'confirmed' }, summary: `${place}: ${measured}${sample}; not: ${offenders.join(', ')}.` };
}

function persistence(store: Of<PersistenceFacts>): RowResult {
  const { service, place, aof, save, folder, volume, lastSave, lastWrite, chosen } = store;
  const snapshots = save === null ? 'unknown' : save === '' ? 'off' : save;
  const measured = `aof_enabled:${aof ? 1 : 0}, save: ${snapshots}, folder ${folder ?? 'unknown'} on ${volume === 'none' ? 'no volume' : `a ${volume} volume`}, last save ${lastSave}, last write ${lastWrite}`;
  const base = { subject: service, measured, expected: EXPECTED.persistence };
  const keeps = aof || (save !== null && save !== '');
  if (lastSave !== 'ok' || lastWrite !== 'ok')
    return {
      ...base,
      result: { verdict: 'confirmed' },
      summary: `INFO persistence of ${place}: the last attempt to write to disk failed (${measured}).`,
    };
  if (chosen && !keeps)
    return { ...base, result: { verdict: 'refuted' }, summary: `${place} keeps nothing, and its settings say that this is meant.` };
  if (volume === 'unknown' || (!keeps && save === null))
    return {
      ...base,
      result: { verdict: 'inconclusive', because: `CONFIG is closed at ${place}, so where it writes is not known` },
      summary: `${place}: ${measured}.`,
    };
  if (keeps && volume === 'named') return { ...base, result: { verdict: 'refuted' }, summary: `${place}: ${measured}.` };
  return {
    ...base,
    result: { verdict: 'confirmed' },
    summary: keeps
      ? `${place} writes to ${folder ?? 'its folder'}, which is ${volume === 'none' ? 'inside its container' : 'an anonymous volume'}: a \`down\` and \`up\`, as every deployment does, begins with nothing.`
      : `${place} keeps nothing: neither the append-only file nor snapshots are on.`,
    // A default that nobody chose is often a cache's.
    ...(aof || (!keeps && volume === 'named') ? {} : { priority: ['P2', 'lower:may-be-a-cache'] as const }),
  };
}

function counter({ service, place, connections, sent, total, ms }: Of<CounterFacts>): RowResult {
  const measured = `${sent} INCR over ${connections} connections at once, counter at ${total} after ${Math.round(ms)} ms`;
  return {
    subject: service,
    result: total === sent ? { verdict: 'refuted' } : { verdict: 'confirmed' },
    summary: total === sent ? `${place}: ${measured}.` : `${place} lost ${sent - total} of ${sent} increments (${measured}).`,
    measured,
    expected: EXPECTED.counter,
  };
}
