import { errorMessage } from '../model/errors.ts';
import { fingerprint, type Disposition, type Finding } from '../model/finding.ts';
import type { AgainstBase, MissingTest, NotLooked, ReportV1 } from '../model/report-v1.ts';
import { STAGES } from '../model/stage.ts';
import type { Verdict } from '../model/verdict.ts';
import { againstBase } from './against.ts';
import type { Known } from './baseline.ts';
import { decideClaims } from './claims.ts';
import { unlessCrashed, type Context, type Drafted, type JudgeInput, type JudgeRule, type Measured, type Ruling } from './context.ts';
import { draft, notTested } from './draft.ts';
import { equationOf, verdictOf } from './equation.ts';
import { matrixOf } from './matrix.ts';
import { fixedOf, memberPrint } from './novelty.ts';
import { applyPolicy } from './policy.ts';
import { rowJudges as registered } from './registry.ts';
import { measurementsOf, performanceReport } from './series/performance.ts';
import { RULES } from './rules/all.ts';
import { claimsReport } from './tallies.ts';

export interface Judged {
  /** Blocking first, causes before what they cause, then by priority. */
  readonly findings: readonly Finding[];
  readonly verdict: Verdict;
  /** The verdict in one sentence. */
  readonly equation: string;
  readonly notLooked: readonly NotLooked[];
  /** Which part of the system was tested where. */
  readonly matrix: ReportV1['matrix'];
  readonly missingTests?: ReportV1['missingTests'];
  /** Verdicts and tallies of the claims file. */
  readonly claims?: ReportV1['claims'];
  /** What searches and comparisons measured, for the line of a stage. */
  readonly measured: readonly Measured[];
  /** Loads and what became of their thresholds. */
  readonly performance?: ReportV1['performance'];
  readonly baselineState: ReportV1['baseline'];
  /** The tests of this run against the base branch's. */
  readonly against?: AgainstBase;
  /** Findings of the base branch that are gone. */
  readonly fixed?: ReportV1['fixed'];
  /** Code and fingerprint of every finding and of every subject gathered in one: what a later run calls known. */
  readonly known: readonly Known[];
}

/** What the evidence of a run means. Pure and total: never throws, and a rule that crashes makes the verdict unknown. */
export function judge(input: JudgeInput): Judged {
  const against = unlessCrashed(() => againstBase(input));
  const matrix = unlessCrashed(() => matrixOf(input));
  const context: Context = {
    ...input,
    rowJudges: input.rowJudges ?? registered,
    ...('crash' in against ? {} : { against: against.value }),
    matrix: 'crash' in matrix ? { components: [], stages: [], cells: [] } : matrix.value,
  };
  const lost = Object.entries({ 'against base': against, matrix }).flatMap(([name, outcome]) =>
    'crash' in outcome ? [{ drafts: [crashed(context, name, outcome.crash)] }] : [],
  );
  const rulings: Ruling[] = [...lost, ...RULES.map((rule) => ruling(context, rule))];
  const drafts = merged(rulings.flatMap(({ drafts: all }) => all));
  const settled = unlessCrashed(() => applyPolicy(context, drafts));
  // Without a policy nothing can be excused: everything that was found or left open blocks.
  const findings = 'crash' in settled ? unsettled([...drafts, crashed(context, 'policy', settled.crash)]) : settled.value;
  const ordered = inOrder(findings, drafts);
  const verdict = verdictOf(ordered);
  return {
    findings: ordered,
    verdict,
    equation: equationOf(verdict, ordered, context.plan),
    notLooked: [...ordered.flatMap(notLookedOf), ...rulings.flatMap(({ notApplicable }) => notApplicable ?? [])],
    baselineState: baselineState(input),
    matrix: withExperiments(context, ordered),
    ...claimsOf(input),
    ...performanceOf(input),
    measured: rulings.flatMap(({ measured = [] }) => measured),
    ...missingTestsOf(rulings),
    ...(context.against ? { against: context.against } : {}),
    known: knownOf(drafts),
    ...gone(context, drafts),
  };
}

/** What experiments found is known only after the rules: their cells are red then. */
function withExperiments(context: Context, findings: readonly Finding[]): ReportV1['matrix'] {
  const failed = findings.flatMap(({ result, subject }) =>
    result.verdict === 'confirmed' && subject.startsWith('experiment ') ? [subject.replace(/:.*$/s, '')] : [],
  );
  if (failed.length === 0) return context.matrix;
  const matrix = unlessCrashed(() => matrixOf(context, new Set(failed)));
  return 'crash' in matrix ? context.matrix : matrix.value;
}

/** A crash here is told by the rule of the claims, which decides them in the same way. */
function claimsOf({ plan, evidence }: JudgeInput): Pick<Judged, 'claims'> {
  const outcome = unlessCrashed(() => claimsReport(plan, decideClaims({ plan, evidence })));
  return 'crash' in outcome || outcome.value === undefined ? {} : { claims: outcome.value };
}

/** A crash here is told by the rule of the series, which judges them in the same way. */
function performanceOf(input: JudgeInput): Pick<Judged, 'performance'> {
  const outcome = unlessCrashed(() => performanceReport(measurementsOf(input)));
  return 'crash' in outcome || outcome.value.length === 0 ? {} : { performance: outcome.value };
}

function ruling(context: Context, rule: JudgeRule): Ruling {
  const outcome = unlessCrashed(() => rule.judge(context));
  return 'crash' in outcome ? { drafts: [crashed(context, rule.name, outcome.crash)] } : outcome.value;
}

function crashed({ plan, run }: Context, name: string, error: unknown): Drafted {
  const message = errorMessage(error);
  return draft('GAT-08', {
    stage: plan.stages[0]?.name ?? 'audit',
    subject: `rule ${name}`,
    title: `the gate's own rule "${name}" crashed`,
    result: notTested(`the gate's own rule "${name}" crashed: ${message}`),
    summary: `The rule "${name}" crashed, so what it judges is not known: ${message}`,
    evidence: [{ id: 'run.json', shows: message }],
    measured: 'crashed',
    expected: 'every rule judges every run',
    repro: ['judge', run.id],
    owed: true,
  });
}

function unsettled(drafts: readonly Drafted[]): Finding[] {
  return drafts.map(({ finding }) => ({ ...finding, fingerprint: fingerprint(finding), novelty: 'unknown', disposition: 'blocking' }));
}

/** The same thing said twice (by a gap and by a rule, or for ten users of one journey) is said once, with all its proof. */
function merged(drafts: readonly Drafted[]): Drafted[] {
  const kept = new Map<string, Drafted>();
  for (const next of drafts) {
    const { finding } = next;
    const reason = 'reason' in finding.result ? finding.result.reason : '';
    const key = [finding.code, finding.stage, finding.subject, finding.result.verdict, reason].join('\0');
    const before = kept.get(key);
    kept.set(key, before ? both(before, next) : next);
  }
  return [...kept.values()];
}

function both(first: Drafted, second: Drafted): Drafted {
  const evidence = [...first.finding.evidence, ...second.finding.evidence].filter(
    (ref, index, all) => all.findIndex(({ id, shows }) => id === ref.id && shows === ref.shows) === index,
  );
  const members =
    first.members && second.members
      ? { list: [...first.members.list, ...second.members.list], complete: first.members.complete && second.members.complete }
      : (first.members ?? second.members);
  return {
    ...first,
    finding: { ...first.finding, evidence: evidence.slice(0, 12) },
    owed: first.owed || second.owed,
    ...(members ? { members } : {}),
  };
}

const MISSING_TESTS = 100;
/** Most valuable first: what was called critical, what somebody claims, what just changed, what was asked for, and the rest. */
const VALUE: readonly MissingTest['kind'][] = [
  'critical-lines',
  'must-pass',
  'claim',
  'changed-lines',
  'component',
  'dependency',
  'stage',
  'file',
];

function missingTestsOf(rulings: readonly Ruling[]): Pick<Judged, 'missingTests'> {
  const all = rulings.flatMap(({ missingTests }) => missingTests ?? []);
  if (all.length === 0) return {};
  // Within one kind the rules have put first what matters more; this sort keeps their order.
  const list = all.toSorted((a, b) => VALUE.indexOf(a.kind) - VALUE.indexOf(b.kind)).slice(0, MISSING_TESTS);
  return { missingTests: { list, total: all.length } };
}

const DISPOSITIONS: readonly Disposition[] = ['blocking', 'release-blocking', 'advisory', 'waived'];

function inOrder(findings: readonly Finding[], drafts: readonly Drafted[]): Finding[] {
  const causes = new Set(drafts.filter(({ cause }) => cause).map(({ finding }) => fingerprint(finding)));
  const rank = (finding: Finding): readonly (number | string)[] => [
    DISPOSITIONS.indexOf(finding.disposition),
    finding.result.verdict === 'confirmed' ? 0 : 1,
    causes.has(finding.fingerprint) ? 0 : 1,
    finding.priority,
    finding.novelty === 'new' || finding.novelty === 'regressed' ? 0 : 1,
    STAGES.indexOf(finding.stage),
    finding.code,
    finding.subject,
  ];
  return findings
    .map((finding) => ({ finding, key: rank(finding) }))
    .sort((a, b) => compare(a.key, b.key))
    .map(({ finding }) => finding);
}

function compare(a: readonly (number | string)[], b: readonly (number | string)[]): number {
  for (const [index, left] of a.entries()) {
    const right = b[index] ?? left;
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}

function notLookedOf({ code, result, subject, title, disposition }: Finding): NotLooked[] {
  if (result.verdict !== 'not_tested' && result.verdict !== 'inconclusive') return [];
  return [{ code, what: `${title} (${subject})`, because: result.because, blocks: disposition === 'blocking' }];
}

function baselineState({ baseline, baselineMissing }: JudgeInput): ReportV1['baseline'] {
  if (baseline) return { state: 'compared', sha: baseline.sha, at: baseline.at };
  return { state: 'none', because: baselineMissing ?? 'no judged run of the base branch was given' };
}

/** Nothing that blocks depends on it: a crash here only leaves the good news out. */
function gone(context: Context, drafts: readonly Drafted[]): Pick<Judged, 'fixed'> {
  const outcome = unlessCrashed(() => fixedOf(context, drafts));
  return 'crash' in outcome || outcome.value.length === 0 ? {} : { fixed: outcome.value };
}

function knownOf(drafts: readonly Drafted[]): Judged['known'] {
  return drafts
    .filter(({ finding }) => finding.result.verdict === 'confirmed')
    .flatMap(({ finding, members }) => [
      { code: finding.code, fingerprint: fingerprint(finding), stage: finding.stage, subject: finding.subject },
      ...(members?.list ?? []).map(({ subject }) => ({ code: finding.code, fingerprint: memberPrint(finding, subject) })),
    ]);
}
