import { counted, cut, grouped } from '../lib/text.ts';
import type { Ratio } from '../model/coverage.ts';
import { ofKind, type EvidenceOf } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import type { ReportV1 } from '../model/report-v1.ts';
import type { StageName } from '../model/stage.ts';
import type { TestCounts } from '../model/tests.ts';
import { formatRatio } from '../model/units.ts';
import type { ReportInput } from './input.ts';

type StageReport = ReportV1['stages'][number];

/** One line per planned stage; what could not be looked at is never a tick. */
export function stageReports(input: ReportInput): StageReport[] {
  return input.plan.stages.map(({ name }) => stageReport(input, name));
}

function stageReport({ stageRuns, evidence, judged }: ReportInput, name: StageName): StageReport {
  const run = stageRuns.find(({ stage }) => stage === name);
  const blocking = judged.findings.filter(({ stage, disposition }) => stage === name && disposition === 'blocking');
  const own = evidence.filter(({ stage }) => stage === name);
  const tests = sumCounts(ofKind(own, 'tests'));
  const coverage = sumCoverage(ofKind(own, 'coverage'));
  const journeys = lastAttempts(ofKind(own, 'journey'));
  const faults = new Map(ofKind(own, 'fault').map((piece) => [piece.experiment, piece]));
  const experiments = [...faults.values()];
  const outcome = blocking.some(isConfirmed) ? 'blocked' : blocking.length > 0 || !run || run.status !== 'completed' ? 'unknown' : 'pass';
  return {
    name,
    outcome,
    ...(run ? { run } : {}),
    ...(tests ? { tests } : {}),
    ...(coverage ? { coverage } : {}),
    ...(journeys.length > 0
      ? { journeys: { passed: journeys.filter((piece) => piece.outcome === 'passed').length, total: journeys.length } }
      : {}),
    ...(experiments.length > 0
      ? {
          experiments: {
            passed: experiments.filter(({ proof, healed }) => proof.state === 'proved' && healed).length,
            total: experiments.length,
          },
        }
      : {}),
    headline: headline({
      tests,
      coverage,
      journeys,
      experiments: experiments.length,
      loads:
        judged.performance?.filter(({ stage, load, doubt }) => stage === name && load !== undefined && doubt === undefined).length ?? 0,
      commands: new Set(ofKind(own, 'exit').map(({ command }) => command)).size,
      checks: checksOf(ofKind(own, 'facts'), judged),
      measured: (judged.measured ?? []).flatMap(({ stage, text }) => (stage === name ? [text] : [])),
      blocking,
      status: run?.status,
    }),
    blockedBy: [...new Set(blocking.map(({ code }) => code))],
  };
}

interface Headline {
  readonly tests: TestCounts | undefined;
  readonly coverage: StageReport['coverage'] | undefined;
  readonly journeys: readonly EvidenceOf<'journey'>[];
  readonly experiments: number;
  /** Those that proved what they measured. */
  readonly loads: number;
  readonly commands: number;
  readonly checks: { readonly looked: number; readonly apart: number };
  readonly measured: readonly string[];
  readonly blocking: readonly Finding[];
  readonly status: string | undefined;
}

/** `1,204 tests, 2 flaky, 91.3 % lines`; when nothing was judged, why. */
function headline({ tests, coverage, journeys, experiments, loads, commands, checks, measured, blocking, status }: Headline): string {
  const failed = (tests?.failed ?? 0) + (tests?.errors ?? 0);
  const passed = journeys.filter(({ outcome }) => outcome === 'passed').length;
  const parts = [
    tests ? counted(tests.tests, 'test') : '',
    failed > 0 ? `${grouped(failed)} failed` : '',
    tests && tests.skipped > 0 ? `${tests.skipped} skipped` : '',
    tests && tests.flaky > 0 ? `${tests.flaky} flaky` : '',
    coverage && coverage.lines.total > 0 ? `${percent(coverage.lines)} lines${changedOf(coverage)}` : '',
    journeys.length > 0
      ? passed === journeys.length
        ? counted(passed, 'journey')
        : `${passed} of ${counted(journeys.length, 'journey')}`
      : '',
    experiments > 0 ? counted(experiments, 'experiment') : '',
    loads > 0 ? counted(loads, 'load') : '',
    ...measured,
    checks.looked > 0 ? counted(checks.looked, 'check') : '',
    checks.apart > 0 ? `${counted(checks.apart, 'check')} not applicable` : '',
  ].filter(Boolean);
  const open = blocking.find((finding) => !isConfirmed(finding));
  if (parts.length > 0) return open ? `${parts.join(', ')}; not looked at: ${cut(reasonOf(open), 100)}` : parts.join(', ');
  if (open && 'because' in open.result) return `not looked at: ${cut(open.result.because, 140)}`;
  if (commands > 0) return counted(commands, 'command');
  return status === undefined ? 'never started' : status === 'completed' ? 'nothing reported' : status;
}

/** Rows that were looked at, and rows whose subject does not exist here: the second are no work done. */
function checksOf(pieces: readonly EvidenceOf<'facts'>[], { findings, notLooked }: ReportInput['judged']): Headline['checks'] {
  const found = new Set(findings.map(({ code }) => code));
  const none = new Set(notLooked.filter(({ code, blocks }) => !blocks && !found.has(code)).map(({ code }) => code));
  const apart = pieces.filter(({ check }) => none.has(check)).length;
  return { looked: pieces.length - apart, apart };
}

function sumCounts(pieces: readonly EvidenceOf<'tests'>[]): TestCounts | undefined {
  const [first, ...rest] = pieces.map(({ counts }) => counts);
  return (
    first &&
    rest.reduce(
      (sum, counts) => ({
        tests: sum.tests + counts.tests,
        runs: sum.runs + counts.runs,
        passed: sum.passed + counts.passed,
        failed: sum.failed + counts.failed,
        errors: sum.errors + counts.errors,
        skipped: sum.skipped + counts.skipped,
        flaky: sum.flaky + counts.flaky,
      }),
      first,
    )
  );
}

function changedOf({ changed }: NonNullable<StageReport['coverage']>): string {
  if (!changed) return '';
  return changed.total > 0 ? ` (changed lines ${percent(changed)})` : ' (no changed lines to cover)';
}

function percent({ covered, total }: Ratio): string {
  return formatRatio(covered / total);
}

function sumCoverage(pieces: readonly EvidenceOf<'coverage'>[]): StageReport['coverage'] | undefined {
  if (pieces.length === 0) return undefined;
  const branches = sumRatios(pieces.flatMap((piece) => piece.branches ?? []));
  const functions = sumRatios(pieces.flatMap((piece) => piece.functions ?? []));
  const lines = sumRatios(pieces.map((piece) => piece.lines)) ?? { covered: 0, total: 0 };
  const changed = sumRatios(pieces.flatMap((piece) => piece.changed?.lines ?? []));
  return { lines, ...(branches ? { branches } : {}), ...(functions ? { functions } : {}), ...(changed ? { changed } : {}) };
}

function sumRatios(ratios: readonly Ratio[]): Ratio | undefined {
  if (ratios.length === 0) return undefined;
  return { covered: ratios.reduce((sum, { covered }) => sum + covered, 0), total: ratios.reduce((sum, { total }) => sum + total, 0) };
}

function lastAttempts(pieces: readonly EvidenceOf<'journey'>[]): EvidenceOf<'journey'>[] {
  const last = new Map<string, EvidenceOf<'journey'>>();
  for (const piece of pieces) {
    const key = `${piece.journey}\0${piece.user ?? ''}`;
    const before = last.get(key);
    if (!before || before.attempt < piece.attempt || (before.attempt === piece.attempt && before.outcome === 'passed'))
      last.set(key, piece);
  }
  return [...last.values()];
}

/** A title may say itself that nobody looked. */
function reasonOf({ title, result }: Finding): string {
  return title.startsWith('not looked at') && 'because' in result ? result.because : title;
}

function isConfirmed({ result }: Finding): boolean {
  return result.verdict === 'confirmed';
}
