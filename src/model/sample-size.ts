import { MEAN_SAMPLES, samplesFor } from '../lib/statistics/intervals.ts';
import type { MetricType } from './metric.ts';
import type { Threshold } from './threshold.ts';

/** The share of samples that may break the limit: 1 % for `p(99) < 100ms`, 0.1 % for `rate < 0.1%`; `undefined` where none is allowed or counted. */
export function allowedShare({ aggregation, limit: { op, value } }: Pick<Threshold, 'aggregation' | 'limit'>): number | undefined {
  const upper = op === '<' || op === '<=';
  switch (aggregation.type) {
    case 'percentile': {
      const part = aggregation.percentile / 100;
      if (part === 0 || part === 1) return undefined;
      return upper ? 1 - part : part;
    }
    case 'med':
      return 0.5;
    case 'rate': {
      const share = upper ? value : 1 - value;
      return share <= 0 ? undefined : share;
    }
    case 'avg':
    case 'min':
    case 'max':
    case 'count':
      return undefined;
  }
}

/** How many samples without a bad one show with 95 % confidence that the limit is kept. */
export function samplesNeeded(kind: MetricType['kind'] | undefined, threshold: Threshold): number {
  if (kind === 'gauge' || kind === 'total' || threshold.forMs !== undefined) return 1;
  const share = allowedShare(threshold);
  if (share !== undefined) return samplesFor(share);
  return threshold.aggregation.type === 'avg' ? MEAN_SAMPLES : 1;
}
