import { isDeepStrictEqual } from 'node:util';

import type { Capability } from '../faults/contract.ts';
import { faults } from '../faults/registry.ts';
import { errorMessage } from '../model/errors.ts';
import type { FaultEvidence } from '../model/evidence.ts';
import type { PlannedExperiment, PlannedRandom } from '../model/experiment.ts';
import type { Journey } from '../model/journey.ts';
import type { Limit } from '../model/limit.ts';
import type { PlannedStage } from '../model/plan.ts';
import { formatDuration } from '../model/units.ts';
import { defaultsOf } from './chaos/defaults.ts';
import { runExperiment } from './chaos/experiment.ts';
import { drawFaults } from './chaos/random.ts';
import { healthJourney } from './chaos/scene.ts';
import { faultsOf } from './chaos/together.ts';
import type { Experiment } from './chaos/types.ts';
import { watchdog } from './chaos/watchdog.ts';
import { addGap, owedIds, type Gap, type RunContext } from './context.ts';
import type { Guard } from './faults.ts';
import type { RunningStack } from './stack.ts';
import { targetsOf } from './targets.ts';

/** The mission's own time for a crash (seed 000), where nobody says another. */
const RECOVERY: Limit = { op: '<=', value: 60_000, unit: 'milliseconds' };
/** The mission's own time for a pool that ran dry (DB-12). */
const POOL_RECOVERY: Limit = { op: '<=', value: 10_000, unit: 'milliseconds' };
/** Journeys that an experiment watches when nobody chose. */
const MOST_JOURNEYS = 3;
/** Time for experiments that nobody wrote down, where the stage names none. Milliseconds. */
const DEFAULTS_MS = { pr: 180_000, nightly: 1_800_000, release: 3_600_000 } as const;

/** Experiments that were not started are named up to so many. */
const NAMED = 8;

/** One experiment to do, or why it cannot be done. Those of a family owe nothing by themselves: together they answer for it. */
interface Task {
  readonly name: string;
  readonly owed: readonly string[];
  readonly family?: string | undefined;
  readonly experiment: Experiment | undefined;
  readonly because?: string | undefined;
}

/**
 * Carries out the experiments of a stage, one after the other: those that somebody wrote in their order, then those of families by what
 * they tell, as long as the time lasts. What a fault leaves behind puts everything after it in quarantine.
 */
export async function runExperiments(context: RunContext, stage: PlannedStage, stack: RunningStack | undefined): Promise<void> {
  if (stage.experiments.length === 0) return;
  const { clock } = context.ports;
  const tasks = stage.experiments.flatMap((planned) => tasksOf(context, stage, { planned, stack }));
  const written = tasks.filter(({ family }) => family === undefined);
  const made = tasks.filter(({ family }) => family !== undefined);
  const grantedMs = stage.grantedMs ?? DEFAULTS_MS[context.plan.budget];
  const until = clock.monotonicMs() + grantedMs;
  const guard = watchdog(context);
  let quarantine: string | undefined;
  const late: Task[] = [];
  for (const task of [...written, ...made]) {
    const because = whyNot(context, task, quarantine);
    if (because === undefined && task.family !== undefined && clock.monotonicMs() >= until) {
      late.push(task);
      continue;
    }
    const gap = because ?? (await carryOut(context, { stage, stack, task, guard }));
    if (gap === undefined) continue;
    if ('residue' in gap) quarantine ??= `${task.name} left something behind: ${gap.residue}`;
    else await leaveOpen(context, stage, { ...task, gap });
  }
  if (late.length > 0) await sayLate(context, stage, { tasks, late, grantedMs });
}

interface Late {
  readonly tasks: readonly Task[];
  readonly late: readonly Task[];
  readonly grantedMs: number;
}

/** How many were asked for and how many were done: what was cut is no pass of the whole. */
async function sayLate(context: RunContext, stage: PlannedStage, { tasks, late, grantedMs }: Late): Promise<void> {
  const none = [...new Set(late.map(({ family }) => family))].filter((family) =>
    tasks.every((task) => task.family !== family || late.includes(task)),
  );
  const names = late.map(({ name }) => name);
  const shown = names.length > NAMED ? `${names.slice(0, NAMED).join(', ')}, and ${names.length - NAMED} more` : names.join(', ');
  await leaveOpen(context, stage, {
    name: 'late',
    owed: none.flatMap((family) => (family === undefined ? [] : owedIds(context.plan, { stage: stage.name, kind: 'fault', name: family }))),
    gap: {
      reason: 'budget',
      message: `${tasks.length - late.length} of ${tasks.length} experiments were started within ${formatDuration(grantedMs)}; not: ${shown}`,
      fix: LONGER,
    },
  });
}

/** Says of every experiment of the stage why it was not started. */
export async function skipExperiments(context: RunContext, stage: PlannedStage, because: string): Promise<void> {
  for (const { name } of stage.experiments) {
    const owed = owedIds(context.plan, { stage: stage.name, kind: 'fault', name });
    await leaveOpen(context, stage, {
      name,
      owed,
      gap: { reason: 'not-started', message: `experiment ${name} was not started: ${because}` },
    });
  }
}

interface Planning {
  readonly planned: PlannedExperiment;
  readonly stack: RunningStack | undefined;
}

function tasksOf(context: RunContext, stage: PlannedStage, { planned, stack }: Planning): Task[] {
  const { name, fault } = planned;
  const owed = owedIds(context.plan, { stage: stage.name, kind: 'fault', name });
  if (stack === undefined) return [{ name, owed, experiment: undefined, because: 'no stack of ours is there to do it to' }];
  if (planned.random !== undefined) return randomTasks(context, stage, { planned, random: planned.random, stack, owed });
  if (fault === undefined) return familyTasks(context, stage, { name, owed, stack });
  const all = [fault, ...(planned.also ?? [])];
  const unknown = all.find(({ type }) => faults.every((plugin) => plugin.type !== type));
  if (unknown !== undefined) return [{ name, owed, experiment: undefined, because: `this version has no fault ${unknown.type}` }];
  const [first, ...also] = all.flatMap((one) => faults.filter(({ type }) => type === one.type).map((plugin) => ({ fault: one, plugin })));
  if (first === undefined) return [];
  return [{ name, owed, experiment: { ...settingsOf(context, stage, { planned, stack }), name, ...first, also, rows: planned.rows } }];
}

function familyTasks(
  context: RunContext,
  stage: PlannedStage,
  { name, owed, stack }: { name: string; owed: readonly string[]; stack: RunningStack },
): Task[] {
  const made = defaultsOf(name, { manifest: stack.manifest, plugins: faults, budget: context.plan.budget });
  if (made.length === 0)
    return [{ name, owed, experiment: undefined, because: `the stack gives no cause for a fault of the family ${name}` }];
  const settings = settingsOf(context, stage, { planned: { name, rows: [] }, stack });
  // What somebody wrote is done as it is written, and once.
  const fresh = made.filter(({ fault, name: own }) =>
    stage.experiments.every(
      (other) => other.name !== own && !isDeepStrictEqual({ ...other.fault, durationMs: 0 }, { ...fault, durationMs: 0 }),
    ),
  );
  return fresh.map((experiment) => ({
    name: experiment.name,
    owed: [],
    family: name,
    experiment: {
      ...settings,
      ...(experiment.rows.includes('DB-12') ? { recovery: POOL_RECOVERY } : {}),
      ...experiment,
      family: name,
    },
  }));
}

interface Drawing {
  readonly planned: PlannedExperiment;
  readonly random: PlannedRandom;
  readonly stack: RunningStack;
  readonly owed: readonly string[];
}

/** What chance draws from the seed of the run: an experiment each, all of them for the one that was asked for. */
function randomTasks(context: RunContext, stage: PlannedStage, { planned, random, stack, owed }: Drawing): Task[] {
  const { name } = planned;
  const drawn = drawFaults(random, { seed: context.plan.seed, manifest: stack.manifest, plugins: faults });
  if (drawn.length === 0)
    return [{ name, owed, experiment: undefined, because: 'the stack gives no cause for a fault within these limits' }];
  const settings = settingsOf(context, stage, { planned, stack });
  return drawn.flatMap(([first, ...also], index) => {
    if (first === undefined) return [];
    const rows = [...new Set([...planned.rows, ...[first, ...also].flatMap(({ plugin }) => plugin.rows)])];
    const own = `${name}-${index + 1}`;
    return [{ name: own, owed: [], family: name, experiment: { ...settings, ...first, also, name: own, rows, family: name } }];
  });
}

type Settings = Pick<Experiment, 'steady' | 'control' | 'during' | 'recovery' | 'ledger'>;

function settingsOf(context: RunContext, stage: PlannedStage, { planned, stack }: Planning): Settings {
  const { plan } = context;
  const named = (names: readonly string[]): Journey[] =>
    names.flatMap((name) => plan.journeys.find((journey) => journey.name === name) ?? []);
  const chosen = [...(planned.steady ?? []), ...(planned.ledger === undefined ? [] : [planned.ledger.write])];
  return {
    steady:
      planned.steady === undefined && planned.ledger === undefined ? journeysOfUsers(context, stage, stack) : named([...new Set(chosen)]),
    control: named(planned.control ?? []),
    during: planned.during ?? {},
    recovery: planned.recovery ?? (planned.rows.includes('DB-12') ? POOL_RECOVERY : (stage.recovery ?? RECOVERY)),
    ledger: planned.ledger,
  };
}

/** Those that are no more than the reading half of a ledger make no sense by themselves. Without any, the health of the targets must do. */
function journeysOfUsers(context: RunContext, stage: PlannedStage, stack: RunningStack | undefined): readonly Journey[] {
  const { journeys, stages } = context.plan;
  const experiments = stages.flatMap((one) => one.experiments);
  const readers = experiments.flatMap(({ ledger }) => ledger?.read ?? []);
  const walked = [
    ...stages.flatMap((one) => one.journeys),
    ...experiments.flatMap(({ steady = [], ledger }) => [...steady, ledger?.write]),
  ];
  const users = journeys.filter(({ name }) => walked.includes(name) || !readers.includes(name));
  const asked = users.length > 0 ? users : targetsOf(context, stage, stack?.manifest).flatMap((target) => healthJourney(target) ?? []);
  return asked.slice(0, MOST_JOURNEYS);
}

function whyNot(context: RunContext, { name, experiment, because }: Task, quarantine: string | undefined): Gap | undefined {
  if (context.signal.aborted)
    return { reason: 'not-started', message: `experiment ${name} was not started: the stage was stopped before it` };
  if (quarantine !== undefined) return { reason: 'not-started', message: `experiments after it were not started: ${quarantine}` };
  if (experiment === undefined) return { reason: 'unsupported', message: `experiment ${name}: ${because ?? 'it cannot be done'}` };
  if (experiment.steady.length === 0)
    return { reason: 'nothing-to-run', message: `experiment ${name} has no journey to watch`, fix: JOURNEY };
  return undefined;
}

const LONGER = 'Run with `--budget nightly`, or give the chaos stage a longer `duration`.';
const JOURNEY = 'Write what users do under `journeys`, or name one under `steady` of the experiment.';

interface CarryingOut {
  readonly stage: PlannedStage;
  readonly stack: RunningStack | undefined;
  readonly task: Task;
  readonly guard: Guard;
}

/** Returns what is left open; `undefined` when there is evidence that can be judged. */
async function carryOut(
  context: RunContext,
  { stage, stack, task, guard }: CarryingOut,
): Promise<Gap | { readonly residue: string } | undefined> {
  const { name, experiment } = task;
  if (stack === undefined || experiment === undefined) return undefined;
  const { signal, ports, directory } = context;
  try {
    const capability = await capabilityOf(context, experiment, stack);
    if (capability.state === 'unsupported') return { reason: 'unsupported', message: `experiment ${name}: ${capability.why}` };
    const substitute = capability.state === 'substitute' ? capability.by : undefined;
    const evidence = await runExperiment(context, { stage, stack, experiment: { ...experiment, substitute }, guard });
    await directory.addEvidence(evidence);
    ports.progress.say(`${stage.name} │ ${lineOf(evidence)}`);
    return evidence.residue === undefined ? undefined : { residue: evidence.residue };
  } catch (error) {
    return { reason: signal.aborted ? 'interrupted' : 'crashed', message: `experiment ${name}: ${errorMessage(error)}` };
  }
}

/** Able when each of its faults is. */
async function capabilityOf(
  { ports, directory, plan, root, signal }: RunContext,
  experiment: Experiment,
  { manifest }: RunningStack,
): Promise<Capability> {
  const place = { id: 'look', folder: directory.file('faults/look'), root, seed: plan.seed, expiresAtMs: Date.parse(ports.clock.now()) };
  const all: Capability[] = [];
  for (const { plugin, fault } of faultsOf(experiment))
    all.push(await plugin.capability(fault.options, { ports, manifest, signal, ...place }));
  const substitutes = all.flatMap((one) => (one.state === 'substitute' ? [one.by] : []));
  const unable = all.find(({ state }) => state === 'unsupported');
  return unable ?? (substitutes.length === 0 ? { state: 'able' } : { state: 'substitute', by: substitutes.join(', ') });
}

/** How it went, for whoever watches; what it means is for the judge. */
function lineOf({ experiment, proof, observed }: FaultEvidence): string {
  if (proof.state === 'unproved') return `experiment ${experiment}: no proof, ${proof.why}`;
  const journeys = (observed?.journeys ?? []).filter(({ role }) => role === 'steady');
  const recovered = journeys.map(({ journey, recovery }) =>
    recovery.state === 'unharmed'
      ? `${journey} at once`
      : `${journey} ${recovery.state === 'recovered' ? '' : 'not '}after ${formatDuration(recovery.afterMs)}`,
  );
  return `experiment ${experiment}: well again: ${recovered.join(', ')}`;
}

async function leaveOpen(
  context: RunContext,
  stage: PlannedStage,
  { name, owed, gap }: { readonly name: string; readonly owed: readonly string[]; readonly gap: Gap },
): Promise<void> {
  await addGap(context, { stage: stage.name, name: `fault-${name}`, owed }, gap);
}
