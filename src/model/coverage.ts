import { z } from 'zod';

export const Ratio = z.object({ covered: z.number(), total: z.number() });
export type Ratio = z.output<typeof Ratio>;

/** First and last line, both inclusive. */
export const LineRange = z.tuple([z.number(), z.number()]);
export type LineRange = z.output<typeof LineRange>;

/** What the tests ran of one source file. `path` is relative to the repository root where it could be mapped. */
export const FileCoverage = z.object({
  path: z.string(),
  lines: Ratio,
  branches: Ratio.optional(),
  functions: Ratio.optional(),
  uncovered: z.array(LineRange),
});
export type FileCoverage = z.output<typeof FileCoverage>;

/** Of the lines that a change touches, what the tests ran. Only lines that the report knows count: comments do not. */
export const ChangedCoverage = z.object({
  /** Commit that the change is measured against. */
  base: z.string(),
  lines: Ratio,
  /** Files with changed lines that the report knows. */
  files: z.array(FileCoverage.pick({ path: true, lines: true, uncovered: true })),
});
export type ChangedCoverage = z.output<typeof ChangedCoverage>;
