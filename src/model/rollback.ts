import { z } from 'zod';

import { Miss } from './journey.ts';

/** A journey that writes one thing called `{{nonce}}`, and the one that finds it again. */
export const KeptThings = z.object({ write: z.string(), read: z.string().optional() });
export type KeptThings = z.output<typeof KeptThings>;

/** Asked of a release: the version before this one is started on the data of this one, and this one again. */
export const PlannedRollback = z.object({
  /** Tag, branch or commit; the newest tag before this commit without it. */
  to: z.string().optional(),
  /** What is walked on every version; they are its smoke tests. */
  journeys: z.array(z.string()).min(1),
  keeps: KeptThings.optional(),
  /** What the checked-out earlier version needs before its stack can come up, as a line for the shell. */
  prepare: z.string().optional(),
  /** The longest that it may take, milliseconds. */
  limitMs: z.number(),
});
export type PlannedRollback = z.output<typeof PlannedRollback>;

/** One version in its turn. `control`: the version before on data of its own, where it did not do on those of this version. */
export const RollbackTurn = z.object({
  version: z.enum(['this', 'previous', 'again', 'control']),
  /** What became of its stack. */
  stack: z.discriminatedUnion('state', [
    z.object({ state: z.literal('ready'), afterMs: z.number() }),
    z.object({ state: z.literal('not-ready'), why: z.string() }),
  ]),
  journeys: z.array(
    z.object({
      journey: z.string(),
      outcome: z.enum(['passed', 'failed', 'unreachable', 'interrupted']),
      durationMs: z.number(),
      /** The first thing that was missed. */
      miss: Miss.extend({ step: z.string() }).optional(),
    }),
  ),
  /** Things that earlier turns wrote and were told to be kept, and what of them was found. */
  kept: z.object({ written: z.number(), found: z.number(), lost: z.number(), unread: z.number() }).optional(),
});
export type RollbackTurn = z.output<typeof RollbackTurn>;

/** What came of going back and forward again. */
export const RollbackFields = {
  to: z.discriminatedUnion('state', [
    z.object({ state: z.literal('previous'), ref: z.string(), sha: z.string() }),
    z.object({ state: z.literal('none'), why: z.string() }),
  ]),
  /** Where the data stayed from turn to turn: names of volumes, or `{{run.dir}}`. Empty where nobody here can know. */
  data: z.array(z.string()),
  turns: z.array(RollbackTurn),
};
