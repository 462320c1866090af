import { z } from 'zod';

/** Asked of a stage: base and head stand side by side, and the same journeys are walked on both. */
export const PlannedComparison = z.object({
  journeys: z.array(z.string()).min(1),
  /** By how much more is too much: 0.05 is 5 %. */
  tolerance: z.number(),
  /** How often both sides are started afresh: a process keeps its luck (addresses, compiled code) for its whole life. */
  restarts: z.number(),
  /** Pairs of blocks, one of each side, in the life of each process and for each journey. */
  pairs: z.number(),
  /** What the base's own folder needs before its stack can come up, as a line for the shell. */
  prepare: z.string().optional(),
});
export type PlannedComparison = z.output<typeof PlannedComparison>;

/** Some walks of a journey on one side. Times are in milliseconds. */
export const Block = z.object({
  side: z.enum(['base', 'head']),
  walks: z.number(),
  /** Walks that missed something, or were cut off: their times are not in the percentiles. */
  failed: z.number(),
  p50: z.number(),
  /** The median of each of its turns, which are so short that most of them are undisturbed. */
  turns: z.array(z.number()),
  p99: z.number(),
  /** CPU time that each service used, where it can be seen. */
  cpuMs: z.record(z.string(), z.number()).optional(),
});
export type Block = z.output<typeof Block>;

/** A block of the base and one of head that share their time, turn by turn in random order. */
export const BlockPair = z.tuple([Block, Block]);
export type BlockPair = z.output<typeof BlockPair>;

/** The blocks of one journey in the life of one pair of stacks. */
export const ComparedLife = z.object({ journey: z.string(), life: z.number(), pairs: z.array(BlockPair) });
export type ComparedLife = z.output<typeof ComparedLife>;

/** What head is held against. `none`: there is nothing to hold it against, and why. */
export const Against = z.discriminatedUnion('state', [
  z.object({ state: z.literal('base'), sha: z.string() }),
  z.object({ state: z.literal('none'), why: z.string() }),
]);
export type Against = z.output<typeof Against>;
