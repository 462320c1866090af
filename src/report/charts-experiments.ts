import { ofKind, type Evidence } from '../model/evidence.ts';
import { ANSWERS, type Answer, type ExperimentFacts, type WatchedJourney } from '../model/experiment.ts';
import type { Chart, ChartBand } from '../model/report-charts.ts';

type Point = Chart['lines'][number]['points'][number];

const MOST_CHARTS = 16;
const BUCKETS = 120;
const LEAST_BUCKET_MS = 250;
const ATTEMPT_BUCKET_MS = 500;
const GOOD: ReadonlySet<Answer> = new Set(['ok', 'slow', 'degraded']);

/** What users experienced of each experiment: the share of walks that were answered well, before, during and after the fault. */
export function experimentCharts(evidence: readonly Evidence[]): Chart[] {
  return ofKind(evidence, 'fault')
    .flatMap(({ stage, experiment, observed }): Chart[] => {
      const lines = (observed?.journeys ?? [])
        .map((journey) => ({ name: nameOf(journey), points: served(journey) }))
        .filter(({ points }) => points.length > 1);
      if (!observed || lines.length === 0) return [];
      const common = { stage, x: 'time' as const, bands: bandsOf(observed), limits: [] };
      return [
        { ...common, title: `${experiment}: walks answered well`, unit: 'ratio', lines },
        ...attemptChart(experiment, observed, common),
      ];
    })
    .slice(0, MOST_CHARTS);
}

/** What was attempted at the dependency beside the walks that asked for it: an open breaker is a gap, a storm a peak. */
function attemptChart(
  experiment: string,
  { attempts, journeys, endMs }: ExperimentFacts,
  common: Pick<Chart, 'stage' | 'x' | 'bands' | 'limits'>,
): Chart[] {
  if (attempts === undefined || attempts.points.length === 0) return [];
  const size = Math.max(ATTEMPT_BUCKET_MS, endMs / BUCKETS);
  const rate = (times: readonly number[]): Point[] => {
    const buckets = Map.groupBy(times, (atMs) => Math.floor(atMs / size));
    const count = Math.ceil(endMs / size);
    return Array.from({ length: count }, (_, index) => [(index + 0.5) * size, ((buckets.get(index)?.length ?? 0) * 1_000) / size]);
  };
  const walks = journeys.filter(({ role }) => role === 'steady').flatMap(({ points }) => points.map(([atMs]) => atMs));
  const lines = [
    { name: `attempts of ${attempts.from} at ${attempts.to}`, points: rate(attempts.points.map(([atMs]) => atMs)) },
    { name: 'walks', points: rate(walks) },
  ];
  return [{ ...common, title: `${experiment}: attempts a second`, unit: 'count', lines }];
}

function nameOf({ journey, role }: WatchedJourney): string {
  return role === 'steady' ? journey : `${journey} (${role})`;
}

function served({ points, intervalMs }: WatchedJourney): Point[] {
  const last = points.at(-1)?.[0] ?? 0;
  const size = Math.max(LEAST_BUCKET_MS, intervalMs, last / BUCKETS);
  const buckets = Map.groupBy(points, ([atMs]) => Math.floor(atMs / size));
  return [...buckets].map(([bucket, inside]) => [
    (bucket + 0.5) * size,
    inside.filter(([, , answer]) => isGood(answer)).length / inside.length,
  ]);
}

function isGood(index: number): boolean {
  const answer = ANSWERS[index];
  return answer !== undefined && GOOD.has(answer);
}

/** A crash has no length: it is drawn as a line, and what follows it is recovery. */
function bandsOf({ title, lasts, injectMs, healedMs, journeys }: ExperimentFacts): ChartBand[] {
  const over = lasts === 'moment' ? injectMs : healedMs;
  const recovered = Math.max(0, ...journeys.map(({ recovery }) => (recovery.state === 'unharmed' ? 0 : recovery.afterMs)));
  return [
    { kind: 'fault', label: title, fromMs: injectMs, toMs: over },
    ...(recovered > 0 ? [{ kind: 'recovery' as const, label: '', fromMs: over, toMs: over + recovered }] : []),
  ];
}
