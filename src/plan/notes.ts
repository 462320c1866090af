import { journeysOf } from '../model/effects.ts';
import type { Config } from '../config/load.ts';
import type { Path } from '../config/places.ts';
import { FAULT_FAMILIES } from '../config/profiles.ts';
import type { StageEntry } from '../config/stages.ts';
import type { PlanNote, PlannedStage } from '../model/plan.ts';
import { STAGES } from '../model/stage.ts';
import { writtenMetric } from '../model/threshold.ts';
import { needsStack } from './needs.ts';

export interface NoteContext {
  readonly config: Config;
  readonly stages: readonly PlannedStage[];
  readonly hasStack: boolean;
  /** Parts of the stages were left out on purpose. */
  readonly narrowed: boolean;
}

/** Settings that have no effect in this plan, each with its place. */
export function notesOn({ config, stages, hasStack, narrowed }: NoteContext): PlanNote[] {
  const note = noter(config);
  const inPlan = config.stages.flatMap((entry) => {
    const planned = stages.find((stage) => stage.name === entry.name);
    return planned
      ? [...(narrowed ? [] : stageNotes(entry, planned, note)), ...stackNotes(entry, planned, { note, hasStack, config })]
      : [];
  });
  return narrowed ? inPlan : [...orderNotes(config, note), ...inPlan, ...unusedNotes(config, note)];
}

type Noter = (path: Path, kind: PlanNote['kind'], said: { message: string; fix: string }) => PlanNote;

function noter({ locate }: Config): Noter {
  return (path, kind, said) => ({ kind, ...said, location: locate(path) });
}

function orderNotes({ stages }: Config, note: Noter): PlanNote[] {
  const written = stages.map((stage) => stage.name);
  const run = STAGES.filter((name) => written.includes(name));
  if (written.join() === run.join()) return [];
  return [
    note(['stages'], 'no-effect', {
      message: `the order of the stages in the file has no effect: they run as ${run.join(', ')}`,
      fix: 'write them in this order',
    }),
  ];
}

function stageNotes(entry: StageEntry, planned: PlannedStage, note: Noter): PlanNote[] {
  const notes: PlanNote[] = [];
  const isTests = planned.name !== 'audit' && planned.name !== 'smoke';
  const uncounted = isTests ? planned.commands.filter(({ results, loadResults }) => results.length === 0 && loadResults === undefined) : [];
  if (uncounted.length > 0 && uncounted.length === planned.commands.length) {
    notes.push(
      note([...entry.at, 'run'], 'no-effect', {
        message: `the tests of ${planned.name} are not counted: only the exit code of its command says how they went`,
        fix: 'name the reports that it writes with `results`',
      }),
    );
  }
  if (planned.commands.length === 0) {
    const { results, coverage, cwd, loadResults: load_results } = entry;
    const written = Object.entries({ results, coverage, cwd, load_results }).filter(([, value]) => value !== undefined);
    for (const [key] of written) {
      notes.push(
        note([...entry.at, key], 'no-effect', {
          message: `\`${key}\` of ${planned.name} has no effect: there is no command that could write it`,
          fix: 'add `run` with the command',
        }),
      );
    }
  }
  if (isEmpty(planned)) {
    notes.push(
      note(entry.at, 'matched-nothing', {
        message: `${planned.name} has nothing to do, so its outcome is unknown, which blocks`,
        fix: 'add `run`, `journeys`, `checks`, `evaluations`, `load_profile` or `experiments`, or remove the stage',
      }),
    );
  }
  for (const threshold of planned.loads.length > 0 ? [] : planned.thresholds.filter(({ abort }) => abort)) {
    notes.push(
      note([...entry.at, 'thresholds', writtenMetric(threshold)], 'no-effect', {
        message: `\`abort\` of ${threshold.text} has no effect: ${planned.name} has no load that could be stopped`,
        fix: 'leave `abort` out',
      }),
    );
  }
  if (planned.loads.some(({ journeys }) => journeys.length === 0)) {
    notes.push(
      note([...entry.at, 'load_profile'], 'matched-nothing', {
        message: `the load of ${planned.name} has no journey: its users would do nothing`,
        fix: 'name what they do with `journeys`',
      }),
    );
  }
  if (entry.scenarios !== undefined && entry.scenarios.length > 1 && entry.scenarios.includes('standard')) {
    notes.push(
      note([...entry.at, 'load_profile'], 'no-effect', {
        message: '`standard` holds every other scenario already',
        fix: 'write `load_profile: standard`',
      }),
    );
  }
  return notes;
}

export function isEmpty({
  commands,
  journeys,
  checks,
  loads,
  evaluations = [],
  experiments,
  thresholds,
  successRate,
  leaks = [],
  effects = [],
  compare,
  rollback,
  watch,
}: PlannedStage): boolean {
  const lists = [commands, journeys, checks, loads, evaluations, experiments, thresholds, leaks, effects];
  return (
    lists.every((list) => list.length === 0) && successRate === undefined && [compare, rollback, watch].every((one) => one === undefined)
  );
}

function stackNotes(
  entry: StageEntry,
  planned: PlannedStage,
  { note, hasStack, config }: { note: Noter; hasStack: boolean; config: Config },
): PlanNote[] {
  const notes: PlanNote[] = [];
  if (!hasStack && needsStack(planned)) {
    notes.push(
      note([...entry.at, 'services'], 'matched-nothing', {
        message: `${planned.name} needs services, and there is no stack that could bring them up`,
        fix: 'add `stack: {compose: compose.yaml}`',
      }),
    );
  }
  if (planned.environment !== undefined && !Object.hasOwn(config.environments, planned.environment)) {
    notes.push(
      note([...entry.at, 'environment'], 'no-effect', {
        message: `no targets are given for the environment ${planned.environment}: ${planned.name} speaks to the stack's own`,
        fix: `add \`environments: {${planned.environment}: {api: https://…}}\`, or remove \`environment\``,
      }),
    );
  }
  return notes;
}

function unusedNotes(config: Config, note: Noter): PlanNote[] {
  const usedExperiments = config.stages.flatMap((stage) => stage.experiments ?? []);
  const byExperiments = Object.values(config.experiments).flatMap(({ steady = [], control = [], ledger }) => [
    ...steady,
    ...control,
    ledger?.write,
    ledger?.read,
  ]);
  const unchosen = usedExperiments.some((name) => config.experiments[name]?.steady === undefined);
  const walked = config.stages.flatMap(({ journeys = [], leaks = [], effects = [], compare }) => [
    ...journeys,
    ...leaks.map(({ journey }) => journey),
    ...effects.flatMap(journeysOf),
    ...(compare?.journeys ?? []),
  ]);
  const { rollback } = config.release;
  const rolled =
    rollback === undefined ? [] : [...(rollback.journeys ?? Object.keys(config.journeys)), ...Object.values(rollback.keeps ?? {})];
  const ofLoads = Object.values(config.loads).flatMap(({ journeys = [] }) => journeys);
  const rivals = Object.values(config.journeys).flatMap(({ saves }) => (saves === undefined ? [] : [saves.against]));
  const usedJourneys = [...walked, ...rivals, ...rolled, ...ofLoads, ...byExperiments, ...(unchosen ? Object.keys(config.journeys) : [])];
  const usedEnvironments = config.stages.map((stage) => stage.environment);
  return [
    ...unused(config.journeys, usedJourneys).map((name) =>
      note(['journeys', name], 'no-effect', {
        message: `no stage runs the journey ${name}`,
        fix: 'add it to the `journeys` of a stage, or remove it',
      }),
    ),
    ...unused(
      config.evaluations,
      config.stages.flatMap(({ evaluations = [] }) => evaluations),
    ).map((name) =>
      note(['evaluations', name], 'no-effect', {
        message: `no stage does the evaluation ${name}`,
        fix: 'add it to the `evaluations` of a stage, or remove it',
      }),
    ),
    ...unused(config.experiments, usedExperiments).map((name) =>
      note(['experiments', name], 'no-effect', {
        message: `no stage does the experiment ${name}`,
        fix: 'add it to the `experiments` of the chaos stage, or remove it',
      }),
    ),
    ...unused(config.environments, usedEnvironments).map((name) =>
      note(['environments', name], 'no-effect', {
        message: `no stage speaks to the environment ${name}`,
        fix: 'select it with `environment`, or remove it',
      }),
    ),
    ...FAULT_FAMILIES.filter((name) => Object.hasOwn(config.experiments, name)).map((name) =>
      note(['experiments', name], 'no-effect', {
        message: `the experiment ${name} hides the family of faults with the same name`,
        fix: 'give it another name',
      }),
    ),
  ];
}

function unused(defined: Readonly<Record<string, unknown>>, used: readonly unknown[]): string[] {
  return Object.keys(defined).filter((name) => !used.includes(name));
}
