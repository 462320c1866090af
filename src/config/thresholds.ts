import { suggest } from '../lib/suggest.ts';
import { metricNames, metricType, misfit, type Measured } from '../model/metric.ts';
import { type Threshold, writtenMetric } from '../model/threshold.ts';
import type { Places } from './places.ts';
import type { Problem } from './problems.ts';
import { scenariosOf } from './profiles.ts';
import type { Settings } from './schema.ts';
import type { StageEntry } from './stages.ts';

/** Thresholds on what nothing measures, or that do not fit what is measured: said before anything starts. */
export function thresholdProblems(settings: Settings, places: Places): Problem[] {
  return settings.stages.flatMap((stage) => {
    const measured = measuredIn(stage, settings);
    const taken = takenNames(stage, { settings, places });
    if (taken) return [taken];
    const unheld = heldByNone(stage, { settings, places });
    if (unheld) return [unheld];
    return stage.thresholds.flatMap((threshold) => {
      const wrong = wrongIn(threshold, { stage, settings, measured });
      const path = [...stage.at, 'thresholds', writtenMetric(threshold)];
      return wrong ? [places.problem(path, wrong.what, { repair: wrong.repair, ...(wrong.atKey ? { at: 'key' as const } : {}) })] : [];
    });
  });
}

/** A load that climbs until the system is full breaks every limit by design, and is held to none that does not name it. */
function heldByNone(stage: StageEntry, { settings, places }: { settings: Settings; places: Places }): Problem | undefined {
  const loads = toolLoads(stage).length > 0 ? [] : scenariosOf(stage.scenarios ?? [], settings.loads);
  const [climbing] = loads;
  if (!climbing || loads.some(([, { shape }]) => shape !== 'step')) return undefined;
  const free = stage.thresholds.find(({ load }) => load === undefined);
  if (stage.successRate === undefined && free === undefined) return undefined;
  const key = free ? ['thresholds', writtenMetric(free)] : ['success_rate'];
  const what = `no load of ${stage.name} is held to this: \`${climbing[0]}\` climbs until the system is full`;
  const named = free ? `write \`${free.metric}{load:${climbing[0]}}\`, or ` : '';
  return places.problem([...stage.at, ...key], what, {
    repair: `${named}add a load that stays within what the system should bear`,
    at: 'key',
  });
}

interface Surroundings {
  readonly stage: StageEntry;
  readonly settings: Settings;
  readonly measured: Measured;
}

interface Wrong {
  readonly what: string;
  readonly repair: string;
  readonly atKey: boolean;
}

function wrongIn(threshold: Threshold, { stage, settings, measured }: Surroundings): Wrong | undefined {
  const { metric, load } = threshold;
  const loads = [...scenariosOf(stage.scenarios ?? [], settings.loads).map(([name]) => name), ...toolLoads(stage)];
  if (load !== undefined && !loads.some((name) => name === load))
    return {
      what: `no load of ${stage.name} has the name \`${load}\``,
      repair: choice(load, loads, 'name it under `load_profile`'),
      atKey: true,
    };
  const type = metricType(metric, measured);
  if (type) {
    const wrong = misfit(type, threshold);
    return wrong && { ...wrong, atKey: false };
  }
  const elsewhere = metricType(metric, { ...measured, journeys: stepsOf(settings, Object.keys(settings.journeys)) });
  if (elsewhere)
    return {
      what: `nothing measures \`${metric}\` in ${stage.name}: its load does not walk that journey`,
      repair: 'add the journey to the `journeys` of this stage',
      atKey: true,
    };
  const service = /^service\.(.+)\.[^.]+$/.exec(metric)?.[1];
  const known = service === undefined ? measured : { journeys: new Map<string, number>(), services: measured.services ?? [service] };
  return { what: `nothing measures \`${metric}\``, repair: choice(metric, metricNames(known), 'define the journey first'), atKey: true };
}

/** What another tool loads is called as the command that runs it. */
function toolLoads({ run = [], loadResults }: StageEntry): string[] {
  return run.flatMap((command) =>
    (command.loadResults ?? (run.length === 1 ? loadResults : undefined)) === undefined ? [] : [command.name],
  );
}

/** A load and a metric of one name could not be told apart. */
function takenNames(stage: StageEntry, { settings, places }: { settings: Settings; places: Places }): Problem | undefined {
  const loads = scenariosOf(stage.scenarios ?? [], settings.loads).map(([name]) => name);
  const taken = toolLoads(stage).find((name) => loads.includes(name) || metricType(name, { journeys: new Map() }) !== undefined);
  if (taken === undefined) return undefined;
  const index = stage.run?.findIndex(({ name }) => name === taken) ?? 0;
  return places.problem([...stage.at, 'run', index, 'name'], `\`${taken}\` is the name of a load or a metric already`, {
    repair: 'give the command that makes a load of its own another name',
  });
}

/** Services are known here where the configuration itself brings them up; a Compose file is read later. */
function measuredIn(stage: StageEntry, settings: Settings): Measured {
  const { journeys, scenarios } = stage;
  const loads = (scenarios ?? []).flatMap((name) => settings.loads[name]?.journeys ?? []);
  const walked = scenarios === undefined || journeys === undefined ? Object.keys(settings.journeys) : [...journeys, ...loads];
  return {
    journeys: stepsOf(settings, walked),
    ...(toolLoads(stage).length > 0 ? { labels: true } : {}),
    services: settings.stack?.use === 'process' && settings.stack.services.length > 0 ? settings.stack.services : undefined,
  };
}

function stepsOf({ journeys }: Settings, names: readonly string[]): Map<string, number> {
  return new Map(names.map((name) => [name, journeys[name]?.steps.length ?? 0]));
}

function choice(word: string, known: readonly string[], otherwise: string): string {
  const meant = suggest(word, known);
  if (meant !== undefined) return `did you mean \`${meant}\`?`;
  return known.length === 0 ? otherwise : `there are: ${known.slice(0, 20).join(', ')}${known.length > 20 ? ', …' : ''}`;
}
