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
  /** Ascending; bounded. */
  uncovered: z.array(LineRange),
  /** How many further ranges `uncovered` leaves out because of its bound. */
  omitted: z.number().optional(),
  /** `totals`: the reports only say how many lines there are, not which: `uncovered` is empty whatever `lines` says. */
  detail: z.literal('totals').optional(),
});
export type FileCoverage = z.output<typeof FileCoverage>;

/** Of the lines that a change touches, what the tests ran. Only lines that the report knows count: comments do not. */
export const ChangedCoverage = z.object({
  /** Commit that the change is measured against. */
  base: z.string(),
  lines: Ratio,
  /** Files with changed lines that the report knows. */
  files: z.array(FileCoverage.pick({ path: true, lines: true, uncovered: true })),
  /** Files of the change of which the reports only tell totals: whether its lines ran is unknown. */
  unlisted: z.array(z.string()).optional(),
  /** Files of the change that no test loaded, with the changed lines that hold code: none of them ran, and `lines` does not count them. */
  neverLoaded: z.array(z.object({ path: z.string(), lines: z.number(), uncovered: z.array(LineRange) })).optional(),
});
export type ChangedCoverage = z.output<typeof ChangedCoverage>;

/**
 * Source files of the repository that no report tells of: no test loaded them, so nothing in them ran. What a coverage tool
 * would count in them is unknown: their lines are an estimate (neither blank nor comment) and in no other number.
 */
export const NeverLoaded = z.object({
  /** `include`: the config says what is source. `likeness`: files of the same kind in folders that the reports do tell of. */
  by: z.enum(['include', 'likeness']),
  /** Sorted by path; bounded. */
  files: z.array(z.object({ path: z.string(), lines: z.number() })),
  /** Files in all, the unlisted ones too. */
  total: z.number(),
  /** Estimated lines of all of them. */
  lines: z.number(),
});
export type NeverLoaded = z.output<typeof NeverLoaded>;
