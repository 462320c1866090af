import { z } from 'zod';

import { Limit, parseLimit } from './limit.ts';
import { parseDuration } from './units.ts';

/**
 * A threshold over the samples of one metric, in k6's spirit
 * (https://grafana.com/docs/k6/latest/using-k6/thresholds/):
 *
 *     threshold   = aggregation limit [ "for" duration ] [ "abort" ] ;
 *     aggregation = "p(" number ")" | "avg" | "med" | "min" | "max" | "rate" | "count" ;
 *     limit       = comparator value ;                         (see limit.ts)
 *
 * `p(99) < 100ms`, `rate < 0.1%`, `max < 2GB for 30s abort`.
 */
export const Aggregation = z.union([
  z.object({ type: z.literal('percentile'), percentile: z.number().min(0).max(100) }),
  z.object({ type: z.enum(['avg', 'med', 'min', 'max', 'rate', 'count']) }),
]);
export type Aggregation = z.output<typeof Aggregation>;

export const Threshold = z.object({
  metric: z.string(),
  aggregation: Aggregation,
  limit: Limit,
  forMs: z.number().optional(),
  abort: z.boolean(),
  text: z.string(),
});
export type Threshold = z.output<typeof Threshold>;

const THRESHOLD =
  /^\s*(p\(\s*\d+(?:\.\d+)?\s*\)|avg|med|min|max|rate|count)\s*((?:<=|>=|==|<|>)\s*\S+?)(?:\s+for\s+(\S+?))?(\s+abort)?\s*$/;

/** Reads one threshold; an error text that lists what would be allowed when it is none. */
export function parseThreshold(metric: string, text: string): Threshold | { error: string } {
  const match = THRESHOLD.exec(text);
  if (!match)
    return {
      error: `"${text}" is not a threshold: write an aggregation (p(99), avg, med, min, max, rate, count) and a limit, such as p(99) < 100ms`,
    };
  const limit = parseLimit(match[2] ?? '', '<');
  if (!limit) return { error: `"${match[2]}" is not a limit: write something like < 100ms, < 0.1% or < 2GB` };
  const forMs = match[3] === undefined ? undefined : parseDuration(match[3]);
  if (match[3] !== undefined && forMs === undefined) return { error: `"${match[3]}" is not a duration: write something like 30s` };
  return {
    metric,
    aggregation: parseAggregation(match[1] ?? ''),
    limit,
    ...(forMs === undefined ? {} : { forMs }),
    abort: match[4] !== undefined,
    text: `${metric}: ${text.trim()}`,
  };
}

function parseAggregation(text: string): Aggregation {
  const percentile = /^p\(\s*(\d+(?:\.\d+)?)\s*\)$/.exec(text);
  if (percentile) return { type: 'percentile', percentile: Number(percentile[1]) };
  return { type: text as 'avg' | 'med' | 'min' | 'max' | 'rate' | 'count' };
}
