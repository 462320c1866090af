import type { Rule } from './rule.ts';

/** Rows of the catalogue about what a service attempts at its dependency, seen from between them. */
export const ATTEMPT_RULES: Readonly<Record<string, Rule>> = {
  'RES-01': {
    title: 'no circuit breaker opens',
    priority: 'P0',
    effort: '2–8 h',
    fix: 'Put a circuit breaker around the calls to this dependency: after some failures in a row it answers at once, without asking, and lets one trial through now and then.',
  },
  'RES-02': {
    title: 'there is no fallback while the breaker is open',
    priority: 'P0',
    effort: '2–8 h',
    fix: 'Answer from the fallback when the breaker is open, and mark the answer, so that clients and this gate can tell it from the real one.',
  },
  'RES-03': {
    title: 'the circuit breaker never closes',
    priority: 'P0',
    effort: '1–4 h',
    fix: 'Let one trial through after the reset time, close when it succeeds, and begin the reset time anew when it fails; clear the mark of a trial under way whatever becomes of it.',
  },
  'RES-04': {
    title: 'normal operation does not resume',
    priority: 'P1',
    effort: '2–8 h',
    fix: 'Look at what stays behind after the recovery: pools that shrank, caches that are cold, retries that are still under way, traffic that stays with the fallback.',
  },
  'RES-05': {
    title: 'the circuit breaker loses failures that happen at once',
    priority: 'P0',
    effort: '1–4 h',
    fix: 'Count failures in one step that nothing can come between: an atomic counter or a lock that is really held, and no wait between the reading and the writing of the count.',
  },
  'RES-08': {
    title: 'nothing shows that the circuit breaker is open',
    priority: 'P2',
    effort: '30 min–2 h',
    fix: 'Give the state of each breaker as a metric (`breaker_state{name="llm"}`: 0 closed, 1 half-open, 2 open) or in the deep health answer, and alert on one that stays open: a fallback that works hides the failure from everybody else.',
  },
  'RES-09': {
    title: 'a provider that hangs hangs the request',
    priority: 'P0',
    effort: '1–4 h',
    fix: 'Give the stream a time-out for its first byte, one between two pieces, and one for the whole; end it with an error or the fallback.',
  },
  'RES-10': {
    title: 'what was asked for a user who is gone is not cancelled',
    priority: 'P1',
    effort: '1–4 h',
    fix: 'Hand the context (or abort signal) of the request to the call upstream, in place of a background context, so that it ends when the client goes away.',
  },
  'RES-11': {
    title: 'retries do not back off',
    priority: 'P1',
    effort: '1–2 h',
    fix: 'Wait twice as long after each failure, up to a limit, with a random part, and give up after a few attempts.',
  },
  'RES-14': {
    title: 'the circuit breaker gets stuck when its dependency comes and goes',
    priority: 'P1',
    effort: '2–8 h',
    fix: 'Let every way out of the half-open state lead to open or closed, also when a trial is cancelled or another one ends meanwhile.',
  },
  'DB-15': {
    title: 'failures set off a storm of retries',
    priority: 'P1',
    effort: '2–8 h',
    fix: 'Retry in one layer only, a few times, with a back-off and a random part, and with a budget: no more retries than a tenth of the calls. Let an open breaker stop them.',
  },
  'DB-20': {
    title: 'without its database a service does not refuse cleanly',
    priority: 'P0',
    effort: '2–8 h',
    fix: 'Catch the failure of the database where it is made and answer 503 (with Retry-After) at once; never 500, never a hang, and never an exit.',
  },
};
