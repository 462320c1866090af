import { ofKind, type Evidence } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import type { ReportV1 } from '../model/report-v1.ts';
import { EXIT_CODES, exitCode } from '../model/verdict.ts';
import { chartsOf } from './charts.ts';
import { degradationOf } from './degradation.ts';
import { coverageByFile, slowestTests } from './details.ts';
import type { ReportInput } from './input.ts';
import { stageReports } from './stages.ts';
import { timelineOf } from './timeline.ts';

/** The public report: everything that a sink needs, counted from the findings and the evidence alone. */
export function makeReport(input: ReportInput): ReportV1 {
  const { run, judged, evidence } = input;
  const { findings } = judged;
  return {
    schema: 'gauntlet.report/1',
    run,
    verdict: judged.verdict,
    equation: judged.equation,
    findings: findings.map((finding) => ({ ...finding, repro: again(finding.repro, run.configPath) })),
    counts: {
      byPriority: countBy(findings),
      blocking: findings.filter(({ disposition }) => disposition === 'blocking').length,
      advisory: findings.filter(({ disposition }) => disposition === 'advisory' || disposition === 'release-blocking').length,
      waived: findings.filter(({ disposition }) => disposition === 'waived').length,
      notLooked: judged.notLooked.length,
    },
    stages: stageReports(input),
    matrix: judged.matrix,
    stack: stackTimings(evidence),
    flaky: flakyTests(evidence),
    notLooked: [...judged.notLooked],
    timeline: timelineOf(input),
    baseline: judged.baselineState,
    ...(judged.fixed ? { fixed: [...judged.fixed] } : {}),
    ...(judged.against ? { against: judged.against } : {}),
    ...(judged.missingTests ? { missingTests: judged.missingTests } : {}),
    ...(judged.claims ? { claims: judged.claims } : {}),
    ...(judged.performance ? { performance: judged.performance } : {}),
    ...degradationIn(evidence),
    ...optional('charts', chartsOf(input)),
    ...coverageByFile(evidence),
    ...optional('slowest', slowestTests(evidence)),
    command: input.command,
  };
}

/** What a command reads when nobody names a file, also where there is none: `gauntlet.yml (none: suggested)`. */
const UNNAMED = /^gauntlet\.yml(?: \(|$)/;

/** A line that shows a finding again must read the configuration that showed it. */
function again(repro: readonly string[], configPath: string): string[] {
  const [command = ''] = repro;
  return UNNAMED.test(configPath) || !['run', 'plan', 'up'].includes(command) ? [...repro] : [...repro, '--config', configPath];
}

/** The exit code of a command that ends with this report: an interrupted run says so, whatever it already knew. */
export function reportExitCode({ run, verdict }: Pick<ReportV1, 'run' | 'verdict'>): number {
  return run.ended === 'interrupted' ? EXIT_CODES.interrupted : exitCode(verdict);
}

function degradationIn(evidence: readonly Evidence[]): Pick<ReportV1, 'degradation'> {
  const degradation = degradationOf(evidence);
  return degradation === undefined ? {} : { degradation };
}

/** A list under its name, or nothing when it is empty. */
function optional<Name extends string, Item>(name: Name, list: readonly Item[]): { [Key in Name]?: Item[] } {
  return (list.length === 0 ? {} : { [name]: [...list] }) as { [Key in Name]?: Item[] };
}

function countBy(findings: readonly Finding[]): Record<string, number> {
  const counts: Record<string, number> = { P0: 0, P1: 0, P2: 0, P3: 0 };
  for (const { priority } of findings) counts[priority] = (counts[priority] ?? 0) + 1;
  return counts;
}

/** The pull request's own stack as it was seen last before it went down. */
function stackTimings(evidence: readonly Evidence[]): ReportV1['stack'] {
  const seen = ofKind(evidence, 'stack').filter(({ instance, phase }) => instance === 'head' && phase !== 'down');
  const services = new Map(seen.flatMap((piece) => piece.services.map((service) => [service.name, service] as const)));
  return [...services.values()].map(({ name, kind, replicas, phases }) => ({
    service: name,
    kind,
    state: unanimous(
      replicas.map(({ state }) => state),
      'missing',
    ),
    health: unanimous(
      replicas.map(({ health }) => health),
      'none',
    ),
    restarts: replicas.reduce((sum, { restarts }) => sum + restarts, 0),
    phases,
  }));
}

function unanimous(values: readonly string[], empty: string): string {
  const distinct = [...new Set(values)];
  return distinct.length === 0 ? empty : distinct.join(', ');
}

function flakyTests(evidence: readonly Evidence[]): ReportV1['flaky'] {
  return ofKind(evidence, 'tests').flatMap(({ stage, flaky }) =>
    flaky.map(({ class: owner, suite, name, attempts }) => ({
      stage,
      test: [owner ?? suite, name].filter(Boolean).join(' › ') || '(no name)',
      attempts: [...attempts],
    })),
  );
}
