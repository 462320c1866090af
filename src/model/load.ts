import { z } from 'zod';

/**
 * A distribution as it is stored, see src/lib/histogram.ts for what a bucket holds: `[bucket, count]` pairs in ascending order.
 * Merges exactly by adding counts.
 */
export const Histogram = z.object({
  unit: z.enum(['microseconds', 'bytes', 'count']),
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
    /** Failures by what was missed (`timeout`, `connection`, `status`, …). */
    misses: z.record(z.string(), z.number()),
  }),
  /** How late the generator was with its own arrivals, in milliseconds. */
  lag: z.object({ p50: z.number(), p99: z.number(), max: z.number() }),
  /** Share of one core that the generator's process used while it ran. */
  cpu: z.number(),
  /** The same engine against a server of its own whose delay is known, just before the load. Milliseconds. */
  calibration: z.object({ delay: z.number(), arrivals: z.number(), p50: z.number(), p99: z.number() }).optional(),
  /** Only what is proved may be judged: another load's numbers say as much about the generator as about the system. */
  proof: z.discriminatedUnion('state', [
    z.object({ state: z.literal('proved') }),
    z.object({ state: z.literal('unproved'), why: z.string() }),
  ]),
});
export type Delivery = z.output<typeof Delivery>;
