import type { Delivery } from '../../model/load.ts';
import { formatDuration } from '../../model/units.ts';
import type { LoadContext } from '../contract.ts';
import { metricsOf } from './metrics.ts';
import type { Recorder } from './recorder.ts';
import type { UnderWay } from './under-way.ts';

const LOOK_MS = 1_000;

export type Aborted = NonNullable<Delivery['aborted']>;

export interface Watched {
  readonly recorder: Recorder;
  readonly under: UnderWay;
  /** Ends the load. */
  readonly stop: AbortController;
}

/** Looks once a second: tells how it goes, and stops the load when a threshold says so. Until it is disposed of. */
export function watched(context: LoadContext, watching: Watched): AsyncDisposable & { readonly aborted: () => Aborted | undefined } {
  const { ports, signal } = context;
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const [from, startMs] = [ports.clock.now(), ports.clock.monotonicMs()];
  let aborted: Aborted | undefined;
  const look = (nowMs: number, fromMs: number): void => {
    context.tell(lineOf(watching, nowMs - fromMs));
    if (context.abort === undefined || aborted !== undefined) return;
    const metrics = metricsOf(watching.recorder, { from, to: ports.clock.now() });
    const broken = context.abort((metric) => metrics.get(metric)?.());
    if (broken === undefined) return;
    aborted = { ...broken, afterMs: Math.round(nowMs - startMs) };
    watching.stop.abort(new Error(`stopped by ${broken.threshold}`));
  };
  const loop = (async () => {
    for (let fromMs = startMs; !either.aborted;) {
      await ports.clock.sleep(LOOK_MS, either).catch(() => undefined);
      if (either.aborted) return;
      const nowMs = ports.clock.monotonicMs();
      look(nowMs, fromMs);
      fromMs = nowMs;
    }
  })();
  return {
    aborted: () => aborted,
    [Symbol.asyncDispose]: async () => {
      over.abort();
      await loop;
    },
  };
}

/** `833/s, p99 12 ms, 0 wrong, 9 in flight` */
function lineOf({ recorder, under }: Watched, ms: number): string {
  const { ended, wrong, latency } = recorder.takeRecent();
  const rate = (ended / ms) * 1_000;
  const p99 = ended === 0 ? '–' : formatDuration(Math.round(latency.quantile(0.99) / 1_000));
  return `${rate.toFixed(rate < 10 ? 1 : 0)}/s, p99 ${p99}, ${wrong} wrong, ${under.count} in flight`;
}
