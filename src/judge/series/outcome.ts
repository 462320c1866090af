import { binomialFrom, binomialUpTo } from '../../lib/statistics/binomial.ts';
import { CONFIDENCE, MEAN_SAMPLES, shareInterval } from '../../lib/statistics/intervals.ts';
import { counted, grouped } from '../../lib/text.ts';
import type { EvidenceOf } from '../../model/evidence.ts';
import { keeps } from '../../model/limit.ts';
import type { MetricType } from '../../model/metric.ts';
import type { ThresholdOutcome } from '../../model/report-performance.ts';
import { allowedShare, samplesNeeded } from '../../model/sample-size.ts';
import type { Threshold } from '../../model/threshold.ts';
import { Distribution } from './distribution.ts';
import { brokenFor } from './lasting.ts';
import { decideReported } from './reported.ts';
import { amount, between } from './words.ts';

export type Series = EvidenceOf<'series'>;
/** All that an outcome depends on. */
export type Samples = Pick<Series, 'samples' | 'histogram' | 'reported' | 'rate' | 'points' | 'slices'>;
type Kind = MetricType['kind'] | undefined;
type Decided = Pick<ThresholdOutcome, 'outcome' | 'measured'> & { readonly because?: string };

const DOUBT = 1 - CONFIDENCE;
/** Who looks every second is fooled by chance sooner or later: a load is stopped only when it is out of the question. */
const DOUBT_ONCE_MORE = 1e-4;

/**
 * What the samples of one metric show about a threshold, with 95 % confidence: shares and percentiles by the exact binomial test of the
 * samples that break the limit, averages by their interval, extremes and counts as they are. A gauge is all there was, not a sample.
 */
export function outcomeOf(threshold: Threshold, series: Samples, kind: Kind): ThresholdOutcome {
  return { text: threshold.text, metric: threshold.metric, ...judged(threshold, series, { kind, doubt: DOUBT }) };
}

/** The same while samples still come: broken only where nothing that may follow would mend it, or nearly so. */
export function outcomeSoFar(threshold: Threshold, series: Samples, kind: Kind): Pick<ThresholdOutcome, 'outcome' | 'measured'> {
  const { outcome, measured, samples } = judged(threshold, series, { kind, doubt: DOUBT_ONCE_MORE });
  return { outcome: outcome === 'broken' && !isFinal(threshold, { kind, samples }) ? 'open' : outcome, measured };
}

/** An average of a few seconds says nothing of an hour, and a count that is too small may still grow. */
function isFinal({ aggregation: { type }, limit: { op }, forMs }: Threshold, { kind, samples }: { kind: Kind; samples: number }): boolean {
  const upper = op === '<' || op === '<=';
  if (forMs !== undefined) return true;
  if (type === 'max' || type === 'count') return upper;
  if (type === 'min') return !upper;
  return kind !== 'gauge' || samples >= GAUGE_LOOKS;
}

const GAUGE_LOOKS = 10;

interface Judging {
  readonly kind: Kind;
  readonly doubt: number;
}

function judged(threshold: Threshold, series: Samples, judging: Judging): Decided & { readonly samples: number } {
  const samples = series.rate?.of ?? series.samples;
  if (samples <= 0) return { samples, ...open('no samples', `${threshold.metric} has no samples`) };
  return { samples, ...decide(threshold, series, judging) };
}

function decide(threshold: Threshold, series: Samples, judging: Judging): Decided {
  const { aggregation, forMs, limit } = threshold;
  if (forMs !== undefined) return brokenFor({ ...threshold, forMs }, series);
  if (series.rate) return decideRate(threshold, series.rate, judging);
  if (aggregation.type === 'count') return plain(series.samples, threshold, counted(series.samples, 'sample'));
  if (series.reported) return decideReported(threshold, series.reported);
  if (aggregation.type === 'rate' || !series.histogram) return open('nothing that fits', 'what was measured has no distribution');
  const found = new Distribution(series.histogram);
  if (found.count <= 0) return open('no samples', 'the distribution is empty');
  const n = `, n ${grouped(found.count)}`;
  switch (aggregation.type) {
    case 'min':
    case 'max':
      return plain(found[aggregation.type], threshold, `${aggregation.type} ${amount(found[aggregation.type], limit.unit)}${n}`);
    case 'avg':
      return decideMean(threshold, found, judging);
    case 'med':
    case 'percentile':
      return decideQuantile(threshold, found, judging);
  }
}

function decideRate(threshold: Threshold, { hits, of }: { hits: number; of: number }, { doubt }: Judging): Decided {
  const { aggregation, limit } = threshold;
  const upper = limit.op === '<' || limit.op === '<=';
  const measured = `${grouped(hits)} of ${grouped(of)}, ${amount(hits / of, 'ratio')}${between(shareInterval(hits, of), 'ratio')}`;
  if (aggregation.type === 'count') return plain(hits, threshold, measured);
  const bad = upper ? hits : of - hits;
  const share = allowedShare(threshold);
  // None may be bad: no number of samples shows that none ever is, so it is what was seen that counts.
  if (share === undefined) return { outcome: bad === 0 ? 'kept' : 'broken', measured };
  return decideShare(threshold, { certain: bad, most: bad, of, share, measured, doubt });
}

function decideQuantile(threshold: Threshold, found: Distribution, { kind, doubt }: Judging): Decided {
  const { aggregation, limit } = threshold;
  const part = aggregation.type === 'percentile' ? aggregation.percentile / 100 : 0.5;
  const name = aggregation.type === 'percentile' ? `p(${aggregation.percentile})` : 'med';
  const n = `, n ${grouped(found.count)}`;
  const share = allowedShare(threshold);
  if (kind === 'gauge' || share === undefined) {
    const value = part === 0 ? found.min : part === 1 ? found.max : found.quantile(part);
    return plain(value, threshold, `${name} ${amount(value, limit.unit)}${n}`);
  }
  const { value, ...interval } = found.estimate(part);
  const measured = `${name} ${amount(value, limit.unit)}${between(interval, limit.unit)}${n}`;
  return decideShare(threshold, { ...found.breaking(limit), of: found.count, share, measured, doubt });
}

interface Shares {
  readonly certain: number;
  readonly most: number;
  readonly of: number;
  readonly share: number;
  readonly measured: string;
  readonly doubt: number;
}

function decideShare(threshold: Threshold, { certain, most, of, share, measured, doubt }: Shares): Decided {
  if (binomialFrom(certain, of, share) <= doubt) return { outcome: 'broken', measured };
  if (binomialUpTo(most, of, share) <= doubt) return { outcome: 'kept', measured };
  const needs = samplesNeeded(undefined, threshold);
  return open(
    measured,
    of < needs
      ? `${amount(share, 'ratio')} needs ${grouped(needs)} clean samples, had ${grouped(of)}`
      : `${grouped(most)} of ${grouped(of)} samples break the limit and ${amount(share, 'ratio')} may: too near to tell with 95 % confidence`,
  );
}

function decideMean(threshold: Threshold, found: Distribution, { kind }: Judging): Decided {
  const { limit } = threshold;
  const value = amount(found.mean, limit.unit);
  const n = `, n ${grouped(found.count)}`;
  if (kind === 'gauge') return plain(found.mean, threshold, `avg ${value}${n}`);
  if (found.count < MEAN_SAMPLES) return open(`avg ${value}${n}`, `an average needs ${MEAN_SAMPLES} samples, had ${grouped(found.count)}`);
  const interval = found.meanInterval();
  const measured = `avg ${value}${between(interval, limit.unit)}${n}`;
  const [low, high] = [keeps(interval.low, limit), keeps(interval.high, limit)];
  if (low === high) return { outcome: low ? 'kept' : 'broken', measured };
  return open(measured, 'the limit lies within the interval: too near to tell with 95 % confidence');
}

function plain(value: number, { limit }: Threshold, measured: string): Decided {
  return { outcome: keeps(value, limit) ? 'kept' : 'broken', measured };
}

function open(measured: string, because: string): Decided {
  return { outcome: 'open', measured, because };
}
