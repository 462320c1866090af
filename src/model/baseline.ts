import { z } from 'zod';

/** What is kept of a judged run of the base branch, to tell new from known. */
export const Baseline = z.object({
  schema: z.literal('gauntlet.baseline/1'),
  sha: z.string(),
  at: z.iso.datetime(),
  findings: z.array(
    z.object({ fingerprint: z.string(), code: z.string(), firstSeen: z.object({ sha: z.string(), at: z.iso.datetime() }) }),
  ),
  /** Distinct tests per stage, to notice that they vanish. */
  tests: z.record(z.string(), z.number()),
  /** Line coverage per stage, 0–1. */
  coverage: z.record(z.string(), z.number()),
});
export type Baseline = z.output<typeof Baseline>;
