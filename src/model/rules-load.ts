import type { Rule } from './rule.ts';

const SCENARIO = {
  priority: 'P1',
  effort: '2–8 h',
  fix: 'Start with the first failing request shown here and the slowest step: repeat the load with the command shown and follow that request through the service logs.',
} as const;

/** Rows of the catalogue that loads answer. */
export const LOAD_RULES: Readonly<Record<string, Rule>> = {
  'LOAD-01': { ...SCENARIO, title: 'the steady load is not borne' },
  'LOAD-02': { ...SCENARIO, title: 'the peak load is not borne' },
  'LOAD-03': { ...SCENARIO, title: 'a burst of users is not borne' },
  'LOAD-04': { ...SCENARIO, title: 'the sustained load is not borne' },
  'LOAD-05': {
    title: 'a hundred concurrent users are not borne',
    priority: 'P1',
    effort: '2–8 h',
    fix: 'Look for what all users share (a pool, a lock, a queue, one worker): compare the slowest step under the lighter load with the same step under this one, and widen what is waited for.',
  },
  'LOAD-06': {
    title: 'too few users come to the end of their journey',
    priority: 'P0',
    effort: '2–8 h',
    fix: 'Repair the first failing request shown here: under load, time-outs of a pool, a limit of connections and a crashed worker are what is most often behind it.',
  },
  'LOAD-07': {
    title: 'too many requests fail under load',
    priority: 'P1',
    effort: '2–8 h',
    fix: 'Repair the first failing request shown here; where the system is full, let it answer 429 or 503 with Retry-After early instead of failing late.',
  },
  'LOAD-08': {
    title: 'answers come too late under load',
    priority: 'P1',
    effort: '2–8 h',
    fix: 'Start with the slowest step shown here: compare its time alone with its time under load (the difference is waiting: a pool, a lock, a queue), and widen or shorten that.',
  },
  'LOAD-09': {
    title: 'a service uses too much CPU under load',
    priority: 'P2',
    effort: '2–8 h',
    fix: 'Profile the service under this load and repair its hottest function, or give it more CPU.',
  },
  'LOAD-10': {
    title: 'the system serves fewer requests than it should',
    priority: 'P2',
    effort: '2–8 h',
    fix: 'Look for what is full first (CPU, a pool, a lock, a limit of connections) while this load runs, and widen that; where the load asked for less than the limit, ask for more.',
  },
  'LOAD-11': {
    title: 'the system gets worse while a load lasts',
    priority: 'P1',
    effort: '2–8 h',
    fix: 'Look for what grows with every request (tables without an index, lists that are searched, caches without a bound, queues that never drain) beside the resource curves of this load.',
  },
  'LOAD-12': {
    title: 'the system does not recover after an overload',
    priority: 'P1',
    effort: '2–8 h',
    fix: 'Drop what nobody waits for any more (deadlines on queued work, bounded queues), and give back connections of requests that timed out.',
  },
  'INP-09': {
    title: 'an overload ends in errors and time-outs instead of backpressure',
    priority: 'P1',
    effort: '2–8 h',
    fix: 'Bound the work in hand (a semaphore, a bounded queue, a limit of connections) and answer 429 or 503 with Retry-After at once beyond it.',
  },
  'DB-10': {
    title: 'a pool is too small for the load',
    priority: 'P1',
    effort: '15–60 min',
    fix: 'Size the pool for the requests that are under way at this load (and the database for all pools together), or hold connections for a shorter time.',
  },
  'DB-16': {
    title: 'a full system does less than one that is nearly full',
    priority: 'P2',
    effort: '2–8 h',
    fix: 'Bound what is under way at once below the size of the pool and refuse the rest at once; let the pool grow with its waiters, give waiting for it a time-out, and drop work that nobody waits for any more.',
  },
  'DB-18': {
    title: 'queries of the analytics database come too late under load',
    priority: 'P1',
    effort: '2–8 h',
    fix: 'Look at the query in system.query_log (read_rows, read_bytes): order the table by what is filtered, project or pre-aggregate what is asked often, and bound how many queries run at once.',
  },
  'LOAD-15': {
    title: 'where the time went under load',
    priority: 'P3',
    effort: '15–60 min',
    fix: 'Start with the slowest step and the first failing request: repeat it with the command shown, and look for what the services used and printed at that moment.',
  },
  'LOAD-13': {
    title: 'the generator did not deliver the load that was asked',
    priority: 'P1',
    effort: '15–60 min',
    fix: 'Give the gate a quieter or larger machine, or ask for less load from one: its own delays must not pass for those of the system.',
  },
  'LOAD-14': {
    title: 'a journey takes longer than on the base branch',
    priority: 'P1',
    effort: '2–8 h',
    fix: 'Profile the journey on both commits (`node --cpu-prof`, `perf`, pprof) and look at what is new in the difference; if the cost is meant, raise `tolerance` with the reason.',
  },
  'LEAK-11': {
    title: 'a service uses too much memory under load',
    priority: 'P1',
    effort: '2–8 h',
    fix: 'Take a heap profile under this load and bound what is largest (caches, buffers, per-session state), or raise the limit if the need is real.',
  },
};
