import type { CheckPlugin } from '../checks/contract.ts';
import type { Config } from '../config/load.ts';
import type { StageEntry } from '../config/stages.ts';
import { raceFlag } from '../lib/race-flag.ts';
import type { PlannedEvaluation } from '../model/evaluation.ts';
import type { Command, PlannedCommand, PlannedLoad, PlannedStage } from '../model/plan.ts';
import type { Budget, StageName } from '../model/stage.ts';
import { successThreshold } from '../model/threshold.ts';
import { grant, timeoutOf } from './budgets.ts';
import { type LoadOverrides, planLoads } from './loads.ts';
import { extended, shortagesOf } from './samples.ts';

/** What a plan must know of a check. */
export type KnownCheck = Pick<CheckPlugin, 'code' | 'needs'>;

export interface StageContext {
  readonly config: Config;
  readonly budget: Budget;
  readonly overrides: LoadOverrides;
  readonly checks: readonly KnownCheck[];
  /** A stack of ours stands while the stages run. */
  readonly hasStack: boolean;
}

/** One stage with every default filled in. */
export function planStage(stage: StageEntry, context: StageContext): PlannedStage {
  const { config, budget, overrides } = context;
  const checks = checksOf(stage, context);
  const thresholds = [...(stage.successRate === undefined ? [] : [successThreshold(stage.successRate)]), ...stage.thresholds];
  const written = planLoads(stage.scenarios ?? [], {
    own: config.loads,
    journeys: stage.journeys ?? [],
    budget,
    overrides,
    durationMs: stage.durationMs,
  });
  // A duration that somebody asked for is kept.
  const loads =
    overrides.durationMs === undefined && !isBounded(stage, written) ? extended(written, { thresholds, config, budget }) : written;
  const shortages = shortagesOf(loads, { thresholds, config });
  const overridden =
    overrides.durationMs !== undefined && (stage.durationMs !== undefined || loads.length > 0 || stage.name === 'performance');
  const asked = overridden ? overrides.durationMs : stage.durationMs;
  const granted = overridden ? asked : grant(asked, stage.name, budget);
  const loadMs = loads.reduce((sum, load) => sum + load.grantedMs, 0);
  return {
    name: stage.name,
    commands: planCommands(stage, overrides),
    // With a load, the journeys are what its users do; they run within it, not beside it.
    journeys: loads.length > 0 ? [] : withRivals(stage.journeys ?? [], config),
    checks: [...checks],
    loads: loads,
    experiments: (stage.experiments ?? []).map((name) => ({ name, rows: [], ...config.experiments[name] })),
    ...(stage.evaluations === undefined ? {} : { evaluations: evaluationsOf(stage.evaluations, config) }),
    thresholds: [...stage.thresholds],
    ...(stage.leaks === undefined ? {} : { leaks: [...stage.leaks] }),
    ...(stage.effects === undefined ? {} : { effects: [...stage.effects] }),
    ...(stage.compare === undefined ? {} : { compare: stage.compare }),
    ...rollbackOf(stage, config),
    ...watchOf(stage, context),
    ...(shortages.length === 0 ? {} : { shortages }),
    ...(stage.mustPass === undefined ? {} : { mustPass: [...stage.mustPass] }),
    ...(stage.legs === undefined ? {} : { legs: [...stage.legs] }),
    parallel: stage.parallel ?? false,
    failFast: stage.failFast ?? false,
    retries: stage.retries ?? 0,
    services: servicesOf(stage, checks, context),
    ...(stage.environment === undefined ? {} : { environment: stage.environment }),
    users: stage.users ?? 'none',
    timeoutMs: timeoutOf(
      stage.name,
      stage.timeoutMs,
      Math.max(
        granted ?? 0,
        loadMs + searchMs(stage, rollbackOf(stage, config).rollback?.limitMs ?? 0),
        watchOf(stage, context).watch?.forMs ?? 0,
      ),
    ),
    ...(asked === undefined ? {} : { askedMs: asked }),
    ...(granted === undefined ? {} : { grantedMs: granted }),
    ...(stage.successRate === undefined ? {} : { successRate: stage.successRate }),
    ...(stage.recovery === undefined ? {} : { recovery: stage.recovery }),
    ...(stage.faultCoverage === undefined ? {} : { faultCoverage: stage.faultCoverage }),
  };
}

/** What a journey is said to save tokens against is walked beside it. */
function withRivals(names: readonly string[], { journeys }: Config): string[] {
  const rivals = names.map((name) => journeys[name]?.saves?.against).filter((name) => name !== undefined);
  return [...new Set([...names, ...rivals])];
}

function evaluationsOf(names: readonly string[], { evaluations, model }: Config): PlannedEvaluation[] {
  return names.flatMap((name) => {
    const settings = evaluations[name];
    return settings === undefined ? [] : [{ name, ...settings, ...(model === undefined ? {} : { model }) }];
  });
}

/** The last stage before a deployment: a rollback is tried once, when all else is known. */
const ROLLBACK_STAGES: readonly StageName[] = ['chaos', 'performance', 'e2e', 'integration', 'audit'];

/** A rollback belongs to one stage of the whole configuration, whichever of its stages are run. */
function rollbackOf({ name }: StageEntry, { release, stages, journeys }: Config): Pick<PlannedStage, 'rollback'> {
  const home = ROLLBACK_STAGES.find((candidate) => stages.some((stage) => stage.name === candidate));
  if (release.rollback === undefined || name !== home) return {};
  const { journeys: named, ...asked } = release.rollback;
  const smoke = stages.flatMap((stage) => (stage.name === 'smoke' ? (stage.journeys ?? []) : []));
  return { rollback: { ...asked, journeys: named ?? (smoke.length > 0 ? smoke : Object.keys(journeys)) } };
}

/** What the watch asks for, cut as the stage would be. */
function watchOf({ name, watch }: StageEntry, { budget, overrides }: StageContext): Pick<PlannedStage, 'watch'> {
  if (watch === undefined) return {};
  const forMs = overrides.durationMs ?? grant(watch.forMs, name, budget) ?? watch.forMs;
  return { watch: { ...watch, askedMs: watch.forMs, forMs } };
}

/** About how long the searches for leaks and the comparison take. Milliseconds. */
function searchMs({ leaks = [], effects = [], compare }: StageEntry, rollbackMs: number): number {
  const searches = leaks.reduce((sum, { cycles, waitMs, idleMs = 0 }) => sum + (cycles + 2) * (7_000 + waitMs) + idleMs, 0);
  const pairMs = (compare?.journeys.length ?? 0) * (compare?.pairs ?? 0) * 4_000;
  // Who knows how long a walk takes: a tenth of a second each, and never less than half a minute for all.
  const effectsMs = effects.reduce((sum, { walks, atOnce, waitMs }) => sum + 30_000 + (100 * walks) / Math.min(walks, atOnce) + waitMs, 0);
  return rollbackMs + effectsMs + searches + (compare === undefined ? 0 : compare.restarts * (pairMs + 120_000));
}

/** Its own duration is less than what its loads would take. */
function isBounded({ durationMs }: StageEntry, loads: readonly PlannedLoad[]): boolean {
  return (
    durationMs !== undefined &&
    loads.some(({ askedMs, grantedMs }) => grantedMs < askedMs) &&
    loads.some(({ askedMs }) => askedMs > durationMs)
  );
}

/** An audit that names nothing to do looks at everything that needs neither configuration nor a running stack. */
function checksOf(
  { name, checks, run, journeys, scenarios, evaluations, experiments }: StageEntry,
  { checks: known }: StageContext,
): readonly string[] {
  if (checks === 'all') return known.map(({ code }) => code);
  const bare = name === 'audit' && [checks, run, journeys, scenarios, evaluations, experiments].every((work) => work === undefined);
  return bare ? known.filter(({ needs }) => needs === 'static').map(({ code }) => code) : (checks ?? []);
}

function planCommands(stage: StageEntry, { users }: LoadOverrides): PlannedCommand[] {
  const commands = stage.run ?? [];
  const [only] = commands.length === 1 ? commands : [];
  return commands.map((command) => {
    const results = command.results ?? (command === only ? stage.results : undefined);
    const loadResults = command.loadResults ?? (command === only ? stage.loadResults : undefined);
    const coverage = command.coverage ?? (command === only ? stage.coverage : undefined);
    const race = command.race ?? stage.race ?? raceFlag(wholeLine(command.command)) === 'on';
    const forLoad = stage.name === 'performance' && users !== undefined ? { GAUNTLET_USERS: String(users) } : {};
    return {
      name: command.name,
      command: command.command,
      cwd: command.cwd ?? stage.cwd ?? '.',
      env: { ...stage.env, ...command.env, ...forLoad },
      results: [...(results ?? [])],
      ...(loadResults === undefined ? {} : { loadResults: [...loadResults] }),
      ...(coverage === undefined ? {} : { coverage }),
      ...(race ? { race } : {}),
    };
  });
}

/** All of a command, for whoever looks for an option in it. */
function wholeLine(command: Command): string {
  return command.type === 'shell' ? command.line : command.argv.join(' ');
}

/** Unit tests and static checks speak to no stack; a stage in another environment speaks to that one. */
function servicesOf(stage: StageEntry, checks: readonly string[], { config, hasStack, checks: known }: StageContext): 'all' | string[] {
  if (stage.services !== undefined) return stage.services === 'all' ? 'all' : [...stage.services];
  if (!hasStack || stage.name === 'unit') return [];
  if (stage.environment !== undefined && Object.hasOwn(config.environments, stage.environment)) return [];
  if (stage.name !== 'audit') return 'all';
  return known.some((check) => check.needs === 'live' && checks.includes(check.code)) ? 'all' : [];
}
