import { MEAN_SAMPLES } from '../../lib/statistics/intervals.ts';
import { grouped } from '../../lib/text.ts';
import { keeps } from '../../model/limit.ts';
import type { Reported } from '../../model/load-results.ts';
import type { ThresholdOutcome } from '../../model/report-performance.ts';
import { samplesNeeded } from '../../model/sample-size.ts';
import type { Threshold } from '../../model/threshold.ts';
import { amount } from './words.ts';

type Decided = Pick<ThresholdOutcome, 'outcome' | 'measured'> & { readonly because?: string };

/**
 * A limit against what a tool states of its samples. There is no interval, since the samples are not there: the number is compared as it
 * is, where there were enough samples for the limit at all. A percentile that was not reported is bounded by its neighbours.
 */
export function decideReported(threshold: Threshold, reported: Reported): Decided {
  const { aggregation, limit } = threshold;
  const { tool, samples } = reported;
  const words = (name: string, value: number) =>
    `${name} ${amount(value, limit.unit)} as ${tool} reports it${samples === undefined ? '' : `, n ${grouped(samples)}`}`;
  switch (aggregation.type) {
    case 'min':
    case 'max':
    case 'avg': {
      const value = aggregation.type === 'avg' ? reported.mean : reported[aggregation.type];
      if (value === undefined) return unreported(aggregation.type, reported);
      if (aggregation.type === 'avg' && samples !== undefined && samples < MEAN_SAMPLES)
        return open(words('avg', value), `an average needs ${MEAN_SAMPLES} samples, had ${grouped(samples)}`);
      return { outcome: keeps(value, limit) ? 'kept' : 'broken', measured: words(aggregation.type, value) };
    }
    case 'med':
    case 'percentile': {
      const part = aggregation.type === 'percentile' ? aggregation.percentile / 100 : 0.5;
      const known = nearest(threshold, { part, quantiles: quantilesOf(reported) });
      if (known === undefined) return unreported(nameOf(part), reported);
      const measured = words(nameOf(known[0]), known[1]);
      const needs = samplesNeeded(undefined, threshold);
      if (samples !== undefined && samples < needs)
        return open(measured, `${threshold.text} needs ${grouped(needs)} samples, had ${grouped(samples)}`);
      return { outcome: keeps(known[1], limit) ? 'kept' : 'broken', measured };
    }
    case 'rate':
    case 'count':
      return open('nothing that fits', `${tool} reports no ${aggregation.type} of it`);
  }
}

type Quantile = readonly [part: number, value: number];

/** The percentile itself; else one beyond it that keeps the limit, or one before it that breaks it: then so does this one. */
function nearest({ limit }: Threshold, { part, quantiles }: { part: number; quantiles: readonly Quantile[] }): Quantile | undefined {
  const itself = quantiles.find(([at]) => Math.abs(at - part) < 1e-9);
  if (itself) return itself;
  const upper = limit.op === '<' || limit.op === '<=';
  const [above, below] = [quantiles.find(([at]) => at > part), quantiles.findLast(([at]) => at < part)];
  const [keeping, breaking] = upper ? [above, below] : [below, above];
  if (keeping && keeps(keeping[1], limit)) return keeping;
  return breaking && !keeps(breaking[1], limit) ? breaking : undefined;
}

function quantilesOf({ quantiles, min, max }: Reported): Quantile[] {
  return [...(min === undefined ? [] : [[0, min] as const]), ...quantiles, ...(max === undefined ? [] : [[1, max] as const])];
}

function nameOf(part: number): string {
  return part === 0 ? 'min' : part === 1 ? 'max' : part === 0.5 ? 'med' : `p(${Number((part * 100).toPrecision(10))})`;
}

function unreported(name: string, { tool, quantiles }: Reported): Decided {
  const there = quantiles.map(([part]) => nameOf(part)).join(', ');
  return open(
    `no ${name}`,
    `${tool} does not report ${name}${there === '' ? '' : `, only ${there}`}: have it write that one, or its samples`,
  );
}

function open(measured: string, because: string): Decided {
  return { outcome: 'open', measured, because };
}
