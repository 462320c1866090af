import { z } from 'zod';

import { AttemptFacts } from './attempt.ts';
import { Limit } from './limit.ts';

/** What is done to the stack: a plugin of `src/faults` by its type, and its own options. A later version may know a type that this one does not. */
export const PlannedFault = z.object({
  type: z.string(),
  options: z.json(),
  /** How long it lasts; the experiment's own time without it. */
  durationMs: z.number().optional(),
});
export type PlannedFault = z.output<typeof PlannedFault>;

/** Faults by chance, within limits; the seed of the run repeats them. */
export const PlannedRandom = z.object({
  /** Experiments, one after the other. */
  count: z.number(),
  /** Faults at the same time. */
  atOnce: z.number().optional(),
  /** How often each type of fault is drawn, against the others. */
  weights: z.record(z.string(), z.number()).optional(),
  /** The blast radius: services that may be harmed at the same time. */
  mostServices: z.number().optional(),
  /** Services that are never harmed. */
  spare: z.array(z.string()).optional(),
});
export type PlannedRandom = z.output<typeof PlannedRandom>;

/** What must hold while a fault lasts. */
export const DuringLimits = z.object({
  /** Share of the journey's walks that must be answered well, degraded answers included. */
  successRate: Limit.optional(),
  /** Statuses that an answer may have; any success, 429 and 503 without it. */
  statuses: z.array(z.number()).optional(),
  /** How an answer from a fallback is known: a header with a part of its value, or text in the body. */
  fallback: z.object({ header: z.string().optional(), body: z.string().optional() }).optional(),
  /** Limit of the 95th percentile of the time to an answer. */
  latency: Limit.optional(),
  /** An attempt must have an answer of any kind within this time, milliseconds: without one it hangs. */
  deadlineMs: z.number().optional(),
  /** The alert that must fire while the fault lasts; `at` is the target of the Prometheus that is asked. */
  alert: z.object({ name: z.string(), at: z.string(), within: Limit.optional() }).optional(),
  /** What shows the state of a circuit breaker: a metric, or a field of a JSON answer, at a path of a target. */
  state: z.object({ metric: z.string().optional(), field: z.string().optional(), at: z.string(), path: z.string() }).optional(),
  /** Attempts at the dependency for each that a walk makes when all is well. */
  attempts: Limit.optional(),
  /** So many walks at once, again and again, in place of a steady pace. */
  parallel: z.number().optional(),
  /** Whoever asks goes away after so long, milliseconds. */
  leaveAfterMs: z.number().optional(),
});
export type DuringLimits = z.output<typeof DuringLimits>;

/** Writes through the fault whose ids are read back after it. */
export const LedgerPlan = z.object({
  /** The journey that writes one thing, whose unique id is `{{nonce}}`. */
  write: z.string(),
  /** The journey whose answer holds that id; the last step of the writing one, if it only reads, without it. */
  read: z.string().optional(),
  /** A service that is restarted before a second reading. */
  restart: z.string().optional(),
});
export type LedgerPlan = z.output<typeof LedgerPlan>;

/** A fault with what must hold before, during and after it. */
export const PlannedExperiment = z.object({
  name: z.string(),
  /** Absent for a family of faults (`network`), whose faults are chosen when the stack is known. */
  fault: PlannedFault.optional(),
  /** Done at the same time as that one. */
  also: z.array(PlannedFault).optional(),
  /** In place of a fault: whatever chance draws. */
  random: PlannedRandom.optional(),
  /** Catalogue rows that the experiment answers: those that it names, and those of its fault. */
  rows: z.array(z.string()),
  /** Journeys that must be good before and after; those of the plan without it. */
  steady: z.array(z.string()).optional(),
  /** Journeys that must not suffer at all. */
  control: z.array(z.string()).optional(),
  during: DuringLimits.optional(),
  recovery: Limit.optional(),
  ledger: LedgerPlan.optional(),
});
export type PlannedExperiment = z.output<typeof PlannedExperiment>;

/**
 * How one walk of a journey was answered. `slow`: right, and later than the journey allows. `degraded`: from a fallback. `refused`: a clean
 * 429 or 503. `wrong`: any other answer. `unreachable`: no connection, or one that broke. `hang`: nothing within the deadline.
 * `exhausted`: this machine's own fault.
 */
export const ANSWERS = ['ok', 'slow', 'degraded', 'refused', 'wrong', 'unreachable', 'hang', 'exhausted'] as const;
export const Answer = z.enum(ANSWERS);
export type Answer = z.output<typeof Answer>;

/** Walks by how they were answered; kinds that did not come are absent. */
export const AnswerCounts = z.partialRecord(Answer, z.number());
export type AnswerCounts = z.output<typeof AnswerCounts>;

/** A stretch of an experiment as a journey experienced it. */
export const Phase = z.object({
  walks: z.number(),
  answers: AnswerCounts,
  /** Of walks that were answered, milliseconds. */
  p50Ms: z.number().optional(),
  p95Ms: z.number().optional(),
  maxMs: z.number().optional(),
});
export type Phase = z.output<typeof Phase>;

/** Time until users were served again, counted from the verified heal, or from the death that a crash is. */
export const Recovery = z.discriminatedUnion('state', [
  /** Nobody was refused anything after that moment. */
  z.object({ state: z.literal('unharmed') }),
  z.object({
    state: z.literal('recovered'),
    afterMs: z.number(),
    /** How long the act or the heal took: the moment from which it counts lies within. Absent in older evidence. */
    blurMs: z.number().optional(),
  }),
  /** Still not well when nobody waited any longer. */
  z.object({ state: z.literal('not-recovered'), afterMs: z.number() }),
]);
export type Recovery = z.output<typeof Recovery>;

/** The first walk that went wrong. */
export const FirstFailure = z.object({
  /** Milliseconds since the experiment began, of its scheduled time. */
  atMs: z.number(),
  answer: Answer,
  step: z.string(),
  measured: z.string(),
  expected: z.string(),
  curl: z.string().optional(),
});
export type FirstFailure = z.output<typeof FirstFailure>;

/** One journey through one experiment. */
export const WatchedJourney = z.object({
  journey: z.string(),
  /** `steady` may suffer and must recover; `control` has nothing to do with the fault; `health` is a target's own health path. */
  role: z.enum(['steady', 'control', 'health']),
  /** It speaks to a service that the fault is done to: that this one does not answer then is no fault of the system. */
  direct: z.boolean(),
  /** Names of the targets that it speaks to. */
  targets: z.array(z.string()).optional(),
  intervalMs: z.number(),
  before: Phase,
  during: Phase,
  after: Phase,
  /** From the act to the first walk that went wrong, as its user noticed it. */
  detectMs: z.number().optional(),
  recovery: Recovery,
  firstFailure: FirstFailure.optional(),
  /** `[milliseconds since the experiment began, milliseconds it took, index in ANSWERS]`, in order; the first ones, where there are too many. */
  points: z.array(z.tuple([z.number(), z.number(), z.number()])),
});
export type WatchedJourney = z.output<typeof WatchedJourney>;

/** One service before and after. A restart is a new life of its process or container. */
export const WatchedService = z.object({
  service: z.string(),
  /** The fault is done to it. */
  target: z.boolean(),
  restartPolicy: z.string().optional(),
  /** Times that it was started anew meanwhile. */
  restarts: z.number(),
  /** At the end. */
  state: z.string(),
  health: z.string(),
});
export type WatchedService = z.output<typeof WatchedService>;

/** What became of writes through the fault. Counts are of unique ids; lists hold the first of them. */
export const LedgerFacts = z.object({
  write: z.string(),
  read: z.string(),
  attempted: z.number(),
  acknowledged: z.number(),
  /** Refused for good: never written, as the system says. */
  failed: z.number(),
  /** Nobody knows: no answer, or one of the kind 5xx. */
  indeterminate: z.number(),
  /** Acknowledged from just before the fault until it was over: those it could lose. */
  acknowledgedDuring: z.number(),
  lost: z.array(z.string()),
  lostCount: z.number(),
  /** There, but not as it was written. */
  corrupt: z.array(z.string()),
  corruptCount: z.number(),
  /** There more often than an undisturbed one. */
  duplicateCount: z.number(),
  /** There, though nobody wrote it or the system refused it. */
  unexpectedCount: z.number(),
  /** Acknowledged, not there in the first reading, there in the second. */
  staleCount: z.number(),
  /** Indeterminate, and there after all: no fault. */
  recoveredCount: z.number(),
  /** Not acknowledged, there in the first reading, gone in the second: it was never more than memory. */
  phantomCount: z.number().optional(),
  /** Acknowledged, and no reading had an answer. */
  unreadCount: z.number(),
  /** The service that was restarted before the second reading. */
  restarted: z.string().optional(),
  /** Why nothing can be said. */
  doubt: z.string().optional(),
});
export type LedgerFacts = z.output<typeof LedgerFacts>;

/** What a Prometheus said of one alert. Times are milliseconds since the experiment began. */
export const WatchedAlert = z.object({
  name: z.string(),
  at: z.string(),
  /** Answers that it gave; without any, nothing is known. */
  looks: z.number(),
  /** What it said instead, last. */
  failure: z.string().optional(),
  /** It fired before anything was done. */
  firedBefore: z.boolean(),
  pendingMs: z.number().optional(),
  firingMs: z.number().optional(),
  /** When it was first seen not to fire any more. */
  clearedMs: z.number().optional(),
  within: Limit.optional(),
});
export type WatchedAlert = z.output<typeof WatchedAlert>;

/** What a metric or a field said through an experiment. */
export const WatchedState = z.object({
  what: z.string(),
  /** Target and path. */
  at: z.string(),
  /** Answers of any kind; without any, nothing is known. */
  looks: z.number(),
  /** Answers that did not have it. */
  absent: z.number(),
  /** Why one look had no answer, last. */
  failure: z.string().optional(),
  /** Its first value and every change: milliseconds since the experiment began, and the value. */
  points: z.array(z.tuple([z.number(), z.string()])),
});
export type WatchedState = z.output<typeof WatchedState>;

/** What users, services and data experienced. Times are milliseconds since the experiment began. */
export const ExperimentFacts = z.object({
  title: z.string(),
  /** The family that it was made for, where nobody wrote it down. */
  family: z.string().optional(),
  rows: z.array(z.string()),
  seed: z.number(),
  lasts: z.enum(['moment', 'held']),
  /** Services that the fault is done to. */
  services: z.array(z.string()),
  /** Whether all was well before: a fault in a system that is sick shows nothing. */
  steady: z.discriminatedUnion('state', [z.object({ state: z.literal('good') }), z.object({ state: z.literal('bad'), why: z.string() })]),
  /** The same effect by another means. */
  substitute: z.string().optional(),
  /** When the steady window began, after everything that stands in between was in its place: all milliseconds here count from then. */
  beganAt: z.string().optional(),
  injectMs: z.number(),
  healedMs: z.number(),
  endMs: z.number(),
  during: DuringLimits,
  /** The limit of the recovery that holds here. */
  recovery: Limit,
  journeys: z.array(WatchedJourney),
  watched: z.array(WatchedService),
  /** What was attempted at the dependency, where the fault stands before it. */
  attempts: AttemptFacts.optional(),
  ledger: LedgerFacts.optional(),
  alert: WatchedAlert.optional(),
  state: WatchedState.optional(),
});
export type ExperimentFacts = z.output<typeof ExperimentFacts>;

/** What evidence says of one fault, beside where and when. */
export const FaultFields = {
  experiment: z.string(),
  fault: z.string(),
  options: z.json(),
  proof: z.discriminatedUnion('state', [
    z.object({ state: z.literal('proved'), by: z.array(z.string()).min(1) }),
    z.object({ state: z.literal('unproved'), why: z.string() }),
  ]),
  healed: z.boolean(),
  /** Why it is not healed, or what is not as it was before. */
  residue: z.string().optional(),
  facts: z.json(),
  /** What users, services and data experienced, where somebody watched. */
  observed: ExperimentFacts.optional(),
};
