import type { MetricType } from '../../model/metric.ts';
import type { ThresholdOutcome } from '../../model/report-performance.ts';
import type { Threshold } from '../../model/threshold.ts';
import { outcomeOf, type Samples, type Series } from './outcome.ts';
import { amount } from './words.ts';

/**
 * What the generator may have added to 99 of 100 latencies, in milliseconds: how late it sent, and how far it was off against a server of
 * known delay, which holds what it takes to read an answer.
 */
export function addedBy(own: Pick<Series, 'delivery'> | undefined): number {
  const { lag, calibration } = own?.delivery ?? {};
  return (lag?.p99 ?? 0) + Math.max(0, calibration?.p99 ?? 0);
}

/**
 * The outcome where the generator's own part is given to the system's favour: latencies count from the time at which they were due, so a
 * late generator makes them longer and never shorter. What is kept is kept; what is broken has to be so without that part too.
 */
export function outcomeWithout(
  threshold: Threshold,
  series: Samples,
  { kind, addedMs }: { readonly kind: MetricType['kind'] | undefined; readonly addedMs: number },
): ThresholdOutcome {
  const { limit } = threshold;
  const found = outcomeOf(threshold, series, kind);
  const upper = limit.op === '<' || limit.op === '<=';
  if (found.outcome !== 'broken' || limit.unit !== 'milliseconds' || !upper || addedMs <= 0) return found;
  const lenient = { ...threshold, limit: { ...limit, value: limit.value + addedMs } };
  if (outcomeOf(lenient, series, kind).outcome === 'broken') return found;
  const because = `the generator itself may have added up to ${amount(addedMs, 'milliseconds')}: without that, the limit may well be kept`;
  return { ...found, outcome: 'open', because };
}
