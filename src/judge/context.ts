import { cut, oneLine } from '../lib/text.ts';
import type { Baseline } from '../model/baseline.ts';
import { ofKind, type Evidence, type EvidenceOf } from '../model/evidence.ts';
import type { DraftFinding } from '../model/finding.ts';
import type { Owed, Plan } from '../model/plan.ts';
import type { AgainstBase, MissingTest, NotLooked, ReportV1 } from '../model/report-v1.ts';
import type { RowJudge } from '../model/row-judge.ts';
import type { RunInfo } from '../model/run.ts';
import type { StageName, StageRun } from '../model/stage.ts';
import type { TestLine } from '../model/tests.ts';

/** All that a judgement may depend on. No clock, no files: the same input gives the same verdict for ever. */
export interface JudgeInput {
  readonly plan: Plan;
  readonly run: RunInfo;
  readonly stageRuns: readonly StageRun[];
  readonly evidence: readonly Evidence[];
  readonly baseline?: Baseline | undefined;
  /** Why there is no baseline, when somebody knows. */
  readonly baselineMissing?: string | undefined;
  /** Every test of the results by name, when somebody has read the `cases` files. */
  readonly cases?: readonly TestLine[] | undefined;
  /** Files by their name now, with the name that they had on the base branch. */
  readonly renamed?: ReadonlyMap<string, string> | undefined;
  /** Who owns a path of the repository. */
  readonly owners?: ((path: string) => readonly string[]) | undefined;
  /** ISO date that waivers are held against: `2026-11-20`. */
  readonly today: string;
  /** The rows that checks bring; the generated registry by default. */
  readonly rowJudges?: readonly RowJudge[];
}

export type Context = Required<Pick<JudgeInput, 'plan' | 'run' | 'stageRuns' | 'evidence' | 'today' | 'rowJudges'>> &
  Pick<JudgeInput, 'baseline' | 'cases' | 'owners' | 'renamed'> & {
    /** This run's tests against the base branch's; `undefined` without a baseline. */
    readonly against?: AgainstBase | undefined;
    /** Component × stage. */
    readonly matrix: ReportV1['matrix'];
  };

/** One of several subjects that a finding gathers, so that 2,000 failures stay one line and each keeps its own novelty. */
export interface Member {
  readonly subject: string;
  readonly path?: string | undefined;
  /** Of a test: its name with class or suite, and what it said. */
  readonly test?: string | undefined;
  readonly message?: string | undefined;
}

/** What a rule says, before policy. */
export interface Drafted {
  readonly finding: DraftFinding;
  /** The plan owes the answer: when it was not found, the gate cannot know. */
  readonly owed: boolean;
  /** Set when the finding gathers several subjects; `complete` is false when evidence was bounded and some are not listed. */
  readonly members?: { readonly list: readonly Member[]; readonly complete: boolean };
  /** The one test that the finding is about. */
  readonly about?: Member;
  /** First of its group. */
  readonly cause?: boolean;
}

/** A few words about what was measured in a stage, whether or not it became a finding. */
export interface Measured {
  readonly stage: StageName;
  readonly text: string;
}

/** A rule returns findings, and rows that do not apply here. */
export interface Ruling {
  readonly drafts: readonly Drafted[];
  readonly notApplicable?: readonly NotLooked[];
  /** Tests that are missing, as work; most valuable first. */
  readonly missingTests?: readonly MissingTest[];
  /** What was measured and is good, for the line of a stage. */
  readonly measured?: readonly Measured[];
}

/** One topic of the judge: a pure function of the run. */
export interface JudgeRule {
  readonly name: string;
  readonly judge: (context: Context) => Ruling;
}

/** Pieces of evidence of the same stage and command, journey or other name, in the order of their keys. */
export function byKey<Piece>(pieces: readonly Piece[], key: (piece: Piece) => string): readonly (readonly [Piece, ...Piece[]])[] {
  const groups = new Map<string, [Piece, ...Piece[]]>();
  for (const piece of pieces) {
    const group = groups.get(key(piece));
    if (group) group.push(piece);
    else groups.set(key(piece), [piece]);
  }
  return [...groups.values()];
}

/** Each final attempt behind the ones before it. There are several when legs of a matrix ran the same thing: all of them count. */
export function attemptsOf<Piece extends { readonly attempt: number }>(
  pieces: readonly [Piece, ...Piece[]],
): readonly (readonly [Piece, ...Piece[]])[] {
  const last = Math.max(...pieces.map(({ attempt }) => attempt));
  const earlier = pieces.filter(({ attempt }) => attempt < last).sort((a, b) => a.attempt - b.attempt);
  const [first, ...rest] = earlier;
  return pieces.filter(({ attempt }) => attempt === last).map((piece) => (first ? [first, ...rest, piece] : [piece]));
}

/** What is wrong with the evidence for one owed piece; `undefined` when at least one usable piece arrived. */
export function whyMissing(
  owed: Owed,
  evidence: readonly Evidence[],
): { readonly because: string; readonly seen: Evidence | undefined } | undefined {
  const candidates = evidence.filter((piece) => answers(piece, owed));
  const faults = candidates.map((piece) => ({ because: unusable(piece), seen: piece }));
  if (faults.some(({ because }) => because === undefined)) return undefined;
  const [first] = faults;
  return first ? { because: first.because ?? '', seen: first.seen } : { because: 'nothing arrived', seen: undefined };
}

/** Is the piece evidence for what is owed? */
export function answers(piece: Evidence, owed: Owed): boolean {
  if (piece.kind !== owed.kind) return false;
  if (
    owed.leg !== undefined &&
    piece.leg !== owed.leg &&
    !((piece.kind === 'coverage' || piece.kind === 'series') && piece.legs?.includes(owed.leg))
  )
    return false;
  if (piece.id === owed.id) return true;
  if (piece.kind === 'fault' && piece.stage === owed.stage && piece.observed?.family === owed.name) return true;
  if (piece.kind === 'stack') return piece.phase === 'up' && (piece.stack === owed.name || piece.instance === owed.name);
  return piece.stage === owed.stage && nameOf(piece) === owed.name;
}

/** The name that a plan calls a piece of evidence by. */
export function nameOf(piece: Evidence): string {
  switch (piece.kind) {
    case 'exit':
    case 'tests':
    case 'coverage':
      return piece.command;
    case 'journey':
      return piece.journey;
    case 'stack':
      return piece.stack;
    case 'facts':
      return piece.check;
    case 'series':
      return piece.metric;
    case 'leaks':
      return piece.journey;
    case 'effect':
      return piece.effect;
    case 'comparison':
      return 'base';
    case 'rollback':
      return 'previous';
    case 'watch':
      return 'watch';
    case 'fault':
      return piece.experiment;
    case 'evaluation':
      return piece.evaluation;
    case 'claims':
      return 'claims';
    case 'diagnostics':
      return piece.command ?? 'stack';
    case 'gap':
      return piece.id;
  }
}

/** Why a piece proves nothing; `undefined` when it can be judged. The empty run that passes ends here. */
function unusable(piece: Evidence): string | undefined {
  switch (piece.kind) {
    case 'exit':
      return piece.outcome.ended === 'interrupted' ? 'the command was interrupted' : undefined;
    case 'tests':
      return executed(piece) > 0 ? undefined : piece.counts.skipped > 0 ? 'every test was skipped' : 'no test was run';
    case 'coverage':
      return piece.lines.total > 0 ? undefined : 'the coverage report has no lines';
    case 'journey':
      if (piece.outcome === 'interrupted') return 'the journey was interrupted';
      return piece.steps.length > 0 || piece.outcome === 'unreachable' ? undefined : 'the journey took no step';
    case 'stack':
      return piece.readiness ? undefined : 'nobody decided whether the stack was ready';
    case 'series':
      if (piece.tool?.doubt !== undefined) return `the load proves nothing: ${piece.tool.doubt}`;
      if (piece.delivery?.proof.state === 'unproved') return `the load proves nothing: ${piece.delivery.proof.why}`;
      return piece.samples > 0 ? undefined : 'the series has no samples';
    case 'fault':
      if (piece.proof.state === 'unproved') return `the fault had no proved effect: ${piece.proof.why}`;
      return piece.healed ? undefined : 'the fault was not healed: what was seen after it is its doing too';
    // Their own rules say it aloud where there is nothing to compare with.
    case 'comparison':
    case 'rollback':
    case 'watch':
      return undefined;
    case 'leaks':
      return piece.services.length > 0 ? undefined : 'no service was looked at';
    case 'effect':
      return piece.walks.kept + piece.walks.refused + piece.walks.missed > 0 ? undefined : 'no walk came to its end';
    case 'diagnostics':
      return piece.detector && piece.detector.state !== 'on' ? piece.detector.shows : undefined;
    case 'evaluation':
      return piece.passes.every(({ cases }) => cases.length > 0) ? undefined : 'no case was asked';
    case 'facts':
    case 'claims':
      return undefined;
    case 'gap':
      return piece.message;
  }
}

/** Tests that really ran. */
export function executed({ counts }: EvidenceOf<'tests'>): number {
  return counts.passed + counts.failed + counts.errors;
}

/** The group under which all is gathered that could not run because the stack was not ready. */
export function stackGroup(evidence: readonly Evidence[]): string | undefined {
  for (const piece of ofKind(evidence, 'stack')) {
    const [cause] = piece.readiness?.state === 'not-ready' ? piece.readiness.causes : [];
    if (cause) return groupOf(piece.instance, cause.service);
    if (piece.preflight.some(({ level }) => level === 'error')) return groupOf(piece.instance, 'preflight');
  }
  return undefined;
}

/** A service that died, or was gone after the stage, is the first suspect for what failed in it. */
export function suspectGroup({ evidence }: Pick<Context, 'evidence'>, stage: StageName): string | undefined {
  if (stage === 'chaos') return undefined;
  for (const piece of ofKind(evidence, 'stack')) {
    if (piece.stage !== stage || piece.phase !== 'watch') continue;
    const [suspect] = [...(piece.readiness?.state === 'not-ready' ? piece.readiness.causes : []), ...piece.incidents];
    if (suspect) return groupOf(piece.instance, suspect.service);
  }
  return undefined;
}

/** Name of the group of findings that one service of the stack causes. */
export function groupOf(instance: string, service: string): string {
  return `stack:${instance}/${service}`;
}

/** The group of what a command that ended badly left open: a report that is not there is no news when its writer hung or died. */
export function commandGroup({ evidence, plan }: Pick<Context, 'evidence' | 'plan'>, owed: readonly string[]): string | undefined {
  const ofCommands: readonly Owed['kind'][] = ['tests', 'coverage', 'series'];
  const pieces = plan.owed.filter(({ id, kind }) => owed.includes(id) && ofCommands.includes(kind));
  for (const { stage, name } of pieces) {
    const last = ofKind(evidence, 'exit').findLast((piece) => piece.stage === stage && piece.command === name);
    if (last && !succeeded(last)) return groupOfCommand(stage, name);
  }
  return undefined;
}

/** Name of the group of findings that one command causes. */
export function groupOfCommand(stage: StageName, command: string): string {
  return `command:${stage}/${command}`;
}

/** What a reader calls a command: the name that somebody gave it, otherwise its line. */
export function calledOf(command: string, line: string | undefined): string {
  const given = line === undefined || !/^(?:main|command-\d+)$/.test(command);
  return given ? command : cut(oneLine(line).replaceAll('`', "'"), 60) || command;
}

/** The line of a command as it was run, where somebody saw it run. */
export function lineOf({ evidence }: Pick<Context, 'evidence'>, stage: StageName, command: string): string | undefined {
  return ofKind(evidence, 'exit').find((piece) => piece.stage === stage && piece.command === command)?.line;
}

/** Did the command end by itself, with 0? */
export function succeeded({ outcome }: Pick<EvidenceOf<'exit'>, 'outcome'>): boolean {
  return outcome.ended === 'exit' && outcome.code === 0;
}

/** Runs somebody's pure code; a throw becomes a value, because a judge that dies must not look like a judge without findings. */
export function unlessCrashed<Value>(run: () => Value): { readonly value: Value } | { readonly crash: unknown } {
  try {
    return { value: run() };
  } catch (error) {
    return { crash: error };
  }
}
