import { z } from 'zod';

import { ClaimsReport } from './claim.ts';
import { Ratio } from './coverage.ts';
import { Finding } from './finding.ts';
import { Phases } from './manifest.ts';
import { Chart } from './report-charts.ts';
import { DegradationMatrix } from './report-degradation.ts';
import { CoverageOfFile, SlowTest } from './report-details.ts';
import { LoadReport } from './report-performance.ts';
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

/** What became of the tests of one stage since the base branch's stored run. */
export const StageAgainst = z.object({
  stage: StageName,
  /** Distinct tests, there and here. */
  before: z.number(),
  now: z.number(),
  newlyFailing: z.number(),
  stillFailing: z.number(),
  fixed: z.number(),
  newlySkipped: z.number(),
  newlyFlaky: z.number(),
  vanished: z.number(),
  /** Found again under another file, class or suite. */
  moved: z.number(),
  added: z.number(),
  slower: z.number(),
});
export type StageAgainst = z.output<typeof StageAgainst>;

/** One test that became something else; `change` says what. */
export const TestChange = z.object({
  stage: StageName,
  change: z.enum(['newly failing', 'still failing', 'fixed', 'newly skipped', 'newly flaky', 'vanished', 'slower']),
  test: z.string(),
  path: z.string().optional(),
  /** `12 ms → 4.2 s`, for what became slower. */
  detail: z.string().optional(),
});
export type TestChange = z.output<typeof TestChange>;

/** The tests of this run against those of the base branch's. What could not be compared is said, with the reason. */
export const AgainstBase = z.object({
  stages: z.array(StageAgainst),
  /** Named changes, bounded; the counts above are of all. */
  tests: z.array(TestChange),
  notCompared: z.array(z.object({ stage: z.string(), because: z.string() })),
});
export type AgainstBase = z.output<typeof AgainstBase>;

/** A test that is missing, as work: what it would show, and where it would go. Most valuable first. */
export const MissingTest = z.object({
  kind: z.enum(['critical-lines', 'changed-lines', 'must-pass', 'component', 'dependency', 'stage', 'claim', 'file']),
  stage: StageName,
  /** `src/auth/token.ts: 41-58`, `redis × integration`, `claim #14`. */
  what: z.string(),
  why: z.string(),
  /** Where the test would go: a file or folder of the repository, or the setting to write. */
  where: z.string(),
});
export type MissingTest = z.output<typeof MissingTest>;

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
  /** Findings of the base branch that are gone; only of stages that this run looked at in full. */
  fixed: z
    .array(
      z.object({
        fingerprint: z.string(),
        code: z.string(),
        stage: z.string(),
        subject: z.string(),
        firstSeen: z.object({ sha: z.string(), at: z.iso.datetime() }),
      }),
    )
    .optional(),
  /** Only when there is a baseline. */
  against: AgainstBase.optional(),
  /** Tests that nobody has written yet, most valuable first, bounded; `total` counts all. */
  missingTests: z.object({ list: z.array(MissingTest), total: z.number() }).optional(),
  /** What became of the claims file, where there is one. */
  claims: ClaimsReport.optional(),
  /** Loads, each with what was asked, what came of it and what became of its thresholds. */
  performance: z.array(LoadReport).optional(),
  /** What journeys became while a dependency was harmed; only when one was. */
  degradation: DegradationMatrix.optional(),
  /** What was measured over time, to be drawn. Bounded. */
  charts: z.array(Chart).optional(),
  /** Files by lines that no test ran, most first, bounded; `total` counts all. */
  coverage: z.object({ list: z.array(CoverageOfFile), total: z.number() }).optional(),
  /** Tests by the time they took, slowest first. Bounded. */
  slowest: z.array(SlowTest).optional(),
  /** Prefix of every repro line: a command that works for this reader, such as `bin/gauntlet`. */
  command: z.string(),
});
export type ReportV1 = z.output<typeof ReportV1>;
