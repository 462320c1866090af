import { atPath, parseJson } from '../../lib/json.ts';
import { readExposition } from '../../lib/prometheus-text.ts';
import type { DuringLimits, WatchedState } from '../../model/experiment.ts';
import type { ResolvedTarget } from '../../model/manifest.ts';
import type { RunContext } from '../context.ts';

const LOOK_MS = 250;
const ANSWER_MS = 2_000;
const MOST_BYTES = 4_000_000;
const MOST_CHANGES = 200;
const MOST_CHARACTERS = 200;

type Shown = NonNullable<DuringLimits['state']>;

export interface StateWatch {
  /** Asks no more, and says what was seen, in milliseconds since the experiment began. */
  readonly stop: (moments: { readonly startMs: number }) => Promise<WatchedState>;
}

/** Reads a metric or a field again and again, and keeps when it changed. Never throws: who does not answer is a fact. */
export function watchState(
  { ports: { clock, http }, signal }: Pick<RunContext, 'ports' | 'signal'>,
  shown: Shown,
  targets: () => readonly ResolvedTarget[],
): StateWatch {
  const over = new AbortController();
  const points: [number, string][] = [];
  let [looks, absent] = [0, 0];
  let failure: string | undefined;
  const look = async (): Promise<void> => {
    const target = targets().find((one) => one.name === shown.at);
    if (target === undefined) {
      failure = `there is no target ${shown.at}`;
      return;
    }
    const own = AbortSignal.any([over.signal, signal]);
    const reply = await http.request({
      method: 'GET',
      url: `${target.url}${shown.path}`,
      timeoutMs: ANSWER_MS,
      maxBytes: MOST_BYTES,
      signal: own,
    });
    if (own.aborted) return;
    if (reply.state === 'failed') {
      failure = reply.message;
      return;
    }
    looks += 1;
    const value = valueIn(Buffer.from(reply.body).toString('utf8'), shown);
    if (value === undefined) absent += 1;
    else if (value !== points.at(-1)?.[1] && points.length < MOST_CHANGES) points.push([clock.monotonicMs(), value]);
  };
  const watching = (async () => {
    while (!over.signal.aborted && !signal.aborted) {
      await look();
      await clock.sleep(LOOK_MS, over.signal).catch(() => undefined);
    }
  })();
  return {
    stop: async ({ startMs }) => {
      over.abort();
      await watching;
      return {
        what: shown.metric ?? shown.field ?? '',
        at: `${shown.at}${shown.path}`,
        looks,
        absent,
        ...(failure === undefined ? {} : { failure }),
        points: points.map(([atMs, value]) => [Math.round(atMs - startMs), value]),
      };
    },
  };
}

/** What an answer says of it: the values of a metric, or a field of JSON. `undefined` where it says nothing. */
export function valueIn(text: string, { metric, field }: Pick<Shown, 'metric' | 'field'>): string | undefined {
  if (metric !== undefined) {
    const [, name = '', selector = ''] = /^([a-zA-Z_:][\w:]*)\s*(?:\{(.*)\})?$/.exec(metric.trim()) ?? [];
    const wanted = [...selector.matchAll(/\w+\s*=\s*"[^"]*"/g)].map(([label]) => label.replace(/\s*=\s*/, '='));
    const own = (readExposition(text)?.samples ?? []).filter(
      (sample) => sample.name === name && wanted.every((label) => sample.labels.split(',').includes(label)),
    );
    if (own.length === 0) return undefined;
    return own
      .map(({ labels, value }) => (own.length === 1 ? String(value) : `{${labels}} ${String(value)}`))
      .toSorted()
      .join(', ')
      .slice(0, MOST_CHARACTERS);
  }
  const value = atPath(parseJson(text), field ?? '');
  return value === undefined ? undefined : (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, MOST_CHARACTERS);
}
