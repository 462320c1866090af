import type { Emit } from '../contract.ts';
import { distributionOf, numberOf, readDocument, recordOf } from '../report.ts';

const COUNTS = ['errors', 'non2xx', 'mismatches', 'duration'] as const;

/** https://github.com/mcollina/autocannon#autocannonopts-cb: one request, over and over, from each of its connections. */
export async function parseAutocannon(text: AsyncIterable<string>, emit: Emit): Promise<void> {
  const counts = new Map<string, number>();
  let start: number | undefined;
  let latency: Readonly<Record<string, unknown>> = {};
  let total: number | undefined;
  emit({ type: 'tool', model: 'closed', times: 'from sending to the last byte' });
  const whole = await readDocument(text, {
    places: [...COUNTS, 'latency', 'requests', 'start'],
    value: ([key = ''], value) => {
      if (key === 'latency') latency = recordOf(value);
      else if (key === 'requests') total = numberOf(recordOf(value)['total']);
      else if (key === 'start') start = Date.parse(String(value));
      else counts.set(String(key), numberOf(value) ?? 0);
    },
    emit,
  });
  if (!whole) return;
  if (total === undefined) return emit({ type: 'gap', reason: 'malformed', message: 'requests.total: there is no number' });
  const count = (name: (typeof COUNTS)[number]): number => counts.get(name) ?? 0;
  // Time-outs are among the errors; answers of a wrong body may have the right status.
  const unanswered = count('errors');
  const of = total + unanswered;
  emit({ type: 'outcomes', of, failed: Math.min(of, unanswered + count('non2xx') + count('mismatches')), labels: [] });
  const distribution = distributionOf(latency, { part: partOf, mean: 'mean' });
  // With a rate there are more numbers than requests: those of requests that should have been sent meanwhile.
  if (distribution && total > 0) emit({ type: 'reported', distribution: { ...distribution, samples: total } });
  if (count('duration') > 0)
    emit({ type: 'span', durationMs: count('duration') * 1_000, ...(start === undefined || Number.isNaN(start) ? {} : { fromMs: start }) });
}

/** `p50`, `p97_5`, `p99_9`. */
function partOf(name: string): number | undefined {
  const [, whole, fraction = '0'] = /^p(\d{1,2})(?:_(\d+))?$/.exec(name) ?? [];
  return whole === undefined ? undefined : Number((Number(`${whole}.${fraction}`) / 100).toPrecision(12));
}
