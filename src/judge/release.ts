import type { ReportV1 } from '../model/report-v1.ts';
import type { RunInfo } from '../model/run.ts';
import type { StageName, StageRun } from '../model/stage.ts';
import { formatDuration } from '../model/units.ts';
import type { Judged } from './judge.ts';

/** Everything that decides whether a commit may go out. */
export interface ReleaseInput {
  /** The commit that is to be released. */
  readonly sha: string;
  /** ISO instant of the decision. */
  readonly now: string;
  readonly maxAgeMs: number;
  /** Stages without whose evidence nothing goes out. */
  readonly stages: readonly StageName[];
  readonly run: RunInfo;
  /** Digest of the configuration at the commit that is to be released. */
  readonly configSha256: string;
  readonly stageRuns: readonly StageRun[];
  /** The run's evidence judged now, by the plan that this checkout makes for a release and by the waivers that hold today. */
  readonly judged: Pick<Judged, 'verdict' | 'equation' | 'findings'>;
  /** The report that the run brings along; `undefined` when it was never judged. */
  readonly stored: Pick<ReportV1, 'verdict' | 'run'> | undefined;
  /** Files of the run that are not what the evidence says of them. */
  readonly altered: readonly string[];
  /** What the forge says of the workflow run that made the evidence; `undefined` when nobody was asked. */
  readonly provenance?: Provenance | undefined;
}

/** A workflow run as the forge knows it. */
export type Provenance =
  | { readonly state: 'known'; readonly headSha: string; readonly conclusion: string | null }
  | { readonly state: 'unknown'; readonly because: string };

/** Why a commit may not go out. */
export interface Refusal {
  /** The row that says so. */
  readonly code: 'REL-04' | 'REL-05' | 'RPT-11' | 'GAT-10';
  readonly what: string;
  readonly fix: string;
}

/** The decision, with what it rests on. */
export interface Clearance {
  readonly sha: string;
  readonly cleared: boolean;
  readonly refusals: readonly Refusal[];
  /** What does not refuse, and should be known. */
  readonly notes: readonly string[];
  readonly run: string;
  readonly decidedAt: string;
  readonly stages: readonly { readonly name: string; readonly ended: string; readonly at: string }[];
}

/** A clock that is ahead by this much is another machine's, not a forger's. */
const CLOCKS_MS = 300_000;

/** May this commit go out? Pure: nothing is taken from the report that the run brings along but the chance to catch it lying. */
export function clearRelease(input: ReleaseInput): Clearance {
  const refusals = [...commit(input), ...age(input), ...stages(input), ...verdict(input), ...forged(input)];
  return {
    sha: input.sha,
    cleared: refusals.length === 0,
    refusals,
    notes: notesOf(input),
    run: input.run.id,
    decidedAt: input.now,
    stages: input.stageRuns.map(({ stage, status, window }) => ({ name: stage, ended: status, at: window.to })),
  };
}

const RUN_AGAIN = 'run the gate with the release budget at this commit: gauntlet run --budget release';

function commit({ sha, run, configSha256 }: ReleaseInput): Refusal[] {
  const refusals: Refusal[] = [];
  const add = (what: string) => refusals.push({ code: 'RPT-11', what, fix: RUN_AGAIN });
  if (run.git.head !== sha) add(`the verdict is about ${run.git.head?.slice(0, 12) ?? 'no commit'}, and ${sha.slice(0, 12)} is to go out`);
  if (run.git.dirty) add('the run looked at files that are not in the commit: its work tree had changes');
  if (run.configSha256 !== configSha256) add('the run had another configuration than the one of this commit');
  if (run.budget !== 'release') add(`the run had the budget ${run.budget}: only the release budget owes everything`);
  if (run.ended !== 'completed') add(`the run did not come to its end: ${run.ended}`);
  return refusals;
}

function age({ run, now, maxAgeMs }: ReleaseInput): Refusal[] {
  const ageMs = Date.parse(now) - Date.parse(run.finishedAt ?? '');
  const what = Number.isNaN(ageMs)
    ? 'the run has no end, so nobody knows how old its verdict is'
    : ageMs < -CLOCKS_MS
      ? `the run ends in the future (${run.finishedAt ?? ''})`
      : ageMs > maxAgeMs
        ? `the verdict is ${formatDuration(ageMs)} old, and at most ${formatDuration(maxAgeMs)} are allowed`
        : undefined;
  return what === undefined ? [] : [{ code: 'RPT-11', what, fix: RUN_AGAIN }];
}

/** Every stage has to have been run to its end in this very run: a part that was run again says nothing about the rest. */
function stages({ stages: required, stageRuns, run }: ReleaseInput): Refusal[] {
  return required.flatMap((name): Refusal[] => {
    const own = stageRuns.filter(({ stage }) => stage === name);
    const broken = own.find(({ status }) => status !== 'completed');
    const early = own.find(({ window }) => window.from < run.startedAt);
    const what =
      own.length === 0
        ? `the stage ${name} has no evidence at this commit`
        : broken
          ? `the stage ${name} ended as ${broken.status}${broken.because ? `: ${broken.because}` : ''}`
          : early
            ? `the stage ${name} began before its own run did`
            : undefined;
    return what === undefined
      ? []
      : [{ code: 'REL-04', what, fix: 'run all stages in one run with the release budget, not only those that failed' }];
  });
}

function verdict({ judged }: ReleaseInput): Refusal[] {
  const void_ = judged.findings.filter(({ code, measured }) => code === 'GAT-10' && (measured === 'expired' || measured === 'invalid'));
  return [
    ...void_.map(({ title }): Refusal => ({
      code: 'GAT-10',
      what: title,
      fix: 'repair what it excused, or renew it on the branch that is released',
    })),
    ...(judged.verdict.verdict === 'pass'
      ? []
      : [
          {
            code: 'REL-05' as const,
            what: `judged today, the evidence is no pass: ${judged.equation}`,
            fix: 'clear what blocks; `gauntlet explain` says what it is',
          },
        ]),
  ];
}

function forged({ sha, run, stored, judged, altered, provenance }: ReleaseInput): Refusal[] {
  const refusals: Refusal[] = [];
  const add = (what: string) =>
    refusals.push({ code: 'RPT-11', what, fix: 'take the artifact of the gate’s own workflow run, as it was kept' });
  if (stored === undefined) add('the run was never judged');
  else {
    if (stored.run.id !== run.id || stored.run.git.head !== run.git.head) add('the report in this folder is another run’s');
    if (stored.verdict.verdict !== 'pass') add(`the run’s own verdict was ${stored.verdict.verdict}`);
    else if (judged.verdict.verdict === 'blocked' && stored.run.git.head === sha) add('its report says pass, and its evidence does not');
  }
  for (const file of altered.slice(0, 5)) add(`${file} is not what the evidence says of it`);
  if (provenance?.state === 'known') {
    if (provenance.headSha !== sha) add(`the forge says that this workflow run was about ${provenance.headSha.slice(0, 12)}`);
    if (provenance.conclusion !== 'success') add(`the forge says that this workflow run ended as ${provenance.conclusion ?? 'not yet'}`);
  }
  if (provenance?.state === 'unknown') add(`the forge was asked for this workflow run: ${provenance.because}`);
  return refusals;
}

function notesOf({ provenance, judged }: ReleaseInput): string[] {
  const waived = judged.findings.filter(({ disposition }) => disposition === 'waived').length;
  return [
    ...(provenance === undefined
      ? ['the forge was not asked where the evidence comes from (`run-id` and a token of the release action do)']
      : []),
    ...(waived > 0 ? [`${String(waived)} of its findings ${waived === 1 ? 'is' : 'are'} waived today`] : []),
  ];
}
