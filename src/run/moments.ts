import { DistributionCounts } from '../lib/histogram.ts';
import type { LoadSeries } from '../loads/contract.ts';
import { isHeldTo } from '../model/agents.ts';
import type { Moment, Slice } from '../model/load.ts';
import { holdsFor, type PlannedLoad, type PlannedStage } from '../model/plan.ts';
import { successThreshold, type Threshold } from '../model/threshold.ts';
import type { RunContext } from './context.ts';
import { isResourceMetric } from './resource-metrics.ts';

/** Moments of one load whose logs are read: more would be a log again. */
const MOST = 3;
const SECOND_MS = 1_000;

interface Over {
  readonly stage: PlannedStage;
  readonly load: PlannedLoad;
  readonly own: LoadSeries;
  readonly series: readonly LoadSeries[];
}

/** What the services printed when something first went wrong, and when what a limit is about was at its worst. */
export async function momentsOf(context: RunContext, over: Over): Promise<Moment[]> {
  const { resources } = context;
  if (resources === undefined) return [];
  const beganMs = Date.parse(over.own.window.from);
  const moments: Moment[] = [];
  for (const { what, fromMs, toMs } of worthALook(context, over)) {
    const printed = await resources.printed(beganMs + fromMs, beganMs + toMs);
    moments.push({ what, fromMs, toMs, printed: printed.map(({ lines, ...rest }) => ({ ...rest, lines: [...lines] })) });
  }
  return moments;
}

type Time = Omit<Moment, 'printed'>;

function worthALook(context: RunContext, over: Over): Time[] {
  const [first] = (over.own.delivery?.achieved.misses ?? []).toSorted((one, other) => one.firstAtMs - other.firstAtMs);
  const failure = first ? [{ what: 'the first failure', fromMs: first.firstAtMs, toMs: first.firstAtMs + SECOND_MS }] : [];
  const times = [...failure, ...unkept(context, over).flatMap((threshold) => worstOf(context, over, threshold) ?? [])];
  return times.filter((time, index) => times.findIndex(({ fromMs }) => fromMs === time.fromMs) === index).slice(0, MOST);
}

/** Limits that the load did not keep, or that its samples do not decide, by the judge's own rules. */
function unkept({ plan, resources, outcomeOf }: RunContext, { stage, load, own, series }: Over): Threshold[] {
  const rate = stage.successRate === undefined ? [] : [successThreshold(stage.successRate)];
  return [...rate, ...stage.thresholds].filter((threshold) => {
    const { metric } = threshold;
    if (!holdsFor(threshold, load) || (threshold.load === undefined && !isHeldTo(metric, load, plan.journeys))) return false;
    const samples = isResourceMetric(metric) ? resources?.soFar(metric, own.window.from) : series.find((one) => one.metric === metric);
    return samples !== undefined && outcomeOf(threshold, samples).outcome !== 'kept';
  });
}

/** When the metric of a limit was at its worst; `undefined` where it was not followed over time. */
function worstOf({ resources }: RunContext, { own, series }: Over, { metric, limit }: Threshold): Time | undefined {
  const upper = limit.op === '<' || limit.op === '<=';
  const worse = (one: number, other: number): boolean => (upper ? one > other : one < other);
  if (isResourceMetric(metric)) {
    const points = resources?.soFar(metric, own.window.from)?.points ?? [];
    const worst = points.reduce<(typeof points)[number] | undefined>(
      (so, point) => (so && !worse(point[1], so[1]) ? so : point),
      undefined,
    );
    return worst && { what: metric, fromMs: Math.max(0, worst[0] - SECOND_MS), toMs: worst[0] };
  }
  const slices = (series.find((one) => one.metric === metric)?.slices ?? []).flatMap((slice) => {
    const value = valueOf(slice);
    return value === undefined ? [] : [{ slice, value }];
  });
  const worst = slices.reduce<(typeof slices)[number] | undefined>((so, one) => (so && !worse(one.value, so.value) ? so : one), undefined);
  return worst && { what: metric, fromMs: Math.round(worst.slice.fromMs), toMs: Math.round(worst.slice.toMs) };
}

function valueOf({ histogram, rate }: Slice): number | undefined {
  if (rate) return rate.of === 0 ? undefined : rate.hits / rate.of;
  if (!histogram || histogram.buckets.length === 0) return undefined;
  const counts = new DistributionCounts();
  counts.merge(histogram);
  return counts.quantile(0.99);
}
