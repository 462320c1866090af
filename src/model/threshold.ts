import { z } from 'zod';

import { Limit, parseLimit } from './limit.ts';
import { parseDuration } from './units.ts';

/**
 * A threshold over the samples of one metric, in k6's spirit
 * (https://grafana.com/docs/k6/latest/using-k6/thresholds/):
 *
 *     entry       = metric ":" threshold ;
 *     metric      = name [ "{" tag { "," tag } "}" ] ;         (names: see metric.ts)
 *     tag         = "load" ":" name | "step" ":" number ;
 *     threshold   = aggregation limit [ "for" duration ] [ "abort" ] ;
 *     aggregation = "p(" number ")" | "avg" | "med" | "min" | "max" | "rate" | "count" ;
 *     limit       = comparator value ;                         (see limit.ts)
 *
 * `chat.latency: p(99) < 100ms`, `chat.latency{load:peak}: p(99) < 200ms`, `chat.latency{step:2}: med < 20ms`, `errors: rate < 0.1%`,
 * `service.api.memory: max < 2GB for 30s abort`. Without `load` each load is held to it; with `for` it must be broken for that long.
 */
export const Aggregation = z.union([
  z.object({ type: z.literal('percentile'), percentile: z.number().min(0).max(100) }),
  z.object({ type: z.enum(['avg', 'med', 'min', 'max', 'rate', 'count']) }),
]);
export type Aggregation = z.output<typeof Aggregation>;

export const Threshold = z.object({
  metric: z.string(),
  /** Only of this load's samples. */
  load: z.string().optional(),
  aggregation: Aggregation,
  limit: Limit,
  forMs: z.number().optional(),
  abort: z.boolean(),
  /** As written, with its metric. */
  text: z.string(),
});
export type Threshold = z.output<typeof Threshold>;

const AGGREGATION = String.raw`p\(\s*\d+(?:\.\d+)?\s*\)|avg|med|min|max|rate|count`;
const THRESHOLD = new RegExp(String.raw`^\s*(${AGGREGATION})\s*((?:<=|>=|==|<|>)\s*\S+?)(?:\s+for\s+(\S+?))?(\s+abort)?\s*$`);

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
  const aggregation = parseAggregation(match[1] ?? '');
  if (aggregation.type === 'percentile' && aggregation.percentile > 100)
    return { error: `"${match[1]}" is no percentile: write a number from 0 to 100, such as p(99)` };
  const tagged = parseTags(metric);
  if ('error' in tagged) return tagged;
  return {
    ...tagged,
    aggregation,
    limit,
    ...(forMs === undefined ? {} : { forMs }),
    abort: match[4] !== undefined,
    text: `${metric}: ${text.trim()}`,
  };
}

/** What stands before the colon: `chat.latency{load:peak}`. */
export function writtenMetric({ text }: Pick<Threshold, 'text'>): string {
  return text.slice(0, text.lastIndexOf(': '));
}

/** What stands behind the colon: `p(99) < 100ms`. */
export function writtenLimit({ text }: Pick<Threshold, 'text'>): string {
  return text.slice(text.lastIndexOf(': ') + 2);
}

/** A success rate as the threshold that it is. */
export function successThreshold(rate: number): Threshold {
  const limit = { op: '>=', value: rate, unit: 'ratio' } as const;
  const text = `success_rate: rate >= ${Number((rate * 100).toPrecision(12))}%`;
  return { metric: 'success_rate', aggregation: { type: 'rate' }, limit, abort: false, text };
}

const TAGS = 'write a load or a step, such as chat.latency{load:peak} or chat.latency{step:2}';

/** `chat.latency{step:2}` is the metric `chat.2.latency`. */
function parseTags(written: string): Pick<Threshold, 'metric' | 'load'> | { error: string } {
  const match = /^\s*([^{}]+?)\s*(?:\{([^{}]*)\})?\s*$/.exec(written);
  const name = match?.[1];
  if (name === undefined) return { error: `"${written}" is not a metric: ${TAGS}` };
  if (match?.[2] === undefined) return { metric: name };
  const tags = match[2].split(',').map((tag) => /^\s*(load|step)\s*:\s*(\S+)\s*$/.exec(tag));
  const [load, step] = (['load', 'step'] as const).map((key) => tags.filter((tag) => tag?.[1] === key));
  if (tags.includes(null) || (load?.length ?? 0) > 1 || (step?.length ?? 0) > 1)
    return { error: `"{${match[2]}}" is not a list of tags: ${TAGS}` };
  const place = step?.[0]?.[2];
  const [, journey] = /^(.+)\.latency$/.exec(name) ?? [];
  if (place !== undefined && (journey === undefined || !/^[1-9]\d{0,3}$/.test(place)))
    return { error: `"{${match[2]}}" names no step of a journey: ${TAGS}` };
  return {
    metric: place === undefined || journey === undefined ? name : `${journey}.${place}.latency`,
    ...(load?.[0]?.[2] === undefined ? {} : { load: load[0][2] }),
  };
}

function parseAggregation(text: string): Aggregation {
  const percentile = /^p\(\s*(\d+(?:\.\d+)?)\s*\)$/.exec(text);
  if (percentile) return { type: 'percentile', percentile: Number(percentile[1]) };
  return { type: text as 'avg' | 'med' | 'min' | 'max' | 'rate' | 'count' };
}
