import { z } from 'zod';

import { LineRange, Ratio } from './coverage.ts';
import { StageName } from './stage.ts';

/** What the tests of one stage ran of one source file. */
export const CoverageOfFile = z.object({
  stage: StageName,
  path: z.string(),
  lines: Ratio,
  /** The first ranges that no test ran; `more` counts those left out. */
  uncovered: z.array(LineRange),
  more: z.number(),
  /** Of the lines that the change touches. */
  changed: z.object({ lines: Ratio, uncovered: z.array(LineRange) }).optional(),
});
export type CoverageOfFile = z.output<typeof CoverageOfFile>;

export const SlowTest = z.object({ stage: StageName, test: z.string(), durationMs: z.number() });
export type SlowTest = z.output<typeof SlowTest>;
