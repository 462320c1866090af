import { z } from 'zod';

import { Miss } from './journey.ts';

/**
 * A distribution as it is stored, see src/lib/histogram.ts for what a bucket holds: `[bucket, count]` pairs in ascending order.
 * Merges exactly by adding counts.
 */
export const Histogram = z.object({
  /** Millionths are of a ratio, or of a count that is not whole. */
  unit: z.enum(['microseconds', 'bytes', 'count', 'millionths']),
  buckets: z.array(z.tuple([z.int().nonnegative(), z.number().nonnegative()])),
  min: z.number(),
  max: z.number(),
  sum: z.number(),
});
export type Histogram = z.output<typeof Histogram>;

/** How often something was so, of how many times. */
export const Rate = z.object({ hits: z.number(), of: z.number() });
export type Rate = z.output<typeof Rate>;

/** A metric within a part of its load's time. Slices follow one another, are equally long, and sum up to the whole. */
export const Slice = z.object({
  /** Milliseconds since the load began, of the scheduled time of what is counted. */
  fromMs: z.number(),
  toMs: z.number(),
  histogram: Histogram.optional(),
  rate: Rate.optional(),
});
export type Slice = z.output<typeof Slice>;

/** One expectation that walks of a load missed. */
export const LoadMiss = Miss.extend({
  journey: z.string(),
  step: z.string(),
  times: z.number(),
  /** When the first of them was due, in milliseconds since the load began. */
  firstAtMs: z.number(),
  /** A command that repeats the first of them, and how its answer began; redacted. */
  request: z.string().optional(),
  answer: z.string().optional(),
});
export type LoadMiss = z.output<typeof LoadMiss>;

/** What services printed at a moment of a load that tells something. Only where a limit was not kept, or something failed. */
export const Moment = z.object({
  /** `the first failure`, or the metric that was at its worst then. */
  what: z.string(),
  /** Milliseconds since the load began. */
  fromMs: z.number(),
  toMs: z.number(),
  printed: z.array(z.object({ service: z.string(), lines: z.array(z.string()), omitted: z.number() })),
});
export type Moment = z.output<typeof Moment>;

/** One level of a load that climbs until the system is full, goes further, and comes back. */
export const LoadLevel = z.object({
  /** `full`: the first level at which the system could no longer keep up. */
  part: z.enum(['climb', 'full', 'overload', 'recovery']),
  users: z.number(),
  /** Arrivals a second, as asked. */
  perSecond: z.number(),
  fromMs: z.number(),
  toMs: z.number(),
  arrivals: z.number(),
  kept: z.number(),
  /** Told to come again later: 429 or 503 with Retry-After. */
  refused: z.number(),
  /** Wrong answers: other statuses, also 429 and 503 that do not say when to come again, and wrong replies. */
  wrong: z.number(),
  /** Time-outs and connections that failed or broke. */
  unanswered: z.number(),
  /** What the arrivals came to, by status or kind of failure. Bounded. */
  outcomes: z.record(z.string(), z.number()),
  /** Walks that kept everything and ended within the level, whenever they had begun, per second. */
  donePerSecond: z.number(),
  /** Milliseconds from the scheduled time, of walks that kept everything; absent without any. */
  latency: z.object({ p50: z.number(), p90: z.number(), p99: z.number() }).optional(),
  /** The 90th percentile of the generator's own lateness. */
  lagMs: z.number(),
});
export type LoadLevel = z.output<typeof LoadLevel>;

/** What a load was to do, what it did, and whether its numbers are the system's and not the generator's own. */
export const Delivery = z.object({
  asked: z.object({
    users: z.number(),
    arrivals: z.number(),
    durationMs: z.number(),
    /** Arrivals per second at their highest. */
    perSecond: z.number(),
  }),
  achieved: z.object({
    /** Arrivals that were launched, and how they ended: kept all their expectations, did not, or were cut off by the end of the load. */
    arrivals: z.number(),
    kept: z.number(),
    failed: z.number(),
    cut: z.number(),
    /** Arrivals that the generator had no room for. More than none makes the load invalid. */
    dropped: z.number(),
    durationMs: z.number(),
    mostInFlight: z.number(),
    /** What was missed, by step, with the first of its kind. Bounded. */
    misses: z.array(LoadMiss),
  }),
  /** How late the generator was with its own arrivals, in milliseconds. */
  lag: z.object({ p50: z.number(), p99: z.number(), max: z.number() }),
  /** Share of its time in which the generator's thread was busy: near 1, its own delays are taken for the system's. */
  busy: z.number(),
  /** Threads that shared the load; only of several. `lag` and `busy` above are those of the worst of them. */
  workers: z
    .array(
      z.object({
        /** Arrivals that it launched. */
        arrivals: z.number(),
        lag: z.object({ p50: z.number(), p99: z.number(), max: z.number() }),
        busy: z.number(),
      }),
    )
    .optional(),
  /** What the same engine added to the known delays of a server of its own, just before the load: its own error in milliseconds. */
  calibration: z.object({ samples: z.number(), perSecond: z.number(), p50: z.number(), p99: z.number() }).optional(),
  /** Of a load that climbs until the system is full. */
  levels: z.array(LoadLevel).optional(),
  /** Why the climb ended before the system was full, if it did. */
  summit: z.string().optional(),
  /** The threshold that stopped the load before its time, as written, and what broke it. */
  aborted: z.object({ threshold: z.string(), measured: z.string(), afterMs: z.number() }).optional(),
  /** Processes that shared the load. */
  shards: z.number().optional(),
  /** Only what is proved may be judged: another load's numbers say as much about the generator as about the system. */
  proof: z.discriminatedUnion('state', [
    z.object({ state: z.literal('proved') }),
    z.object({ state: z.literal('unproved'), why: z.string() }),
  ]),
});
export type Delivery = z.output<typeof Delivery>;
