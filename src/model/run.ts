import { z } from 'zod';

import { ForgeContext } from './forge.ts';
import { Machine } from './machine.ts';
import { Budget, StageName } from './stage.ts';

/** The version of the run directory's layout; another major is refused with a hint. */
export const RUN_SCHEMA = 'gauntlet.run/1';

/** `run.json`: what was run, on what, by which version. */
export const RunInfo = z.object({
  schema: z.literal(RUN_SCHEMA),
  id: z.string(),
  tool: z.object({ name: z.literal('gauntlet'), version: z.string() }),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().optional(),
  budget: Budget,
  seed: z.number(),
  configPath: z.string(),
  /** Hex digest of the configuration as read. */
  configSha256: z.string(),
  git: z.object({ head: z.string().optional(), base: z.string().optional(), dirty: z.boolean() }),
  forge: ForgeContext,
  machine: Machine,
  /** How the whole run ended as an activity. */
  ended: z.enum(['running', 'completed', 'interrupted', 'crashed']),
  /** Name this leg of a matrix; the judge job merges legs. */
  leg: z.string().optional(),
  /** Legs that this run was merged from. An attempt that a newer one of the same leg replaces is `superseded`. */
  legs: z
    .array(z.object({ name: z.string(), attempt: z.number(), stages: z.array(StageName), ended: z.string(), superseded: z.boolean() }))
    .optional(),
});
export type RunInfo = z.output<typeof RunInfo>;

/** One line of `journal.ndjson`: an intent is flushed before the act, its end after. */
export const JournalEntry = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('intent'),
    at: z.iso.datetime(),
    id: z.string(),
    act: z.enum(['stack-up', 'fault', 'command']),
    undo: z.json(),
  }),
  z.object({ type: z.literal('done'), at: z.iso.datetime(), id: z.string(), outcome: z.string() }),
  z.object({ type: z.literal('undone'), at: z.iso.datetime(), id: z.string(), outcome: z.string() }),
  z.object({ type: z.literal('note'), at: z.iso.datetime(), message: z.string() }),
]);
export type JournalEntry = z.output<typeof JournalEntry>;
