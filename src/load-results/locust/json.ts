import type { Emit } from '../contract.ts';
import { labelOf } from './label.ts';
import { numberOf, readDocument, recordOf } from '../report.ts';

/**
 * What `locust --headless --json` prints: for each request a table of its times, which Locust has rounded to two digits
 * (https://docs.locust.io/en/stable/configuration.html).
 */
export async function parseJsonStats(text: AsyncIterable<string>, emit: Emit): Promise<void> {
  const span = { from: Number.POSITIVE_INFINITY, to: 0 };
  const whole = await readDocument(text, {
    places: ['*'],
    value: (_, value) => {
      const entry = recordOf(value);
      const wrong = request(entry, emit);
      if (wrong !== undefined) emit({ type: 'gap', reason: 'malformed', message: wrong });
      const [from, to] = [numberOf(entry['start_time']), numberOf(entry['last_request_timestamp'])];
      if (from !== undefined && to !== undefined) {
        span.from = Math.min(span.from, from * 1_000);
        span.to = Math.max(span.to, to * 1_000);
      }
    },
    emit,
  });
  if (!whole) return;
  emit({
    type: 'note',
    message: 'Locust rounds times from 100 ms on to two digits: a limit within 5 % of what was measured may be met by rounding',
  });
  if (span.to > span.from) emit({ type: 'span', durationMs: span.to - span.from, fromMs: span.from });
}

function request(entry: Readonly<Record<string, unknown>>, emit: Emit): string | undefined {
  const { name } = entry;
  const [of, failed] = [numberOf(entry['num_requests']), numberOf(entry['num_failures'])];
  if (typeof name !== 'string' || of === undefined || failed === undefined) return 'a request has no name or no count';
  const method = entry['method'];
  const labels = [labelOf(typeof method === 'string' ? method : '', name)];
  const times = Object.entries(recordOf(entry['response_times']));
  const untimed = numberOf(entry['num_none_requests']) ?? 0;
  const timed = times.reduce((sum, [, count]) => sum + (numberOf(count) ?? 0), 0);
  if (timed + untimed !== of) return `${name}: ${timed} times of ${of} requests`;
  emit({ type: 'outcomes', of, failed, labels });
  for (const [ms, count] of times) emit({ type: 'time', ms: Number(ms), times: numberOf(count) ?? 0, labels });
  return undefined;
}
