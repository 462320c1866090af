import { CLAIM_ROWS, type StageClaims } from './claims.ts';
import { needsStack } from './needs.ts';
import { COVERAGE_FILES } from '../config/commands.ts';
import type { Config } from '../config/load.ts';
import { askedOf, effectRows } from '../model/effects.ts';
import type { Command, CoverageGate, Owed, PlannedCommand, PlannedStage } from '../model/plan.ts';
import { formatLimit } from '../model/limit.ts';
import { writtenLimit } from '../model/threshold.ts';
import { formatDuration, formatRatio } from '../model/units.ts';
import {
  coverageRows,
  evaluationRows,
  experimentRows,
  journeyRows,
  leakRows,
  LOAD_RESULT_ROWS,
  loadJourneyRows,
  metricRows,
  scenarioRows,
  STACK_ROWS,
  STAGE_ROWS,
  SUCCESS_RATE_ROWS,
  unique,
} from './rows.ts';

/** The metric whose samples show a stage's success rate. */
export const SUCCESS_RATE = 'success_rate';

interface OwedOptions {
  readonly narrowed?: boolean;
  readonly claims?: StageClaims | undefined;
}

/** Everything that the stages promise, in their order. */
export function owedBy(stages: readonly PlannedStage[], config: Config, { narrowed = false, claims }: OwedOptions = {}): Owed[] {
  const first = stages.find(needsStack);
  return stages.flatMap((stage) => {
    const readiness =
      stage === first
        ? [owed(stage, 'stack', { name: 'head', what: 'the stack is ready: every service that the stages need', rows: STACK_ROWS })]
        : [];
    const own = [
      ...readiness,
      ...stage.commands.flatMap((command) => ofCommand(stage, command)),
      ...ofJourneys(stage, config),
      ...ofChecks(stage),
      ...ofLoads(stage, config),
      ...ofLeaks(stage, config),
      ...ofEffects(stage),
      ...ofComparison(stage),
      ...ofRollback(stage),
      ...ofWatch(stage),
      ...ofEvaluations(stage),
      ...ofExperiments(stage),
      ...ofClaims(stage, claims),
    ];
    // A stage always owes something of its own: an empty one can only end as a gap. Only `--only CFG-09` asks for readiness alone.
    return own.length > readiness.length || (narrowed && own.length > 0) ? own : [...own, ofNothing(stage)];
  });
}

/** What is owed by a stage that says nothing to do. */
export const NOTHING = 'nothing';

function ofNothing(stage: PlannedStage): Owed {
  return owed(stage, 'exit', {
    name: NOTHING,
    what: `something to look at: \`${stage.name}\` names no command, journey, check, load or experiment`,
    rows: STAGE_ROWS[stage.name],
  });
}

function owed(
  { name: stage }: PlannedStage,
  kind: Owed['kind'],
  { name, what, rows }: { name: string; what: string; rows: readonly string[] },
): Owed {
  return { id: `${stage}/${kind}/${name}`, stage, kind, name, what, rows: unique(rows) };
}

function ofCommand(stage: PlannedStage, { name, command, results, loadResults, coverage, race }: PlannedCommand): Owed[] {
  const line = `\`${lineOf(command)}\``;
  const rows = STAGE_ROWS[stage.name];
  return [
    owed(stage, 'exit', { name, what: `how ${line} ends`, rows }),
    ...(results.length === 0
      ? []
      : [owed(stage, 'tests', { name, what: `results of ${line} at ${results.join(', ')}`, rows: [...rows, ...mustPassRows(stage)] })]),
    ...(loadResults === undefined
      ? []
      : [owed(stage, 'series', { name, what: `load results of ${line} at ${loadResults.join(', ')}`, rows: LOAD_RESULT_ROWS })]),
    ...(coverage === undefined
      ? []
      : [owed(stage, 'coverage', { name, what: `coverage of ${line} ${placesOf(coverage)}`, rows: coverageRows(coverage) })]),
    ...(race === true
      ? [owed(stage, 'diagnostics', { name, what: `${line} under a race detector, and what it reports`, rows: ['CON-01', 'CON-02'] })]
      : []),
  ];
}

function mustPassRows({ mustPass = [] }: PlannedStage): string[] {
  return mustPass.length === 0 ? [] : ['TST-12'];
}

/** Claims are owed by the stage whose tests decide them. */
function ofClaims(stage: PlannedStage, claims: StageClaims | undefined): Owed[] {
  const own = claims?.claims.filter((claim) => claim.stage === stage.name && (claim.tests.length > 0 || claim.check)) ?? [];
  if (own.length === 0) return [];
  const rows = [...CLAIM_ROWS, ...own.flatMap((claim) => claim.rows)];
  return [
    owed(stage, 'claims', {
      name: 'claims',
      what: `the outcomes that decide ${count(own.length, 'claim')} of ${claims?.file ?? ''}`,
      rows,
    }),
  ];
}

function placesOf({ files }: CoverageGate): string {
  return files.join() === COVERAGE_FILES.join()
    ? `at one of the usual places (${files.slice(0, 2).join(', ')}, …)`
    : `at ${files.join(', ')}`;
}

function ofJourneys(stage: PlannedStage, config: Config): Owed[] {
  return stage.journeys.flatMap((name) => {
    const journey = config.journeys[name];
    return journey
      ? [
          owed(stage, 'journey', {
            name,
            what: `journey ${name}, ${count(journey.steps.length, 'step')}`,
            rows: journeyRows({ name, ...journey }, stage.name),
          }),
        ]
      : [];
  });
}

function ofChecks(stage: PlannedStage): Owed[] {
  return stage.checks.map((code) => owed(stage, 'facts', { name: code, what: `the facts of check ${code}`, rows: [code] }));
}

function ofLoads(stage: PlannedStage, config: Config): Owed[] {
  const metrics = unique(stage.thresholds.map((threshold) => threshold.metric));
  const journeys = Object.entries(config.journeys).map(([name, journey]) => ({ name, ...journey }));
  return [
    ...stage.loads.map((load) =>
      owed(stage, 'series', {
        name: load.name,
        what: `samples of the load ${load.name}: ${load.users} users for ${formatDuration(load.grantedMs)}`,
        rows: [...scenarioRows(load), ...loadJourneyRows(load, journeys)],
      }),
    ),
    ...(stage.successRate === undefined
      ? []
      : [
          owed(stage, 'series', {
            name: SUCCESS_RATE,
            what: `samples of the success rate, >= ${formatRatio(stage.successRate)}`,
            rows: SUCCESS_RATE_ROWS,
          }),
        ]),
    ...metrics.map((metric) => {
      const limits = stage.thresholds.filter((threshold) => threshold.metric === metric).map(writtenLimit);
      return owed(stage, 'series', {
        name: metric,
        what: `samples of ${metric} for ${limits.join(' and ')}`,
        rows: metricRows(metric, journeys),
      });
    }),
  ];
}

function ofLeaks(stage: PlannedStage, config: Config): Owed[] {
  return (stage.leaks ?? []).map(({ journey, cycles, idleMs, users }) => {
    const who = users === 'new' ? 'by a new user for every walk' : `by ${count(users, 'user')}`;
    return owed(stage, 'leaks', {
      name: journey,
      what: `what services hold after each of ${cycles} rounds of ${journey} ${who}`,
      rows: leakRows({ users, returns: idleMs !== undefined }, config.journeys[journey]?.rows ?? []),
    });
  });
}

function ofRollback(stage: PlannedStage): Owed[] {
  if (stage.rollback === undefined) return [];
  const { to, journeys } = stage.rollback;
  const what = `${to ?? 'the version before'} on the data of this one, and this one again: ${journeys.join(', ')}`;
  return [owed(stage, 'rollback', { name: 'previous', what, rows: ['REL-01'] })];
}

/** Health paths are those of the targets; logs and alerts only where somebody says who knows them. */
function ofWatch(stage: PlannedStage): Owed[] {
  if (stage.watch === undefined) return [];
  const { forMs, logs, alerts } = stage.watch;
  const seen = ['health', ...(logs === undefined ? [] : ['the log']), ...(alerts === undefined ? [] : ['alerts'])];
  const what = `${seen.join(', ')} of what was deployed, for ${formatDuration(forMs)}`;
  return [owed(stage, 'watch', { name: WATCH, what, rows: ['REL-02', ...(logs === undefined ? [] : ['OBS-19'])] })];
}

/** The name of the one watch that a stage can owe. */
const WATCH = 'watch';

function ofEffects(stage: PlannedStage): Owed[] {
  return (stage.effects ?? []).map((effect) => {
    const { name, journey, walks, atOnce } = effect;
    const what = `what ${count(walks, 'walk')} of ${journey}, ${Math.min(walks, atOnce)} at once, do: ${askedOf(effect).join(', ')}`;
    return owed(stage, 'effect', { name, what, rows: effectRows(effect) });
  });
}

/** The name of the one comparison that a stage can owe. */
const BASE = 'base';

function ofComparison(stage: PlannedStage): Owed[] {
  if (stage.compare === undefined) return [];
  const { journeys, tolerance, restarts, pairs } = stage.compare;
  const what = `${journeys.join(', ')} on the base branch and here, side by side: ${restarts} starts with ${pairs} pairs of blocks, at most ${formatRatio(tolerance)} more`;
  return [owed(stage, 'comparison', { name: BASE, what, rows: ['LOAD-14'] })];
}

function ofEvaluations(stage: PlannedStage): Owed[] {
  return (stage.evaluations ?? []).map(({ name, cases, limit, learn, ...evaluation }) => {
    const set = cases === undefined ? '' : ` over the cases of ${cases}`;
    const what = `evaluation ${name}${set}: ${formatLimit(limit)} right${learn === undefined ? '' : ', and better after learning'}`;
    return owed(stage, 'evaluation', { name, what, rows: evaluationRows({ learn, ...evaluation }) });
  });
}

function ofExperiments(stage: PlannedStage): Owed[] {
  return stage.experiments.map(({ name, ledger, rows, ...experiment }) => {
    const recovery = experiment.recovery ?? stage.recovery;
    const what = `experiment ${name}: the fault, its proof and its end${recovery ? `; recovery ${formatLimit(recovery)}` : ''}`;
    return owed(stage, 'fault', {
      name,
      what,
      rows: [
        ...experimentRows(name, { recovery: recovery !== undefined, ledger: ledger !== undefined }),
        ...(stage.faultCoverage ? ['TST-24'] : []),
        ...rows,
      ],
    });
  });
}

/** A command as one line. */
export function lineOf(command: Command): string {
  const line =
    command.type === 'shell'
      ? command.line
      : command.argv.map((part) => (/^[\w./:=@%+-]+$/.test(part) ? part : JSON.stringify(part))).join(' ');
  const [first = '', ...more] = line.trim().split('\n');
  return more.length === 0 ? first : `${first} …`;
}

export function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}
