import { z } from 'zod';

/**
 * What a journey becomes without a dependency. `ok`: as ever. `degraded`: late, or from a fallback. `refused`: a clean 429 or 503. `error`:
 * any other answer, or none because the connection broke. `crash`: somebody else died of it. `hang`: no answer in time. `unknown`: nobody
 * could look. `part`: it speaks to what was harmed itself.
 */
export const DegradationCell = z.enum(['ok', 'degraded', 'refused', 'error', 'crash', 'hang', 'unknown', 'part']);
export type DegradationCell = z.output<typeof DegradationCell>;

/** Dependency × journey: each row is what one experiment took away. */
export const DegradationMatrix = z.object({
  journeys: z.array(z.string()),
  rows: z.array(
    z.object({
      /** What was harmed. */
      dependency: z.string(),
      /** How, in words: `stop redis`. */
      fault: z.string(),
      experiment: z.string(),
      cells: z.array(DegradationCell),
    }),
  ),
  /** Rows that were too many to show. */
  more: z.number(),
});
export type DegradationMatrix = z.output<typeof DegradationMatrix>;
