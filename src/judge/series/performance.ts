import { shareInterval } from '../../lib/statistics/intervals.ts';
import { ofKind, type EvidenceOf } from '../../model/evidence.ts';
import { agentsRow, isHeldTo } from '../../model/agents.ts';
import { kneeOf } from '../../model/load-levels.ts';
import type { LoadLevel } from '../../model/load.ts';
import { metricType, type MetricType } from '../../model/metric.ts';
import type { LoadTool, Reported } from '../../model/load-results.ts';
import { holdsFor, type Plan, type PlannedStage } from '../../model/plan.ts';
import type { LoadReport } from '../../model/report-performance.ts';
import { successThreshold, type Threshold } from '../../model/threshold.ts';
import { byKey, type Context } from '../context.ts';
import { addedBy, outcomeWithout } from './added.ts';
import { Distribution } from './distribution.ts';
import type { Series } from './outcome.ts';

/** One threshold under one load, with the samples that decided it. */
export interface Judgement {
  readonly threshold: Threshold;
  readonly result: LoadReport['thresholds'][number];
  readonly series: Series | undefined;
}

/** What was measured at one time: during a load, or over the whole stage. */
export interface Measurement {
  readonly stage: PlannedStage;
  readonly load: string | undefined;
  readonly leg: string | undefined;
  /** The load's own series, where there is a load. */
  readonly own: Series | undefined;
  readonly series: readonly Series[];
  readonly judgements: readonly Judgement[];
  /** Whether it is a load of agents, every one of whom must come to its end. */
  readonly agents: boolean;
}

/** Everything that loads and samplers measured, held against the thresholds. Without proof of its load nothing is judged. */
export function measurementsOf({ plan, evidence }: Pick<Context, 'plan' | 'evidence'>): Measurement[] {
  return plan.stages.flatMap((stage) => {
    const own = ofKind(evidence, 'series').filter((piece) => piece.stage === stage.name);
    const tools = new Set(own.flatMap(({ tool, load }) => (tool && load !== undefined ? [load] : [])));
    const whole = new Set(own.filter(({ load }) => load === undefined).map(({ metric }) => metric));
    const byTools = new Set(own.flatMap(({ load, metric }) => (load !== undefined && tools.has(load) ? [metric] : [])));
    const groups = byKey(own, ({ load, leg }) => `${load ?? ''}\0${leg ?? ''}`);
    return groups.map((series) => measurement(plan, stage, { series, whole, byTools }));
  });
}

interface Together {
  readonly series: readonly [Series, ...Series[]];
  /** Metrics that were sampled over the whole stage: they are judged there. */
  readonly whole: ReadonlySet<string>;
  /** Metrics that another tool measured in a load of its own. */
  readonly byTools: ReadonlySet<string>;
}

function measurement(plan: Plan, stage: PlannedStage, together: Together): Measurement {
  const { series } = together;
  const [{ load, leg }] = series;
  const own = load === undefined ? undefined : series.find(({ metric }) => metric === load);
  const judged = load === undefined || own?.delivery?.proof.state === 'proved' || (own?.tool !== undefined && own.tool.doubt === undefined);
  const judgements = judged ? thresholdsOf(plan, { stage, load }).flatMap((threshold) => judgement(plan, threshold, together)) : [];
  const planned = stage.loads.find(({ name }) => name === load);
  const agents = planned !== undefined && agentsRow(planned, plan.journeys) !== undefined;
  return { stage, load, leg, own, series, judgements, agents };
}

function judgement(plan: Plan, threshold: Threshold, { series, whole, byTools }: Together): Judgement[] {
  const piece = series.find(({ metric }) => metric === threshold.metric);
  if (piece) {
    const own = series.find(({ metric, load }) => metric === load);
    const by = { kind: kindOf(plan, threshold.metric), addedMs: addedBy(own) };
    return [{ threshold, series: piece, result: outcomeWithout(threshold, piece, by) }];
  }
  // What is owed and was measured nowhere is said where it is owed.
  if (series[0].load === undefined || whole.has(threshold.metric)) return [];
  // Each tool names its requests in its own way: a limit that names no load is held where its metric was measured.
  if (threshold.load === undefined && (series.some(({ tool }) => tool) || byTools.has(threshold.metric))) return [];
  const because = `nothing measured ${threshold.metric} in this load`;
  const { text, metric } = threshold;
  return [{ threshold, series: undefined, result: { text, metric, outcome: 'open', measured: 'no samples', samples: 0, because } }];
}

/** What the samples of a metric are, by its name. */
export function kindOf({ journeys }: Plan, metric: string): MetricType['kind'] | undefined {
  return metricType(metric, { journeys: new Map(journeys.map(({ name, steps }) => [name, steps.length])) })?.kind;
}

/** The thresholds that one load is held to, with the stage's success rate as one of them. */
function thresholdsOf(plan: Plan, { stage, load }: Pick<Measurement, 'stage' | 'load'>): Threshold[] {
  const { thresholds, successRate } = stage;
  const rate = successRate === undefined || load === undefined ? [] : [successThreshold(successRate)];
  const planned = stage.loads.find(({ name }) => name === load);
  return [...rate, ...thresholds].filter(
    (threshold) =>
      holdsFor(threshold, planned ?? { name: load ?? '' }) &&
      (threshold.load !== undefined || planned === undefined || isHeldTo(threshold.metric, planned, plan.journeys)),
  );
}

/** The measurements as a report shows them. */
export function performanceReport(measurements: readonly Measurement[]): LoadReport[] {
  return measurements.filter(({ own, judgements }) => own !== undefined || judgements.length > 0).map(loadReport);
}

function loadReport({ stage, load, leg, own, series, judgements, agents }: Measurement): LoadReport {
  const { delivery, tool } = own ?? {};
  const proved = delivery?.proof.state === 'proved' || (tool !== undefined && tool.doubt === undefined);
  return {
    stage: stage.name,
    ...(load === undefined ? {} : { load }),
    ...(leg === undefined ? {} : { leg }),
    ...(delivery ? deliveryOf(delivery) : {}),
    ...(tool ? toolOf(tool) : {}),
    ...(delivery?.levels === undefined ? {} : kneeIn(delivery.levels)),
    ...(delivery?.proof.state === 'unproved' ? { doubt: delivery.proof.why } : {}),
    ...(proved ? whoseOf({ own, agents }) : {}),
    ...(proved ? { ...latencyOf(series), ...errorsOf(series) } : {}),
    thresholds: judgements.map(({ result }) => result),
  };
}

function toolOf({ name, version, model, times, requests, failed, durationMs = 0, doubt }: LoadTool): Partial<LoadReport> {
  return {
    tool: { name, ...(version === undefined ? {} : { version }), model, times },
    achieved: { arrivals: requests, perSecond: durationMs > 0 ? (requests / durationMs) * 1_000 : 0, kept: requests - failed, failed },
    ...(doubt === undefined ? {} : { doubt }),
  };
}

function deliveryOf({ asked, achieved }: NonNullable<EvidenceOf<'series'>['delivery']>): Pick<LoadReport, 'asked' | 'achieved'> {
  const perSecond = (arrivals: number, ms: number) => (ms > 0 ? (arrivals / ms) * 1_000 : 0);
  return {
    asked: { users: asked.users, arrivals: asked.arrivals, perSecond: perSecond(asked.arrivals, asked.durationMs) },
    achieved: {
      arrivals: achieved.arrivals,
      perSecond: perSecond(achieved.arrivals, asked.durationMs),
      kept: achieved.kept,
      failed: achieved.failed,
    },
  };
}

function kneeIn(levels: readonly LoadLevel[]): Pick<LoadReport, 'knee'> {
  const knee = kneeOf(levels);
  return knee === undefined
    ? {}
    : { knee: { users: knee.users, perSecond: knee.perSecond, full: levels.some(({ part }) => part === 'full') } };
}

/** Whose messages came back, and who came to the end. */
function whoseOf({ own, agents }: Pick<Measurement, 'own' | 'agents'>): Pick<LoadReport, 'messages' | 'agents'> {
  const { messages, completion, delivery } = own ?? {};
  const atOnce = delivery?.achieved.mostInFlight ?? 0;
  return {
    ...(messages ? { messages: { sent: messages.sent, answered: messages.answered, foreign: messages.foreign } } : {}),
    ...(agents && completion ? { agents: { users: completion.users, complete: completion.complete, atOnce } } : {}),
  };
}

function latencyOf(series: readonly Series[]): Pick<LoadReport, 'latency'> {
  const { histogram, reported } = series.find(({ metric }) => metric === 'latency') ?? {};
  if (reported) return reportedLatency(reported);
  if (!histogram) return {};
  const found = new Distribution(histogram);
  if (found.count === 0) return {};
  return { latency: { samples: found.count, p50: found.estimate(0.5), p95: found.estimate(0.95), p99: found.estimate(0.99) } };
}

/** What the tool says, without intervals, as far as it says it. */
function reportedLatency({ samples = 0, quantiles }: Reported): Pick<LoadReport, 'latency'> {
  const at = (part: number) => quantiles.find(([one]) => one === part)?.[1];
  const told = Object.entries({ p50: at(0.5), p95: at(0.95), p99: at(0.99) }).filter(([, value]) => value !== undefined);
  return { latency: { samples, ...Object.fromEntries(told.map(([name, value]) => [name, { value }])) } };
}

function errorsOf(series: readonly Series[]): Pick<LoadReport, 'errors'> {
  const rate = series.find(({ metric }) => metric === 'errors')?.rate;
  return rate === undefined || rate.of === 0 ? {} : { errors: { ...rate, ...shareInterval(rate.hits, rate.of) } };
}
