import type { Rule } from './rule.ts';

/** Rows of the catalogue that are answered by what walks do to the system. */
export const EFFECT_RULES: Readonly<Record<string, Rule>> = {
  'CON-06': {
    title: 'a change of configuration under load breaks the service',
    priority: 'P0',
    effort: '2–8 h',
    fix: 'Never change a map that requests read: build a new one and swap it in one assignment, or guard both sides with one lock; run its tests under a race detector.',
  },
  'CON-08': {
    title: 'ids that must be unique come twice',
    priority: 'P0',
    effort: '1–4 h',
    fix: 'Take ids from a source that cannot repeat (crypto.randomUUID, a sequence of the database) and put a unique constraint on their column.',
  },
  'CON-09': {
    title: 'updates get lost',
    priority: 'P1',
    effort: '1–4 h',
    fix: 'Change the number where it is, in one step (`UPDATE … SET n = n + 1`, INCR, an atomic), instead of reading, adding and writing back.',
  },
  'OBS-14': {
    title: 'a metric does not count what happens',
    priority: 'P1',
    effort: '30 min–2 h',
    fix: 'Count at one place that every request passes exactly once (also those that end in an error), and add up the counters of all processes and workers.',
  },
  'DATA-08': {
    title: 'every operation stores more than it may',
    priority: 'P2',
    effort: '2–8 h',
    fix: 'Store less for each operation, let old rows go (a retention job, a TTL, partitions that are dropped), and look for indexes that nobody reads.',
  },
  'AGT-11': {
    title: 'too little is routed to the local model',
    priority: 'P1',
    effort: '1–4 h',
    fix: 'Look at which questions of the mix went to the remote model, and correct the router’s threshold or rules for them.',
  },
  'DB-13': {
    title: 'connections to the database are not given back',
    priority: 'P1',
    effort: '1–4 h',
    fix: 'Give every connection back in `finally`, also where a query throws; let the pool close idle ones, and bound all pools together below what the database allows.',
  },
  'LEAK-05': {
    title: 'what has ended is not cleaned up by itself',
    priority: 'P1',
    effort: '1–4 h',
    fix: 'Start the clean-up with the service (a timer, a TTL of the store): a method that nobody calls frees nothing.',
  },
  'LEAK-08': {
    title: 'a connection that was replaced stays open',
    priority: 'P2',
    effort: '30 min–2 h',
    fix: 'When a session connects again, close the socket that it had before, and take it out of every map.',
  },
  'LEAK-09': {
    title: 'connections that were closed are still counted',
    priority: 'P2',
    effort: '30 min–2 h',
    fix: 'Unregister in the handler of `close` and of `error` alike, exactly once for each connection.',
  },
  'AUTH-06': {
    title: 'rapid requests are not limited',
    priority: 'P1',
    effort: '1–4 h',
    fix: 'Put a rate limit before the handler, by client or token, that answers 429 with Retry-After, and leave health checks out of it.',
  },
  'AUTH-07': {
    title: 'one client’s limit is not its own, or too high for what the operation costs',
    priority: 'P2',
    effort: '1–4 h',
    fix: 'Count by client or token, and give expensive operations a lower limit of their own.',
  },
};
