import { DistributionCounts } from '../lib/histogram.ts';
import type { SeriesEvidence } from '../model/evidence.ts';
import type { StageName, Window } from '../model/stage.ts';
import { countingOf, type Recording, type Sample } from './resource-metrics.ts';

/** Points kept of one curve: one for each second of ten minutes. */
const MOST_POINTS = 600;

/** A time of which a stage wants to know: one of its loads, or the whole of it. */
export interface Span {
  readonly load: string | undefined;
  readonly window: Window;
  /** Why what the load did proves nothing about the system, if so. */
  readonly unproved?: string | undefined;
}

/** The samples of a recording that lie in a span. A sample stands for the time since the one before it. */
export function samplesWithin(recording: Recording, { window }: Span): Sample[] {
  return recording.within(Date.parse(window.from), Date.parse(window.to));
}

/** Where the evidence of a metric in a span is filed. */
export function seriesId(stage: StageName, metric: string, load: string | undefined): string {
  return `${stage}/series-${load === undefined ? '' : `${load}-`}${metric}`;
}

/** Evidence of the samples: all of them counted, and a curve of some. */
export function seriesOf(
  metric: string,
  { stage, span, unit, samples }: { stage: StageName; span: Span; unit: Recording['unit']; samples: readonly Sample[] },
): SeriesEvidence {
  const counting = countingOf(unit, samples);
  const counts = new DistributionCounts();
  for (const [, value] of samples) counts.record(value * counting.factor);
  const { buckets, min, max, sum } = counts.store();
  const from = Date.parse(span.window.from);
  return {
    id: seriesId(stage, metric, span.load),
    kind: 'series',
    stage,
    window: span.window,
    metric,
    ...(span.load === undefined ? {} : { load: span.load }),
    unit,
    samples: samples.length,
    histogram: { unit: counting.unit, buckets: buckets.map(([index, times]) => [index, times]), min, max, sum },
    points: pointsOf(samples).map(([atMs, value]) => [Math.round(atMs - from), value]),
  };
}

/** A curve of at most `MOST_POINTS`: neighbours give way to the highest of them, so that no peak is lost. */
function pointsOf(samples: readonly Sample[]): Sample[] {
  const each = Math.ceil(samples.length / MOST_POINTS);
  if (each <= 1) return [...samples];
  const points: Sample[] = [];
  for (let index = 0; index < samples.length; index += each) {
    const part = samples.slice(index, index + each);
    points.push(part.reduce((highest, sample) => (sample[1] > highest[1] ? sample : highest)));
  }
  return points;
}
