import { z } from 'zod';

import { Miss } from './journey.ts';
import { Source } from './source.ts';

/** A search for what piles up: the journey is walked in rounds, and after each all is left alone, collected and looked at. */
export const PlannedLeaks = z.object({
  journey: z.string(),
  /** Rounds of walks, with those at the beginning in which everything warms up. */
  cycles: z.number(),
  /** How many users walk by turns; `new` is another user for every walk. */
  users: z.union([z.literal('new'), z.number()]),
  /** Time after each round in which what is due to be freed can be freed. */
  waitMs: z.number(),
  /** How often a day the journey is walked where the system is used: what a leak comes to in a day. */
  perDay: z.number(),
  /** How long a user is away before it comes back, where somebody asks for that. */
  idleMs: z.number().optional(),
});
export type PlannedLeaks = z.output<typeof PlannedLeaks>;

/** What can be seen of a service at rest, with the walks that were made until then. */
export const RestingLook = z.object({
  walks: z.number(),
  /** Bytes on the heap right after a forced collection, with the buffers that objects hold. */
  heapBytes: z.number().optional(),
  /** Bytes without file cache, whatever they hold. */
  memoryBytes: z.number().optional(),
  /** Open file descriptors. */
  fds: z.number().optional(),
  /** Processes and threads. */
  pids: z.number().optional(),
  goroutines: z.number().optional(),
});
export type RestingLook = z.output<typeof RestingLook>;

/** Bytes that were taken during the last round and are still held, by the place that took them. Largest first, bounded. */
export const Allocation = z.object({
  name: z.string(),
  file: z.string().optional(),
  line: z.number().optional(),
  bytes: z.number(),
});
export type Allocation = z.output<typeof Allocation>;

/** One service over a search. `collected`: how garbage was collected before each look, or why it could not be. */
export const ServiceAtRest = z.object({
  service: z.string(),
  /** The journey speaks to it. */
  spoken: z.boolean(),
  collected: z.discriminatedUnion('state', [
    z.object({ state: z.literal('forced'), runtime: z.enum(['node', 'go', 'java']), by: z.string() }),
    z.object({ state: z.literal('not-forced'), why: z.string() }),
  ]),
  looks: z.array(RestingLook),
  /** How much memory it may use, where its containers have a limit. */
  memoryLimitBytes: z.number().optional(),
  /** Why the last look is not there. */
  lost: z.string().optional(),
  /** Where what is held comes from: for whoever has to find a leak. */
  profile: z
    .discriminatedUnion('state', [
      z.object({ state: z.literal('taken'), source: Source, top: z.array(Allocation) }),
      z.object({ state: z.literal('not-taken'), why: z.string() }),
    ])
    .optional(),
});
export type ServiceAtRest = z.output<typeof ServiceAtRest>;

/** A user who was away: how the walk before went, and the one after. */
export const Return = z.object({
  idleMs: z.number(),
  before: z.enum(['kept', 'missed', 'cut']),
  after: z.enum(['kept', 'missed', 'cut']),
  /** The first thing that the walk after missed. */
  miss: Miss.extend({ step: z.string() }).optional(),
});
export type Return = z.output<typeof Return>;
