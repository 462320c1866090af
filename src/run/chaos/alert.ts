import { z } from 'zod';

import { parseJson } from '../../lib/json.ts';
import type { DuringLimits, WatchedAlert } from '../../model/experiment.ts';
import type { ResolvedTarget } from '../../model/manifest.ts';
import type { RunContext } from '../context.ts';

const LOOK_MS = 500;
const ANSWER_MS = 3_000;
const MOST_BYTES = 4_000_000;

/** The part of the answer of `/api/v1/alerts` (Prometheus HTTP API) that is read here. Alerts that are inactive are not in it. */
const Alerts = z.object({
  data: z.object({ alerts: z.array(z.object({ labels: z.record(z.string(), z.string()), state: z.enum(['pending', 'firing']) })) }),
});

type State = 'inactive' | 'pending' | 'firing';

interface Look {
  readonly atMs: number;
  readonly state: State;
}

export interface AlertWatch {
  /** Asks no more, and says what was seen. Times are those of `monotonicMs`. */
  readonly stop: (moments: { readonly startMs: number; readonly injectMs: number }) => Promise<WatchedAlert>;
}

/** Asks a Prometheus again and again what became of one alert, until it is stopped. Never throws: who does not answer is a fact. */
export function watchAlert(
  { ports: { clock, http }, signal }: Pick<RunContext, 'ports' | 'signal'>,
  { name, at, within }: NonNullable<DuringLimits['alert']>,
  targets: () => readonly ResolvedTarget[],
): AlertWatch {
  const over = new AbortController();
  const looks: Look[] = [];
  let failure: string | undefined;
  const look = async (): Promise<void> => {
    const target = targets().find((one) => one.name === at);
    if (target === undefined) {
      failure = `there is no target ${at}`;
      return;
    }
    const own = AbortSignal.any([over.signal, signal]);
    const url = `${target.url}/api/v1/alerts`;
    const reply = await http.request({ method: 'GET', url, timeoutMs: ANSWER_MS, maxBytes: MOST_BYTES, signal: own });
    const state = reply.state === 'answered' ? stateIn(Buffer.from(reply.body).toString('utf8'), name) : undefined;
    if (state !== undefined) looks.push({ atMs: clock.monotonicMs(), state });
    else if (!own.aborted)
      failure = reply.state === 'failed' ? reply.message : `${at} answered ${String(reply.status)}, and no list of alerts`;
  };
  const watching = (async () => {
    while (!over.signal.aborted && !signal.aborted) {
      await look();
      await clock.sleep(LOOK_MS, over.signal).catch(() => undefined);
    }
  })();
  return {
    stop: async ({ startMs, injectMs }) => {
      over.abort();
      await watching;
      return {
        name,
        at,
        looks: looks.length,
        ...(failure === undefined ? {} : { failure }),
        ...(within === undefined ? {} : { within }),
        ...timesOf(looks, { startMs, injectMs }),
      };
    },
  };
}

/** What a list of alerts says of one; the worst where several series have it. `undefined` when it is no such list. */
export function stateIn(text: string, name: string): State | undefined {
  const parsed = Alerts.safeParse(parseJson(text));
  if (!parsed.success) return undefined;
  const states = parsed.data.data.alerts.flatMap(({ labels, state }) => (labels['alertname'] === name ? [state] : []));
  return states.includes('firing') ? 'firing' : (states[0] ?? 'inactive');
}

/** When an alert was first seen in each state after the act, in milliseconds since the experiment began. */
export function timesOf(
  looks: readonly Look[],
  { startMs, injectMs }: { readonly startMs: number; readonly injectMs: number },
): Pick<WatchedAlert, 'firedBefore' | 'pendingMs' | 'firingMs' | 'clearedMs'> {
  const since = looks.filter(({ atMs }) => atMs >= injectMs);
  const firing = since.find(({ state }) => state === 'firing');
  const pending = since.find(({ state }) => state !== 'inactive');
  const cleared = firing && since.find(({ atMs, state }) => atMs > firing.atMs && state === 'inactive');
  return {
    firedBefore: looks.some(({ atMs, state }) => atMs < injectMs && state === 'firing'),
    ...(pending === undefined ? {} : { pendingMs: Math.round(pending.atMs - startMs) }),
    ...(firing === undefined ? {} : { firingMs: Math.round(firing.atMs - startMs) }),
    ...(cleared === undefined ? {} : { clearedMs: Math.round(cleared.atMs - startMs) }),
  };
}
