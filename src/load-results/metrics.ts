import { DistributionCounts, type StoredCounts } from '../lib/histogram.ts';
import type { SeriesEvidence } from '../model/evidence.ts';
import type { LoadTool } from '../model/load-results.ts';
import type { Histogram } from '../model/load.ts';
import type { FileTally, Measure } from './tally.ts';

/** What was measured of one metric, without its place in a run. */
export type LoadMetric = Pick<SeriesEvidence, 'metric' | 'unit' | 'samples' | 'histogram' | 'rate' | 'points' | 'reported' | 'journey'>;

/** First and last moment. ISO 8601. */
export interface LoadWindow {
  readonly from: string;
  readonly to: string;
}

interface Whole {
  readonly whole: Measure;
  readonly tallies: readonly FileTally[];
  readonly tool: LoadTool;
}

export function durationOf(tallies: readonly FileTally[]): number | undefined {
  const told = tallies.flatMap(({ durationMs }) => durationMs ?? []);
  if (told.length > 0) return Math.max(...told);
  const span = secondsOf(tallies);
  return span && (span.last - span.first + 1) * 1_000;
}

export function windowOf(tallies: readonly FileTally[]): LoadWindow | undefined {
  const span = secondsOf(tallies);
  const begins = tallies.flatMap(({ fromMs, durationMs }) => (fromMs === undefined ? [] : [[fromMs, fromMs + (durationMs ?? 0)] as const]));
  const [from, to] = span
    ? [span.first * 1_000, (span.last + 1) * 1_000]
    : [Math.min(...begins.map(([first]) => first)), Math.max(...begins.map(([, last]) => last))];
  // What no date can hold is none.
  return [from, to].every((ms) => Math.abs(ms) < 8.64e15)
    ? { from: new Date(from).toISOString(), to: new Date(to).toISOString() }
    : undefined;
}

function secondsOf(tallies: readonly FileTally[]): { first: number; last: number } | undefined {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { seconds } of tallies) for (const second of seconds.keys()) [first, last] = [Math.min(first, second), Math.max(last, second)];
  return first <= last ? { first, last } : undefined;
}

export function wholeMetrics(name: string, { whole, tallies, tool }: Whole): LoadMetric[] {
  const { of, failed } = whole;
  const share = { unit: 'ratio', samples: of } as const;
  return [
    ...timesMetric(name, 'latency', whole),
    { metric: 'errors', ...share, rate: { hits: failed, of } },
    { metric: 'success_rate', ...share, rate: { hits: of - failed, of } },
    { metric: 'requests', unit: 'count', samples: of },
    ...rateMetric(name, tallies, tool),
  ];
}

/** Of a request, a group or a scenario: it stands where a journey does, for whoever looks for what was slow. */
export function labelMetrics(name: string, label: string, measure: Measure): LoadMetric[] {
  const { of, failed } = measure;
  const errors: LoadMetric[] = of > 0 ? [{ metric: `${label}.errors`, unit: 'ratio', samples: of, rate: { hits: failed, of } }] : [];
  return [...timesMetric(name, `${label}.latency`, measure), ...errors].map((metric) => ({ ...metric, journey: label }));
}

function timesMetric(name: string, metric: string, { times, of, reported }: Measure): LoadMetric[] {
  if (times.count > 0) return [{ metric, unit: 'milliseconds', samples: times.count, histogram: stored('microseconds', times.store()) }];
  if (reported === undefined) return [];
  const counted = reported.samples ?? (of > 0 ? of : undefined);
  // Where the tool does not say how many there were, there was one at least.
  const samples = counted ?? 1;
  return [{ metric, unit: 'milliseconds', samples, reported: { tool: name, ...reported, ...(counted === undefined ? {} : { samples }) } }];
}

/** Points for a chart. */
const POINTS = 600;
/** Seconds that are looked through one by one. */
const LONGEST_S = 200_000;

/** Requests that ended in each whole second; of a summary the average alone. */
function rateMetric(name: string, tallies: readonly FileTally[], { requests, durationMs }: LoadTool): LoadMetric[] {
  const span = secondsOf(tallies);
  const base = { metric: 'requests.rate', unit: 'count' } as const;
  if (span && tallies.every(({ untimed }) => untimed === 0) && span.last - span.first < LONGEST_S) {
    // The last second is seldom a whole one.
    const last = span.last > span.first + 1 ? span.last - 1 : span.last;
    const counts = new DistributionCounts();
    const points: [number, number][] = [];
    for (let second = span.first; second <= last; second += 1) {
      const ended = tallies.reduce((sum, { seconds }) => sum + (seconds.get(second) ?? 0), 0);
      counts.record(ended);
      if (points.length < POINTS) points.push([(second - span.first) * 1_000, ended]);
    }
    return [{ ...base, samples: counts.count, histogram: stored('count', counts.store()), points }];
  }
  if (durationMs === undefined || durationMs <= 0) return [];
  return [{ ...base, samples: 1, reported: { tool: name, quantiles: [], mean: requests / (durationMs / 1_000) } }];
}

function stored(unit: Histogram['unit'], { buckets, ...rest }: StoredCounts): Histogram {
  return { unit, buckets: buckets.map(([index, times]): [number, number] => [index, times]), ...rest };
}
