import type { Emit } from '../contract.ts';
import { distributionOf, numberOf, readDocument, recordOf } from '../report.ts';

type Counters = Readonly<Record<string, unknown>>;

/**
 * The report of a run: https://www.artillery.io/docs/reference/cli/run. Counters are exact; of times there are percentiles alone. With
 * `plugins: {metrics-by-endpoint: {}}` each request has its own.
 */
export async function parseArtillery(text: AsyncIterable<string>, emit: Emit): Promise<void> {
  let counters: Counters | undefined;
  let summaries: Counters = {};
  const span: { from?: number | undefined; to?: number | undefined } = {};
  emit({ type: 'tool', model: 'open', times: 'from sending to the first byte' });
  const whole = await readDocument(text, {
    places: ['aggregate.counters', 'aggregate.summaries', 'aggregate.firstMetricAt', 'aggregate.lastMetricAt'],
    value: ([, part], value) => {
      if (part === 'counters') counters = recordOf(value);
      else if (part === 'summaries') summaries = recordOf(value);
      else if (part === 'firstMetricAt') span.from = numberOf(value);
      else span.to = numberOf(value);
    },
    emit,
  });
  if (!whole) return;
  if (counters === undefined) return emit({ type: 'gap', reason: 'malformed', message: 'aggregate.counters: there are none' });
  emitOutcomes(counters, emit);
  emitTimes(summaries, emit);
  if (span.from !== undefined && span.to !== undefined && span.to > span.from)
    emit({ type: 'span', durationMs: span.to - span.from, fromMs: span.from });
}

/** What has no answer, an answer from 400 on, or one that an `expect` did not take, has failed. */
function emitOutcomes(counters: Counters, emit: Emit): void {
  const count = (name: string): number => numberOf(counters[name]) ?? 0;
  const sum = (prefix: string, wanted = (_: string): boolean => true): number =>
    Object.keys(counters).reduce(
      (total, name) => (name.startsWith(prefix) && wanted(name.slice(prefix.length)) ? total + count(name) : total),
      0,
    );
  const [http, sent] = [count('http.requests'), count('websocket.messages_sent') + count('socketio.emit')];
  const unanswered = Math.max(0, http - count('http.responses'));
  const wrong = sum('http.codes.', isWrong);
  const unexpected = count('plugins.expect.failed');
  const users = { of: count('vusers.completed') + count('vusers.failed'), failed: count('vusers.failed') };
  if (http > 0) emit({ type: 'outcomes', of: http, failed: Math.min(http, Math.max(unanswered + wrong, unexpected)), labels: [] });
  // Without HTTP nothing but the users says how it went; what they sent is not answered one by one.
  else if (users.of > 0) emit({ type: 'outcomes', ...users, labels: [] });
  if (http === 0 && sent > 0)
    emit({ type: 'note', message: `${sent} messages were sent, and Artillery does not say how each was answered: counted are the users` });
  if (users.of > 0) emit({ type: 'outcomes', ...users, labels: ['vusers'], part: true });
  emit({ type: 'dropped', count: count('vusers.skipped'), what: 'users' });
  emitEndpoints(counters, emit);
}

const ENDPOINT = 'plugins.metrics-by-endpoint.';

function emitEndpoints(counters: Counters, emit: Emit): void {
  for (const [name, value] of Object.entries(counters)) {
    const [, endpoint, what = '', code = ''] = /^plugins\.metrics-by-endpoint\.(.+)\.(codes|errors)\.([^.]+)$/.exec(name) ?? [];
    const times = numberOf(value);
    if (endpoint === undefined || times === undefined) continue;
    emit({ type: 'outcomes', of: times, failed: what === 'errors' || isWrong(code) ? times : 0, labels: [labelOf(endpoint)], part: true });
  }
}

function emitTimes(summaries: Counters, emit: Emit): void {
  for (const [name, value] of Object.entries(summaries)) {
    const endpoint = name.startsWith(`${ENDPOINT}response_time.`) ? name.slice(`${ENDPOINT}response_time.`.length) : undefined;
    const label = endpoint === undefined ? (name === 'vusers.session_length' ? 'vusers' : undefined) : labelOf(endpoint);
    if (label === undefined && name !== 'http.response_time') continue;
    const values = recordOf(value);
    const samples = numberOf(values['count']);
    const distribution = distributionOf(values, { part: partOf, mean: 'mean' });
    if (distribution)
      emit({
        type: 'reported',
        distribution: { ...distribution, ...(samples === undefined ? {} : { samples }) },
        ...(label === undefined ? {} : { label }),
      });
  }
}

/** `p50`, `p99`, and `p999` for 99.9 %. */
function partOf(name: string): number | undefined {
  const [, digits] = /^p(\d{2,5})$/.exec(name) ?? [];
  return digits === undefined ? undefined : Number(`0.${digits}`);
}

function isWrong(code: string): boolean {
  return !/^[123]\d\d$/.test(code);
}

/** `/flaky (flaky)`: where a request has a name, that is what it is called. */
function labelOf(endpoint: string): string {
  return /\(([^()]+)\)$/.exec(endpoint)?.[1] ?? endpoint;
}
