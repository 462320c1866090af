import type { Rule } from './rule.ts';
import { ATTEMPT_RULES } from './rules-attempts.ts';

const DEGRADE = {
  effort: '2–8 h',
  fix: 'Give every call to this dependency a time-out of its own, catch its failure where it is made, and answer from a fallback or with a clean 503 instead of failing with it.',
} as const;

/** Rows of the catalogue that experiments answer. */
export const CHAOS_RULES: Readonly<Record<string, Rule>> = {
  ...ATTEMPT_RULES,
  'CHA-01': {
    title: 'a crash is not recovered from in time',
    priority: 'P0',
    effort: '30 min–4 h',
    fix: 'Give the service a restart policy (`restart: unless-stopped` or `on-failure`), and let its clients connect again with a back-off when the connection breaks.',
  },
  'CHA-02': {
    title: 'the system does not recover from a fault in time',
    priority: 'P0',
    effort: '2–8 h',
    fix: 'Follow the first failing request after the heal: a client that keeps a dead connection, a breaker that never tries again and a start that waits for others are what is most often behind it.',
  },
  'CHA-03': { ...DEGRADE, title: 'a network partition breaks what should go on', priority: 'P1' },
  'CHA-04': { ...DEGRADE, title: 'a bad network breaks what should go on', priority: 'P1' },
  'CHA-05': { ...DEGRADE, title: 'a fault of stored state breaks what should go on', priority: 'P1' },
  'TST-24': {
    title: 'too few dependencies are tried by a fault',
    priority: 'P1',
    effort: '1–4 h',
    fix: 'Add an experiment for each dependency that is listed here (`experiments: {db-down: {fault: {stop: {service: db, for: 20s}}}}`), or write the family `service`, which makes one for every dependency.',
  },
  'CHA-12': {
    title: 'all was not well before the fault',
    priority: 'P1',
    effort: '15–60 min',
    fix: 'Repair the journey first, or choose one under `steady` that is good when nothing is done to the stack; a fault in a system that is sick shows nothing.',
  },
  'RES-07': {
    title: 'a fault spreads to what has nothing to do with it',
    priority: 'P1',
    effort: '2–8 h',
    fix: 'Separate what the two share (a pool, a queue, a thread that waits): bound it for each dependency, and open a breaker when one fails.',
  },
  'RES-12': { ...DEGRADE, title: 'no fallback answer without the agent', priority: 'P1' },
  'RES-13': { ...DEGRADE, title: 'a dependency that is down breaks what should go on', priority: 'P1' },
  'RED-09': { ...DEGRADE, title: 'without Redis the system does not answer', priority: 'P0' },
  'VEC-10': { ...DEGRADE, title: 'without the vector database the system does not answer', priority: 'P1' },
  'CFG-12': {
    title: 'health stays green while users are refused',
    priority: 'P1',
    effort: '30 min–2 h',
    fix: 'Let readiness ask for every dependency without which users are refused, with a short time-out, and answer 503 while one is missing; liveness may stay a bare 200.',
  },
  'DATA-01': {
    title: 'acknowledged data is lost',
    priority: 'P0',
    effort: '1–3 days',
    fix: 'Acknowledge a write only when it is durable: committed in the database (or in a queue that survives a crash), not when it is in memory or in a buffer. Start with the first lost id shown here.',
  },
  'DATA-02': {
    title: 'data comes back other than it was written',
    priority: 'P0',
    effort: '1–3 days',
    fix: 'Write each record in one transaction, and let a reader never see half of one; start with the first id shown here.',
  },
};
