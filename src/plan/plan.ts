import { journeysOf } from '../model/effects.ts';
import { checks as registeredChecks } from '../checks/registry.ts';
import type { Config } from '../config/load.ts';
import type { ClaimLedger } from '../model/claim.ts';
import { GauntletError } from '../model/errors.ts';
import type { Journey } from '../model/journey.ts';
import type { Plan, PlanNote, PlannedStack, PlannedStage, PlannedTarget, Waiver } from '../model/plan.ts';
import { type Budget, STAGES, type StageName } from '../model/stage.ts';
import { planClaims } from './claims.ts';
import { locateOwed } from './locate.ts';
import type { LoadOverrides } from './loads.ts';
import { onlyCritical, onlyRows, onlyStages } from './narrow.ts';
import { notesOn } from './notes.ts';
import { needsStack } from './needs.ts';
import { owedBy } from './owed.ts';
import { isCode } from './rows.ts';
import { spokenIn } from './spoken.ts';
import { type KnownCheck, planStage } from './stages.ts';
import { planTargets } from './targets.ts';

/** What a caller can ask for beside the configuration: the flags of the command line. */
export interface PlanOptions {
  readonly budget?: Budget;
  readonly stages?: readonly StageName[];
  /** Rows of the catalogue to look at alone. */
  readonly only?: readonly string[];
  readonly seed?: number;
  /** Users of every load. */
  readonly users?: number;
  /** Duration of every load, and of every stage that has one, in milliseconds. Never cut by a budget. */
  readonly durationMs?: number;
  readonly criticalOnly?: boolean;
  readonly stackKind?: string;
  /** As it was read; see `parseClaims`. */
  readonly claims?: ClaimLedger | undefined;
  /** From the base branch; see `parseWaivers`. */
  readonly waivers?: readonly Waiver[];
  /** Every check of this version without it. */
  readonly checks?: readonly KnownCheck[];
}

/**
 * What will be done, and every piece of evidence that is owed for it. Pure: the same input gives the same plan.
 * @throws GauntletError of kind `config` when an option names something that the configuration does not have.
 */
export function makePlan(config: Config, options: PlanOptions = {}): Plan {
  const budget = options.budget ?? config.budget;
  const stack = chooseStack(config, options.stackKind);
  const overrides: LoadOverrides = { users: options.users, durationMs: options.durationMs };
  const context = { config, budget, overrides, checks: options.checks ?? registeredChecks, hasStack: stack !== undefined };
  const all = STAGES.flatMap((name) => config.stages.filter((stage) => stage.name === name)).map((stage) => planStage(stage, context));
  const experiments = all.flatMap((stage) => stage.experiments.map(({ name }) => name));
  const only = checkCodes(options.only ?? [], experiments);
  const wanted = onlyStages(all, options.stages ?? []);
  const narrowed = options.criticalOnly === true ? onlyCritical(wanted) : wanted;
  const claims = options.criticalOnly === true ? undefined : planClaims(options.claims, all, wanted);
  const stages = [...onlyRows(narrowed, owedBy(narrowed, config, { claims }), only)];
  const owed = owedBy(stages, config, { narrowed: only.length > 0, claims });
  const judged = only.length === 0 || owed.some(({ kind }) => kind === 'claims') ? claims : undefined;
  // Checks read how the stack is described, also where nothing brings it up.
  const used = stages.some((stage) => needsStack(stage) || stage.checks.length > 0) ? stack : undefined;
  const targets = planTargets(config, stages, stack);
  return {
    schema: 'gauntlet.plan/1',
    budget,
    seed: options.seed ?? config.seed,
    configPath: config.path,
    ...(used === undefined ? {} : { stack: used }),
    targets,
    stages,
    journeys: usedJourneys(config, stages),
    ...(judged === undefined ? {} : { claims: judged }),
    owed: owed.map((piece) => ({ ...piece, location: locateOwed(config, piece) })),
    ...(config.release.undo !== undefined && stages.some(({ name }) => name === 'smoke') ? { undo: config.release.undo } : {}),
    policy: { block: config.policy.block, waivers: [...(options.waivers ?? [])] },
    ...checkSettings(config, stages),
    components: components(config, stages, targets),
    ...componentStages(config),
    only: [...only],
    redact: [...config.redact],
    notes: [
      ...notesOn({ config, stages, hasStack: stack !== undefined, narrowed: only.length > 0 || options.criticalOnly === true }),
      ...overrideNotes(options, stages),
    ],
  };
}

function chooseStack({ stack }: Config, kind: string | undefined): PlannedStack | undefined {
  if (kind === undefined) return stack?.kinds[stack.use];
  const chosen = stack?.kinds[kind];
  if (chosen) return chosen;
  const there = Object.keys(stack?.kinds ?? {});
  throw new GauntletError(`the configuration has no stack of the kind ${kind}`, {
    kind: 'config',
    hint: there.length === 0 ? `add \`stack: {${kind}: …}\`` : `choose from ${there.join(', ')}, or add \`${kind}:\` to \`stack\``,
  });
}

/** Rows of the catalogue, and experiments by their names. */
function checkCodes(only: readonly string[], experiments: readonly string[]): readonly string[] {
  const wrong = only.filter((code) => !isCode(code) && !experiments.includes(code));
  if (wrong.length > 0)
    throw new GauntletError(`${wrong.map((code) => `"${code}"`).join(', ')} is not the code of a row`, {
      kind: 'config',
      hint: `write a code such as DB-11${experiments.length === 0 ? '' : `, or the name of an experiment: ${experiments.slice(0, 10).join(', ')}`}`,
    });
  return only;
}

/** The journeys that a stage runs, that a load's users do, or that an experiment watches. */
function usedJourneys(config: Config, stages: readonly PlannedStage[]): Journey[] {
  const experiments = stages.flatMap((stage) => stage.experiments);
  // Without a choice, an experiment watches whatever users do.
  const all = experiments.some(({ steady }) => steady === undefined) ? Object.keys(config.journeys) : [];
  const byExperiments = experiments.flatMap(({ steady = [], control = [], ledger }) => [
    ...steady,
    ...control,
    ...(ledger === undefined ? [] : [ledger.write, ...(ledger.read === undefined ? [] : [ledger.read])]),
  ]);
  const loads = stages.flatMap((stage) => stage.loads).flatMap((load) => load.journeys);
  const watched = stages.flatMap(({ leaks = [], effects = [], compare, rollback }) => [
    ...leaks.map(({ journey }) => journey),
    ...effects.flatMap(journeysOf),
    ...(compare?.journeys ?? []),
    ...(rollback?.journeys ?? []),
    ...Object.values(rollback?.keeps ?? {}),
  ]);
  const used = new Set([...stages.flatMap((stage) => stage.journeys), ...loads, ...watched, ...byExperiments, ...all]);
  return Object.entries(config.journeys).flatMap(([name, journey]) => (used.has(name) ? [{ name, ...journey }] : []));
}

/** What checks are told of the API and for themselves: only where a stage has some. */
function checkSettings(
  { api, clients, check_options, journeys }: Config,
  stages: readonly PlannedStage[],
): Pick<Plan, 'api' | 'checkOptions'> {
  if (stages.every(({ checks }) => checks.length === 0)) return {};
  const websocket = api?.websocket ?? spokenIn(Object.values(journeys));
  const told = api !== undefined || clients !== undefined || websocket !== undefined;
  return {
    ...(told ? { api: { calls: [], ...api, clients: clients ?? {}, ...(websocket === undefined ? {} : { websocket }) } } : {}),
    ...(Object.keys(check_options).length === 0 ? {} : { checkOptions: check_options }),
  };
}

/** As configured; otherwise every service that the configuration names, each by its own name. */
function components(config: Config, stages: readonly PlannedStage[], targets: readonly PlannedTarget[]): Record<string, string[]> {
  if (config.components) return Object.fromEntries(Object.entries(config.components).map(([name, { match }]) => [name, match]));
  const services = stages.flatMap((stage) => (stage.services === 'all' ? [] : stage.services));
  const names = new Set([...(config.stack?.services ?? []), ...targets.map((target) => target.service ?? target.name), ...services]);
  return Object.fromEntries([...names].map((name) => [name, [name]]));
}

/** The stages in which somebody asks for tests of a component. */
function componentStages({ components: all = {} }: Config): Pick<Plan, 'componentStages'> {
  const asked = Object.entries(all).flatMap(([name, component]) => ('stages' in component ? [[name, component.stages] as const] : []));
  return asked.length === 0 ? {} : { componentStages: Object.fromEntries(asked) };
}

function overrideNotes({ users, durationMs }: PlanOptions, stages: readonly PlannedStage[]): PlanNote[] {
  const notes: PlanNote[] = [];
  const performs = stages.some((stage) => stage.loads.length > 0 || (stage.name === 'performance' && stage.commands.length > 0));
  if (users !== undefined && !performs)
    notes.push({
      kind: 'no-effect',
      message: `--users ${users} has no effect: no stage of this plan puts load on the system`,
      fix: 'leave it out, or include the performance stage',
    });
  if (durationMs !== undefined && !stages.some((stage) => stage.askedMs === durationMs))
    notes.push({
      kind: 'no-effect',
      message: '--duration has no effect: no stage of this plan has a duration',
      fix: 'leave it out, or include a stage with a `duration`',
    });
  return notes;
}
