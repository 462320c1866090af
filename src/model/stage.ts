import { z } from 'zod';

/** The stages in the order in which they run: audit looks, the mission's five test, smoke follows a deploy. */
export const STAGES = ['audit', 'unit', 'integration', 'e2e', 'performance', 'chaos', 'smoke'] as const;

export const StageName = z.enum(STAGES);
export type StageName = z.output<typeof StageName>;

/** How much time the run may take: `pr` scales long loads down, `nightly` runs as written, `release` owes everything. */
export const Budget = z.enum(['pr', 'nightly', 'release']);
export type Budget = z.output<typeof Budget>;

/** Where something happened in time: ISO 8601 instants. */
export const Window = z.object({ from: z.iso.datetime(), to: z.iso.datetime() });
export type Window = z.output<typeof Window>;

/** How a stage went as an activity; whether it was good is judged later. */
export const StageRun = z.object({
  stage: StageName,
  status: z.enum(['completed', 'timedout', 'interrupted', 'crashed', 'skipped']),
  because: z.string().optional(),
  window: Window,
  /** Wall-clock time of the stage in milliseconds, measured with a monotonic clock. */
  durationMs: z.number(),
  /** Time that the stage's own commands, journeys and waits took, in milliseconds: the rest is the gate's overhead. */
  workMs: z.number(),
  askedMs: z.number().optional(),
  grantedMs: z.number().optional(),
});
export type StageRun = z.output<typeof StageRun>;
