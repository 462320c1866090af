import { ofKind, type Evidence } from '../model/evidence.ts';
import { ANSWERS, type Answer, type ExperimentFacts, type WatchedJourney } from '../model/experiment.ts';
import type { Chart, ChartBand } from '../model/report-charts.ts';

type Point = Chart['lines'][number]['points'][number];

const MOST_CHARTS = 16;
const BUCKETS = 120;
const LEAST_BUCKET_MS = 250;
const GOOD: ReadonlySet<Answer> = new Set(['ok', 'slow', 'degraded']);

/** What users experienced of each experiment: the share of walks that were answered well, before, during and after the fault. */
export function experimentCharts(evidence: readonly Evidence[]): Chart[] {
  return ofKind(evidence, 'fault')
    .flatMap(({ stage, experiment, observed }): Chart[] => {
      const lines = (observed?.journeys ?? [])
        .map((journey) => ({ name: nameOf(journey), points: served(journey) }))
        .filter(({ points }) => points.length > 1);
      if (!observed || lines.length === 0) return [];
      return [
        { stage, title: `${experiment}: walks answered well`, x: 'time', unit: 'ratio', lines, bands: bandsOf(observed), limits: [] },
      ];
    })
    .slice(0, MOST_CHARTS);
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
