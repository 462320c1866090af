import { DistributionCounts } from '../lib/histogram.ts';
import { ofKind, type Evidence, type SeriesEvidence } from '../model/evidence.ts';
import { PER_BASE_UNIT } from '../model/histogram-unit.ts';
import type { Histogram } from '../model/load.ts';
import type { Chart, ChartBand } from '../model/report-charts.ts';
import type { StageName } from '../model/stage.ts';
import type { Threshold } from '../model/threshold.ts';
import { experimentCharts } from './charts-experiments.ts';
import type { ReportInput } from './input.ts';

type Line = Chart['lines'][number];
type Point = Line['points'][number];

/** Bounds of what a page can show and a reader can take in. */
const MOST = { charts: 24, lines: 8, points: 240 };
const QUANTILES = [0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1];
/** What services use, in the order in which somebody would ask. */
const RESOURCES = [
  { what: 'cpu', title: 'CPU of services', unit: 'ratio' },
  { what: 'memory', title: 'memory of services', unit: 'bytes' },
  { what: 'sockets', title: 'sockets of services', unit: 'count' },
  { what: 'fds', title: 'open files of services', unit: 'count' },
] as const;

interface StageSeries {
  readonly stage: StageName;
  /** Epoch milliseconds at which the first series of the stage began: where every chart of the stage begins. */
  readonly fromMs: number;
  readonly series: readonly SeriesEvidence[];
  readonly bands: readonly ChartBand[];
  readonly thresholds: readonly Threshold[];
}

/** What was measured over time, drawn: latency, traffic and errors of loads, and what services used meanwhile. */
export function chartsOf({ evidence, plan }: Pick<ReportInput, 'evidence' | 'plan'>): Chart[] {
  const stages = [...new Set(ofKind(evidence, 'series').map(({ stage }) => stage))];
  const measured = stages
    .map((stage) => stageSeries(evidence, stage, plan.stages.find(({ name }) => name === stage)?.thresholds ?? []))
    .flatMap((seen) => [...latency(seen), ...quantiles(seen), ...traffic(seen), ...errors(seen), ...resources(seen)])
    .slice(0, MOST.charts);
  return [...measured, ...experimentCharts(evidence)];
}

function stageSeries(evidence: readonly Evidence[], stage: StageName, thresholds: readonly Threshold[]): StageSeries {
  const series = ofKind(evidence, 'series').filter((piece) => piece.stage === stage);
  const fromMs = Math.min(...series.map(({ window }) => Date.parse(window.from)));
  const bands = series
    .filter(({ delivery }) => delivery !== undefined)
    .map(({ metric, window }): ChartBand => ({
      kind: 'load',
      label: metric,
      fromMs: Date.parse(window.from) - fromMs,
      toMs: Date.parse(window.to) - fromMs,
    }));
  return { stage, fromMs, series, bands, thresholds };
}

/** Median and tail over time, one pair of lines per load. */
function latency(seen: StageSeries): Chart[] {
  const lines = seen.series
    .filter(({ metric }) => metric === 'latency')
    .flatMap((piece): Line[] =>
      [0.5, 0.95, 0.99].map((part) => ({
        name: named(`p${part * 100}`, piece),
        points: (piece.slices ?? []).flatMap(({ fromMs, toMs, histogram }): Point[] =>
          histogram && histogram.buckets.length > 0 ? [[offset(seen, piece) + (fromMs + toMs) / 2, quantile(histogram, part)]] : [],
        ),
      })),
    );
  const limits = seen.thresholds.flatMap(({ metric, aggregation, limit, text }) =>
    /(^|\.)latency$/.test(metric) && aggregation.type === 'percentile' ? [{ value: limit.value, text }] : [],
  );
  return chart(seen, { title: 'latency from the scheduled time', x: 'time', unit: 'milliseconds', lines, limits });
}

/** How latency is spread: one line per load. */
function quantiles(seen: StageSeries): Chart[] {
  const lines = seen.series.flatMap(({ metric, load, histogram }): Line[] =>
    metric === 'latency' && histogram && histogram.buckets.length > 0
      ? [{ name: load ?? metric, points: QUANTILES.map((part): Point => [part, quantile(histogram, part)]) }]
      : [],
  );
  return chart(seen, { title: 'latency by percentile', x: 'quantile', unit: 'milliseconds', lines, limits: [] });
}

function traffic(seen: StageSeries): Chart[] {
  const lines = pointLines(
    seen,
    ({ metric }) => metric === 'requests.rate',
    ({ load }) => load ?? 'requests',
  );
  return chart(seen, { title: 'steps per second', x: 'time', unit: 'per second', lines, limits: [] });
}

function errors(seen: StageSeries): Chart[] {
  const lines = seen.series
    .filter(({ metric, rate }) => metric === 'errors' && rate !== undefined && rate.hits > 0)
    .map((piece): Line => ({
      name: piece.load ?? piece.metric,
      points: (piece.slices ?? []).flatMap(({ fromMs, toMs, rate }): Point[] =>
        rate && rate.of > 0 ? [[offset(seen, piece) + (fromMs + toMs) / 2, rate.hits / rate.of]] : [],
      ),
    }));
  return chart(seen, { title: 'wrong or missing answers', x: 'time', unit: 'ratio', lines, limits: [] });
}

function resources(seen: StageSeries): Chart[] {
  return RESOURCES.flatMap(({ what, title, unit }) => {
    const metric = new RegExp(String.raw`^service\.(.+)\.${what}$`);
    const lines = pointLines(
      seen,
      (piece) => metric.test(piece.metric),
      (piece) => metric.exec(piece.metric)?.[1] ?? piece.metric,
    );
    const limits = seen.thresholds.flatMap((threshold) =>
      metric.test(threshold.metric) && threshold.aggregation.type === 'max' ? [{ value: threshold.limit.value, text: threshold.text }] : [],
    );
    return chart(seen, { title, x: 'time', unit, lines, limits });
  });
}

/** Lines from stored points; what has one name (a service under several loads) is one line, in the order of time. */
function pointLines(seen: StageSeries, is: (piece: SeriesEvidence) => boolean, called: (piece: SeriesEvidence) => string): Line[] {
  const byName = Map.groupBy(seen.series.filter(is), called);
  return [...byName].map(([name, pieces]) => ({
    name,
    points: pieces
      .flatMap((piece) => (piece.points ?? []).map(([ms, value]): Point => [offset(seen, piece) + ms, value]))
      .sort(([a], [b]) => a - b),
  }));
}

function chart(seen: StageSeries, drawn: Pick<Chart, 'title' | 'x' | 'unit' | 'lines' | 'limits'>): Chart[] {
  const lines = drawn.lines
    .filter(({ points }) => points.length > 1)
    .slice(0, MOST.lines)
    .map(({ name, points }) => ({ name, points: thinned(points) }));
  return lines.length === 0 ? [] : [{ ...drawn, stage: seen.stage, lines, bands: drawn.x === 'time' ? [...seen.bands] : [] }];
}

/** At most so many points: the highest of each part, because a peak is what must not get lost. */
function thinned(points: readonly Point[]): Point[] {
  const each = Math.ceil(points.length / MOST.points);
  if (each <= 1) return [...points];
  const parts = Array.from({ length: Math.ceil(points.length / each) }, (_, part) => points.slice(part * each, (part + 1) * each));
  return parts.map((part) => part.reduce((highest, point) => (point[1] > highest[1] ? point : highest)));
}

function offset({ fromMs }: StageSeries, { window }: SeriesEvidence): number {
  return Date.parse(window.from) - fromMs;
}

function named(name: string, { load }: SeriesEvidence): string {
  return load === undefined ? name : `${load} ${name}`;
}

function quantile(histogram: Histogram, part: number): number {
  const counts = new DistributionCounts();
  counts.merge(histogram);
  const value = part === 0 ? histogram.min : part === 1 ? histogram.max : counts.quantile(part);
  return value / PER_BASE_UNIT[histogram.unit];
}
