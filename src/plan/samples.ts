import type { Config } from '../config/load.ts';
import { segmentsOf, totalOf } from '../model/load-shape.ts';
import { isHeldTo } from '../model/agents.ts';
import { followedMessages } from '../model/messages.ts';
import { metricType } from '../model/metric.ts';
import { holdsFor, type PlannedLoad, type PlannedShortage } from '../model/plan.ts';
import { samplesNeeded } from '../model/sample-size.ts';
import type { Budget } from '../model/stage.ts';
import type { Threshold } from '../model/threshold.ts';

/** Time by which the loads of a stage may grow, in total and in milliseconds, where that gives a limit the samples that it needs. */
const EXTENSIONS: Readonly<Record<Budget, number>> = { pr: 60_000, nightly: 600_000, release: 600_000 };

interface Sampling {
  readonly thresholds: readonly Threshold[];
  readonly config: Pick<Config, 'journeys'>;
}

/** Loads that are a little too short for one of their limits become as long as it needs, the cheapest first. */
export function extended(loads: readonly PlannedLoad[], { budget, ...sampling }: Sampling & { readonly budget: Budget }): PlannedLoad[] {
  let left = EXTENSIONS[budget];
  const wanted = loads
    .flatMap((load) => wishes(load, sampling).map((ms) => ({ name: load.name, ms })))
    .sort((one, other) => one.ms - other.ms);
  const granted = new Map<string, number>();
  for (const { name, ms } of wanted) {
    const more = ms - (granted.get(name) ?? 0);
    if (more > left) continue;
    left -= more;
    granted.set(name, ms);
  }
  return loads.map((load) => {
    const ms = granted.get(load.name);
    return ms === undefined ? load : { ...load, grantedMs: load.grantedMs + ms, extendedMs: ms };
  });
}

/** By how much longer the load would have to be for each of its limits that has too few samples. */
function wishes(load: PlannedLoad, { thresholds, config }: Sampling): number[] {
  // What climbs until something breaks, or bends, does not bring more of the same with more time.
  if (load.shape !== undefined) return [];
  const perMs = ((load.perUserPerMinute ?? 0) * load.users) / 60_000;
  return shortagesOf([load], { thresholds, config }).flatMap(({ needs, brings, threshold: text }) => {
    const threshold = thresholds.find((one) => one.text === text);
    const each = threshold ? samplesPerWalk(threshold.metric, load, config) : 0;
    return perMs * each > 0 ? [Math.ceil((needs - brings) / (perMs * each) / 1_000) * 1_000] : [];
  });
}

/** Limits that the samples of a load are too few for: known before anything starts. */
export function shortagesOf(loads: readonly PlannedLoad[], { thresholds, config }: Sampling): PlannedShortage[] {
  const journeys = Object.entries(config.journeys).map(([name, journey]) => ({ name, ...journey }));
  const steps = new Map(Object.entries(config.journeys).map(([name, journey]) => [name, journey.steps.length]));
  return loads.flatMap((load) =>
    thresholds
      .filter((threshold) => holdsFor(threshold, load) && isHeldTo(threshold.metric, load, journeys))
      .flatMap((threshold) => {
        const needs = samplesNeeded(metricType(threshold.metric, { journeys: steps })?.kind, threshold);
        const brings = Math.floor(walksOf(load) * samplesPerWalk(threshold.metric, load, config));
        return Number.isFinite(needs) && brings < needs ? [{ threshold: threshold.text, load: load.name, needs, brings }] : [];
      }),
  );
}

/** Walks that a load brings in the time that it gets, at most: who waits for an answer first asks the less often the slower it is. */
function walksOf({ grantedMs, ...load }: PlannedLoad): number {
  const { users, thinkMs } = load;
  if (thinkMs !== undefined) return thinkMs === 0 ? Number.POSITIVE_INFINITY : Math.floor((users * grantedMs) / thinkMs);
  return totalOf(segmentsOf({ ...load, durationMs: grantedMs }));
}

/** Samples of a metric for each walk: users take one journey after the other, and errors are counted by step. */
function samplesPerWalk(metric: string, { journeys }: PlannedLoad, config: Pick<Config, 'journeys'>): number {
  if (metric === 'messages.latency') {
    const sent = journeys.map((name) => followedMessages(config.journeys[name] ?? { steps: [] }));
    return sent.reduce((sum, count) => sum + count, 0) / Math.max(1, sent.length);
  }
  if (metric === 'errors') {
    const steps = journeys.map((name) => config.journeys[name]?.steps.length ?? 1);
    return steps.length === 0 ? 1 : steps.reduce((sum, count) => sum + count, 0) / steps.length;
  }
  const own = journeys.some((name) => metric.startsWith(`${name}.`));
  return own ? 1 / journeys.length : 1;
}
