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
  'LOAD-13': {
    title: 'the generator did not deliver the load that was asked',
    priority: 'P1',
    effort: '15–60 min',
    fix: 'Give the gate a quieter or larger machine, or ask for less load from one: its own delays must not pass for those of the system.',
  },
  'LEAK-11': {
    title: 'a service uses too much memory under load',
    priority: 'P1',
    effort: '2–8 h',
    fix: 'Take a heap profile under this load and bound what is largest (caches, buffers, per-session state), or raise the limit if the need is real.',
  },
};
