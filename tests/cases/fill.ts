import { hash } from 'node:crypto';

import { z } from 'zod';

import { codeowners } from '../../src/lib/codeowners.ts';
import { DistributionCounts } from '../../src/lib/histogram.ts';
import { packCases } from '../../src/lib/packed-cases.ts';
import { Baseline } from '../../src/model/baseline.ts';
import { Evidence } from '../../src/model/evidence.ts';
import { Plan } from '../../src/model/plan.ts';
import { RunInfo } from '../../src/model/run.ts';
import { STAGES, StageRun } from '../../src/model/stage.ts';
import { CaseLine, type TestLine } from '../../src/model/tests.ts';
import { parseThreshold } from '../../src/model/threshold.ts';
import { fillComparison, fillLeaks } from './fill-searches.ts';

/** A case as written: only what it is about. Everything else has a plain value here. */
type Loose = Record<string, unknown>;

export const CaseFile = z.object({
  about: z.string(),
  exit: z.number(),
  /** Start of the equation. */
  equation: z.string(),
  codes: z.array(z.string()),
  plan: z.record(z.string(), z.unknown()),
  run: z.record(z.string(), z.unknown()).default({}),
  /** Stages that came to their end need no entry. */
  stageRuns: z.array(z.record(z.string(), z.unknown())).optional(),
  evidence: z.array(z.record(z.string(), z.unknown())),
  /** Tests by name, as the `cases` files hold them. */
  cases: z.array(z.record(z.string(), z.unknown())).optional(),
  /** The text of a CODEOWNERS file. */
  codeowners: z.string().optional(),
  /** `cases` by stage are lists of tests here; a baseline keeps them packed. */
  baseline: z.record(z.string(), z.unknown()).optional(),
});
export type CaseFile = z.output<typeof CaseFile>;

export interface Filled {
  readonly plan: Plan;
  readonly run: RunInfo;
  readonly stageRuns: StageRun[];
  readonly evidence: Evidence[];
  readonly baseline: Baseline | undefined;
  readonly cases: TestLine[] | undefined;
  readonly owners: ((path: string) => readonly string[]) | undefined;
  readonly today: string;
}

export const START = '2026-11-20T14:00:00.000Z';

export function fillCase(file: Pick<CaseFile, 'plan' | 'run' | 'stageRuns' | 'evidence' | 'baseline' | 'cases' | 'codeowners'>): Filled {
  const plan = fillPlan(file.plan);
  return {
    plan,
    run: fillRun(file.run, plan),
    stageRuns: (file.stageRuns ?? plan.stages.map(({ name }) => ({ stage: name }))).map(fillStageRun),
    evidence: file.evidence.map(fillEvidence),
    baseline: file.baseline === undefined ? undefined : fillBaseline(file.baseline),
    cases: file.cases?.map(fillCaseLine),
    owners: file.codeowners === undefined ? undefined : codeowners(file.codeowners),
    today: '2026-11-20',
  };
}

function fillBaseline(loose: Loose): Baseline {
  const cases = Object.entries((loose['cases'] ?? {}) as Record<string, Loose[]>).map(([stage, tests]) => [
    stage,
    packCases(tests.map(fillCaseLine).map((test) => ({ ...test, owner: test.class ?? test.suite, id: test.id.slice(3) }))),
  ]);
  return Baseline.parse({
    schema: 'gauntlet.baseline/2',
    sha: 'ba5e0000ba5e',
    at: '2026-11-11T00:00:00.000Z',
    findings: [],
    tests: {},
    coverage: {},
    only: [],
    notLooked: [],
    ...loose,
    cases: Object.fromEntries(cases),
  });
}

/** The identity of a test is over all that tells it apart, as the ledger's is. */
function fillCaseLine(loose: Loose): TestLine {
  const key = ['suite', 'class', 'name', 'file', 'parameters'].map((part) => (loose[part] as string | undefined) ?? '').join('\0');
  const id = `t1:${hash('sha256', key, 'hex').slice(0, 16)}`;
  const { stage = 'unit', command = 'main' } = loose as { stage?: TestLine['stage']; command?: string };
  return { stage, command, ...CaseLine.parse({ status: 'passed', id, ...loose }) };
}

export function fillPlan(loose: Loose): Plan {
  const stages = list(loose['stages']).map(fillStage);
  return Plan.parse({
    schema: 'gauntlet.plan/1',
    budget: 'pr',
    seed: 41,
    configPath: 'gauntlet.yml',
    targets: [],
    owed: stages.flatMap(owedBy),
    components: {},
    only: [],
    notes: [],
    redact: [],
    ...loose,
    stages,
    journeys: list(loose['journeys']).map((journey) => ({
      expect: {},
      rows: [],
      ...journey,
      steps: list(journey['steps']).map((step) => ({ type: 'http', options: {}, capture: {}, expect: {}, timeoutMs: 5_000, ...step })),
    })),
    policy: { block: ['P0', 'new P1'], waivers: [], ...(loose['policy'] as Loose | undefined) },
  });
}

function fillStage(loose: Loose): Loose {
  return {
    journeys: [],
    checks: [],
    loads: [],
    experiments: [],
    parallel: false,
    failFast: false,
    retries: 0,
    services: [],
    users: 'none',
    timeoutMs: 600_000,
    ...loose,
    ...(loose['loads']
      ? { loads: list(loose['loads']).map((load) => ({ journeys: ['chat'], users: 50, askedMs: 60_000, grantedMs: 60_000, ...load })) }
      : {}),
    thresholds: ((loose['thresholds'] ?? []) as string[]).map(fillThreshold),
    commands: list(loose['commands']).map((command) => ({
      name: 'main',
      command: { type: 'shell', line: 'npm test' },
      cwd: '.',
      env: {},
      results: [],
      ...command,
      ...(command['coverage'] ? { coverage: { files: ['lcov.info'], min: 0, critical: {}, ...(command['coverage'] as Loose) } } : {}),
    })),
  };
}

/** `chat.latency: p(99) < 100ms` */
function fillThreshold(text: string): Loose {
  const [metric = '', limit = ''] = text.split(/: (?=[a-z]+[( ])/);
  const threshold = parseThreshold(metric, limit);
  if ('error' in threshold) throw new Error(threshold.error);
  return { ...threshold };
}

/** What the planner would owe for the stage. */
function owedBy(stage: Loose): Loose[] {
  const name = String(stage['name']);
  const piece = (kind: string, of: string, what: string): Loose => ({
    id: `${name}/${kind}/${of}`,
    stage: name,
    kind,
    name: of,
    what,
    rows: kind === 'facts' ? [of] : list(stage['loads']).some((load) => load['name'] === of) ? ['LOAD-13'] : [],
  });
  const metrics = new Set([
    ...list(stage['loads']).map((load) => String(load['name'])),
    ...(stage['successRate'] === undefined ? [] : ['success_rate']),
    ...list(stage['thresholds']).map(({ metric }) => String(metric)),
  ]);
  const commands = list(stage['commands']).flatMap(({ name: of, results, coverage }) => [
    piece('exit', String(of), `how \`${String(of)}\` ends`),
    ...((results as string[]).length > 0
      ? [piece('tests', String(of), `results of \`${String(of)}\` at ${(results as string[]).join(', ')}`)]
      : []),
    ...(coverage === undefined ? [] : [piece('coverage', String(of), `coverage of \`${String(of)}\``)]),
  ]);
  return [
    ...commands,
    ...(stage['journeys'] as string[]).map((of) => piece('journey', of, `journey ${of}`)),
    ...(stage['checks'] as string[]).map((of) => piece('facts', of, `facts of ${of}`)),
    ...[...metrics].map((of) => piece('series', of, `samples of ${of}`)),
    ...list(stage['leaks']).map(({ journey }) =>
      piece('leaks', String(journey), `what services hold after each round of ${String(journey)}`),
    ),
    ...(stage['compare'] ? [piece('comparison', 'base', 'chat on the base branch and here, side by side')] : []),
  ];
}

function fillRun(loose: Loose, plan: Plan): RunInfo {
  return RunInfo.parse({
    schema: 'gauntlet.run/1',
    id: 'r1',
    tool: { name: 'gauntlet', version: '0.1.0' },
    startedAt: START,
    budget: plan.budget,
    seed: plan.seed,
    configPath: plan.configPath,
    configSha256: '0'.repeat(64),
    git: { head: '0f3c2e1aaaaa', dirty: false },
    forge: { forge: 'none', event: 'local', fork: false, runAttempt: 1 },
    machine: { platform: 'linux', cpus: 4, memoryBytes: 8e9, node: 'v24.0.0' },
    ended: 'completed',
    ...loose,
  });
}

function fillStageRun(loose: Loose): StageRun {
  const stage = StageRun.shape.stage.parse(loose['stage']);
  return StageRun.parse({ status: 'completed', window: windowOf(stage), durationMs: 41_000, workMs: 40_000, ...loose });
}

const NO_TESTS = { tests: 0, runs: 0, passed: 0, failed: 0, errors: 0, skipped: 0, flaky: 0 };

export function fillEvidence(loose: Loose): Evidence {
  const stage = StageRun.shape.stage.parse(loose['stage'] ?? 'unit');
  const kind = String(loose['kind']);
  const attempt = Number(loose['attempt'] ?? 1);
  return Evidence.parse({
    id: `${stage}/${kind}/${attempt}`,
    stage,
    window: windowOf(stage),
    ...defaults(kind, stage),
    ...loose,
    ...(kind === 'tests' ? fillTests(loose) : {}),
    ...(kind === 'series' ? fillSeries(loose) : {}),
    ...(kind === 'leaks' ? fillLeaks(loose) : {}),
    ...(kind === 'comparison' ? fillComparison(loose) : {}),
  });
}

/** `times: {5: 990, 120: 10}` is a distribution in milliseconds, `values` one of whole bytes or counts, `delivery` that of a load. */
function fillSeries({ times, values, metric, load, samples, rate, delivery, slices, ...loose }: Loose): Loose {
  const counts = countsOf(times ?? values, times ? 1_000 : 1);
  const own = delivery ? { metric: load, delivery: fillDelivery(delivery as Loose) } : { metric };
  const unit = rate ? 'ratio' : times ? 'milliseconds' : ((loose['unit'] as string | undefined) ?? 'count');
  return {
    id: `${String(loose['stage'])}/series-${[load, delivery ? undefined : metric].filter(Boolean).join('-')}`,
    ...(load === undefined ? {} : { load }),
    ...own,
    unit,
    samples: samples ?? (rate as Loose | undefined)?.['of'] ?? (times || values ? counts.count : (own.delivery as Loose)['arrivals']),
    ...(rate ? { rate } : {}),
    ...(times || values ? { histogram: { unit: times ? 'microseconds' : unit, ...counts.store() } } : {}),
    ...(slices ? { slices: list(slices).map(fillSlice) } : {}),
  };
}

/** Slices of one second: `{times: {10: 50}}` or `{rate: {hits: 1, of: 50}}`. */
function fillSlice({ times, rate }: Loose, index: number): Loose {
  const form = rate ? { rate } : { histogram: { unit: 'microseconds', ...countsOf(times, 1_000).store() } };
  return { fromMs: index * 1_000, toMs: (index + 1) * 1_000, ...form };
}

function countsOf(written: unknown, factor: number): DistributionCounts {
  const counts = new DistributionCounts();
  for (const [value, amount] of Object.entries((written ?? {}) as Record<string, number>)) counts.record(Number(value) * factor, amount);
  return counts;
}

/** `{arrivals, failed}` is all that most cases are about. */
function fillDelivery({ arrivals, failed = 0, proof, misses = [], levels, ...more }: Loose): Loose {
  const [all, bad] = [Number(arrivals), Number(failed)];
  return {
    arrivals,
    asked: { users: 50, arrivals: all, durationMs: 60_000, perSecond: all / 60 },
    achieved: { arrivals: all, kept: all - bad, failed: bad, cut: 0, dropped: 0, durationMs: 60_000, mostInFlight: 5, misses },
    lag: { p50: 0.2, p99: 0.9, max: 2 },
    busy: 0.1,
    ...(levels ? { levels: list(levels).map(fillLevel) } : {}),
    ...more,
    proof: proof ?? { state: 'proved' },
  };
}

/** `{part, perSecond, kept, p90}` with whatever else came of it: levels of ten seconds, one after the other. */
function fillLevel({ part = 'climb', perSecond, p90, ...outcomes }: Loose, index: number): Loose {
  const { kept = 0, refused = 0, wrong = 0, unanswered = 0 } = outcomes as Record<string, number>;
  return {
    part,
    perSecond,
    users: Number(perSecond) * 10,
    fromMs: index * 10_000,
    toMs: (index + 1) * 10_000,
    arrivals: kept + refused + wrong + unanswered,
    kept,
    refused,
    wrong,
    unanswered,
    outcomes: Object.fromEntries(Object.entries({ kept, 503: refused, 500: wrong, timeout: unanswered }).filter(([, times]) => times > 0)),
    donePerSecond: kept / 10,
    ...(p90 === undefined ? {} : { latency: { p50: Number(p90) / 2, p90, p99: Number(p90) * 2 } }),
    lagMs: 1,
  };
}

function defaults(kind: string, stage: string): Loose {
  switch (kind) {
    case 'exit':
      return {
        command: 'main',
        line: 'npm test',
        attempt: 1,
        outcome: { ended: 'exit', code: 0 },
        durationMs: 40_000,
        log: { file: `logs/${stage}-main.log` },
        dropped: 0,
        tail: [],
      };
    case 'coverage':
      return { command: 'main', sources: [{ file: 'lcov.info' }], files: [], unmapped: [] };
    case 'journey':
      return { attempt: 1, outcome: 'passed', durationMs: 300, steps: [], totals: { bytes: 100 } };
    case 'stack':
      return { instance: 'head', stack: 'compose', phase: 'up', services: [], preflight: [], incidents: [], leaks: [], logs: [] };
    case 'facts':
      return { sources: [] };
    case 'gap':
      return { owed: [], reason: 'missing', message: 'nothing arrived' };
    default:
      return {};
  }
}

function fillTests(loose: Loose): Loose {
  const details = (name: string) =>
    list(loose[name]).map((test) => ({
      id: fillCaseLine(test).id,
      status: name === 'skipped' ? 'skipped' : name === 'flaky' ? 'passed' : 'failed',
      attempts: name === 'flaky' ? ['failed', 'passed'] : ['failed'],
      source: 'reports/junit.xml',
      ...test,
    }));
  const counts = { ...NO_TESTS, ...(loose['counts'] as Loose) };
  const files = list(loose['files'] ?? [{}]).map((file) => ({
    source: { file: 'reports/junit.xml' },
    attempt: 1,
    counts,
    disagreements: [],
    ...file,
  }));
  return {
    command: 'main',
    slowest: [],
    omitted: { failed: 0, skipped: 0, flaky: 0 },
    ...loose,
    counts,
    files,
    failed: details('failed'),
    skipped: details('skipped'),
    flaky: details('flaky'),
  };
}

function windowOf(stage: (typeof STAGES)[number]): { from: string; to: string } {
  const from = Date.parse(START) + STAGES.indexOf(stage) * 60_000;
  return { from: new Date(from).toISOString(), to: new Date(from + 41_000).toISOString() };
}

function list(value: unknown): Loose[] {
  return (value ?? []) as Loose[];
}
