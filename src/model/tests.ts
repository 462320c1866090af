import { z } from 'zod';

import { Location, Source } from './source.ts';
import type { StageName } from './stage.ts';

/** How one run of one test ended. `error` is a failure outside the assertion: set-up, crash, suite level. */
export const CaseStatus = z.enum(['passed', 'failed', 'error', 'skipped']);
export type CaseStatus = z.output<typeof CaseStatus>;

/** What makes two results the same test: every part that the report gives. */
export const CaseIdentity = z.object({
  suite: z.string().optional(),
  class: z.string().optional(),
  name: z.string(),
  file: z.string().optional(),
  parameters: z.string().optional(),
});
export type CaseIdentity = z.output<typeof CaseIdentity>;

/** One run of one test, as a report tells it. Text is bounded by the reader. */
export const CaseResult = CaseIdentity.extend({
  status: CaseStatus,
  durationMs: z.number().optional(),
  message: z.string().optional(),
  detail: z.string().optional(),
  location: Location.optional(),
  /** Earlier runs of the same test that the same report holds (surefire's rerunFailure, playwright's retries). */
  earlier: z.array(CaseStatus).optional(),
});
export type CaseResult = z.output<typeof CaseResult>;

/** `tests` counts distinct identities, `runs` every attempt. A flaky test failed and later passed: it is in `passed` and in `flaky`. */
export const TestCounts = z.object({
  tests: z.number(),
  runs: z.number(),
  passed: z.number(),
  failed: z.number(),
  errors: z.number(),
  skipped: z.number(),
  flaky: z.number(),
});
export type TestCounts = z.output<typeof TestCounts>;

/** A number that a report claims about itself and that its own cases do not bear out. */
export const Disagreement = z.object({ scope: z.string(), what: z.string(), declared: z.number(), counted: z.number() });
export type Disagreement = z.output<typeof Disagreement>;

/** A test that needs telling: failed, skipped or flaky. */
export const CaseDetail = CaseResult.extend({
  id: z.string(),
  attempts: z.array(CaseStatus),
  source: z.string(),
});
export type CaseDetail = z.output<typeof CaseDetail>;

/** A line of the `cases` file: one test, with what it amounts to by then. Of several lines with one id, the last one holds. */
export const CaseLine = CaseIdentity.extend({ id: z.string(), status: CaseStatus, durationMs: z.number().optional() });
export type CaseLine = z.output<typeof CaseLine>;

/** One test of the results, and where it ran. */
export interface TestLine extends CaseLine {
  readonly stage: StageName;
  readonly command: string;
}

/** One result file as it was read. */
export const ResultFile = z.object({
  source: Source,
  attempt: z.number(),
  counts: TestCounts,
  disagreements: z.array(Disagreement),
});
export type ResultFile = z.output<typeof ResultFile>;
