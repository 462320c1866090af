import { z } from 'zod';

import { Ratio } from './coverage.ts';
import { Finding } from './finding.ts';
import { Phases } from './manifest.ts';
import { RunInfo } from './run.ts';
import { StageName, StageRun } from './stage.ts';
import { TestCounts } from './tests.ts';
import { Verdict } from './verdict.ts';

/** Of one stage, all that a reader asks for. `outcome` is judged; `run.status` is only how it ended. */
export const StageReport = z.object({
  name: StageName,
  outcome: z.enum(['pass', 'blocked', 'unknown']),
  run: StageRun.optional(),
  tests: TestCounts.optional(),
  coverage: z.object({ lines: Ratio, branches: Ratio.optional(), functions: Ratio.optional(), changed: Ratio.optional() }).optional(),
  journeys: z.object({ passed: z.number(), total: z.number() }).optional(),
  experiments: z.object({ passed: z.number(), total: z.number() }).optional(),
  /** One short line for the stage table: `1,204 tests, 2 flaky, 91.3 % lines`. */
  headline: z.string(),
  blockedBy: z.array(z.string()),
});
export type StageReport = z.output<typeof StageReport>;

/** One cell of the component × stage matrix. */
export const MatrixCell = z.enum(['pass', 'fail', 'untested', 'not_applicable']);
export type MatrixCell = z.output<typeof MatrixCell>;

/** A row that was asked for or exists in the plan, but is no finding: why it was not looked at or does not apply. */
export const NotLooked = z.object({ code: z.string(), what: z.string(), because: z.string(), blocks: z.boolean() });
export type NotLooked = z.output<typeof NotLooked>;

/** A bar of the run's timeline, in milliseconds after the start of the run. */
export const TimelineBar = z.object({
  lane: z.string(),
  label: z.string(),
  fromMs: z.number(),
  toMs: z.number(),
  state: z.enum(['ok', 'bad', 'unknown']),
});
export type TimelineBar = z.output<typeof TimelineBar>;

/** The public report: versioned, frozen, everything that a sink needs, nothing internal. */
export const ReportV1 = z.object({
  schema: z.literal('gauntlet.report/1'),
  run: RunInfo,
  verdict: Verdict,
  /** The verdict equation in one sentence: what blocks, and what turns it green. */
  equation: z.string(),
  /** Blocking first, then by priority; counts are computed from this list alone. */
  findings: z.array(Finding),
  counts: z.object({
    byPriority: z.record(z.string(), z.number()),
    blocking: z.number(),
    advisory: z.number(),
    waived: z.number(),
    notLooked: z.number(),
  }),
  stages: z.array(StageReport),
  matrix: z.object({ components: z.array(z.string()), stages: z.array(StageName), cells: z.array(z.array(MatrixCell)) }),
  stack: z.array(
    z.object({ service: z.string(), kind: z.string(), state: z.string(), health: z.string(), restarts: z.number(), phases: Phases }),
  ),
  flaky: z.array(z.object({ stage: StageName, test: z.string(), attempts: z.array(z.string()) })),
  notLooked: z.array(NotLooked),
  timeline: z.array(TimelineBar),
  baseline: z.discriminatedUnion('state', [
    z.object({ state: z.literal('none'), because: z.string() }),
    z.object({ state: z.literal('compared'), sha: z.string(), at: z.iso.datetime() }),
  ]),
  /** Prefix of every repro line: a command that works for this reader, such as `bin/gauntlet`. */
  command: z.string(),
});
export type ReportV1 = z.output<typeof ReportV1>;
