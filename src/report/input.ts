import type { Evidence } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import type { Plan } from '../model/plan.ts';
import type { NotLooked, ReportV1 } from '../model/report-v1.ts';
import type { RunInfo } from '../model/run.ts';
import type { StageRun } from '../model/stage.ts';
import type { Verdict } from '../model/verdict.ts';

/** What the judge made of the run. */
export interface JudgedRun {
  readonly findings: readonly Finding[];
  readonly verdict: Verdict;
  readonly equation: string;
  readonly notLooked: readonly NotLooked[];
  readonly baselineState: ReportV1['baseline'];
  readonly matrix: ReportV1['matrix'];
  readonly against?: ReportV1['against'];
  readonly fixed?: ReportV1['fixed'];
  readonly missingTests?: ReportV1['missingTests'];
  readonly claims?: ReportV1['claims'];
  readonly performance?: ReportV1['performance'];
  /** What was measured in a stage, in a few words. */
  readonly measured?: readonly { readonly stage: StageRun['stage']; readonly text: string }[];
}

/** All that a report is made of. */
export interface ReportInput {
  readonly plan: Plan;
  readonly run: RunInfo;
  readonly stageRuns: readonly StageRun[];
  readonly evidence: readonly Evidence[];
  readonly judged: JudgedRun;
  /** A command that works for this reader, before the arguments of a repro line: `bin/gauntlet`. */
  readonly command: string;
}
