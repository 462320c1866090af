import { keeps } from '../../model/limit.ts';
import type { EvidenceOf } from '../../model/evidence.ts';
import type { Slice } from '../../model/load.ts';
import type { Threshold } from '../../model/threshold.ts';
import { formatDuration } from '../../model/units.ts';
import { Distribution } from './distribution.ts';
import { amount } from './words.ts';

interface Moment {
  readonly fromMs: number;
  readonly toMs: number;
  readonly value: number;
}

/** Was the limit broken without a pause for the time that the threshold names? */
export function brokenFor(
  threshold: Threshold & { readonly forMs: number },
  series: Pick<EvidenceOf<'series'>, 'points' | 'slices'>,
): { outcome: 'kept' | 'broken' | 'open'; measured: string; because?: string } {
  const { forMs, limit } = threshold;
  const moments = momentsOf(threshold, series);
  const [first, last] = [moments[0], moments.at(-1)];
  const asked = formatDuration(forMs);
  if (!first || !last) return { outcome: 'open', measured: 'not followed over time', because: 'it was not measured over time' };
  if (last.toMs - first.fromMs < forMs) {
    const seen = formatDuration(last.toMs - first.fromMs);
    return { outcome: 'open', measured: `seen for ${seen}`, because: `it was watched for ${seen}, and may be broken for ${asked}` };
  }
  const { longestMs, worst } = longestBreak(moments, threshold);
  const measured = longestMs === 0 ? 'never broken' : `broken for ${formatDuration(longestMs)} (${amount(worst, limit.unit)})`;
  return { outcome: longestMs >= forMs ? 'broken' : 'kept', measured };
}

function longestBreak(moments: readonly Moment[], { limit }: Threshold): { longestMs: number; worst: number } {
  let [longestMs, worst] = [0, 0];
  let since: Moment | undefined;
  let peak = 0;
  for (const moment of moments) {
    if (keeps(moment.value, limit)) {
      since = undefined;
      continue;
    }
    const farther = limit.op === '<' || limit.op === '<=' ? Math.max : Math.min;
    peak = since ? farther(peak, moment.value) : moment.value;
    since ??= moment;
    if (moment.toMs - since.fromMs > longestMs) [longestMs, worst] = [moment.toMs - since.fromMs, peak];
  }
  return { longestMs, worst };
}

function momentsOf(threshold: Threshold, { points = [], slices = [] }: Pick<EvidenceOf<'series'>, 'points' | 'slices'>): Moment[] {
  if (points.length > 1)
    return points.map(([at, value], index) => ({ fromMs: at, toMs: points[index + 1]?.[0] ?? at, value })).slice(0, -1);
  return slices.flatMap((slice) => {
    const value = valueOf(threshold, slice);
    return value === undefined ? [] : [{ fromMs: slice.fromMs, toMs: slice.toMs, value }];
  });
}

function valueOf({ aggregation }: Threshold, { histogram, rate }: Slice): number | undefined {
  if (rate) return rate.of === 0 ? undefined : aggregation.type === 'count' ? rate.hits : rate.hits / rate.of;
  if (!histogram || histogram.buckets.length === 0) return undefined;
  const found = new Distribution(histogram);
  switch (aggregation.type) {
    case 'min':
      return found.min;
    case 'max':
      return found.max;
    case 'avg':
      return found.mean;
    case 'med':
      return found.quantile(0.5);
    case 'percentile':
      return found.quantile(aggregation.percentile / 100);
    case 'rate':
    case 'count':
      return found.count;
  }
}
