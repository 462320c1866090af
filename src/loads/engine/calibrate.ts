import { DistributionCounts } from '../../lib/histogram.ts';
import type { Delivery } from '../../model/load.ts';
import type { Http } from '../../ports/index.ts';
import type { LoadContext, Walked } from '../contract.ts';
import { arrivalsOf } from './arrivals.ts';
import { drive } from './drive.ts';

/** A delay that a service may have. Milliseconds. */
const DELAY_MS = 10;
const WARM_MS = 500;
const DURATION_MS = 1_500;
const RATES = { least: 200, most: 2_000 } as const;
const ANSWER_MS = 5_000;

type Calibration = NonNullable<Delivery['calibration']>;

/**
 * Sends the same kind of traffic to a server of our own that says how long it held each answer back. What is measured beyond that is
 * the engine's own error and the machine's noise. `perSecond` is the load's highest rate; few arrivals would show nothing.
 */
export async function calibrate({ ports, signal }: LoadContext, { perSecond }: { perSecond: number }): Promise<Calibration> {
  const rate = Math.min(RATES.most, Math.max(RATES.least, perSecond));
  await using server = await ports.reference.serve(DELAY_MS);
  using http = ports.loadHttp(signal);
  const errors = new DistributionCounts();
  const held = new Map<number, number>();
  let startMs = 0;
  await drive(
    {
      clock: ports.clock,
      arrivals: arrivalsOf([{ durationMs: WARM_MS + DURATION_MS, from: rate, to: rate }], { type: 'even' }),
      begin: (atMs) => (startMs = atMs),
      launched: () => undefined,
      walk: async (index) => {
        const heldMs = await ask(http, { url: server.url, signal });
        if (heldMs !== undefined) held.set(index, heldMs);
        return NOTHING;
      },
      ended: ({ index, dueMs, endMs }) => {
        const heldMs = held.get(index);
        held.delete(index);
        if (heldMs !== undefined && dueMs - startMs >= WARM_MS) errors.record((endMs - dueMs - heldMs) * 1_000);
      },
      drainMs: ANSWER_MS,
      signal,
      stopWalks: () => undefined,
    },
    { inFlight: 0 },
  );
  const part = (quantile: number): number => (errors.count === 0 ? 0 : errors.quantile(quantile) / 1_000);
  return { samples: errors.count, perSecond: rate, p50: part(0.5), p99: part(0.99) };
}

const NOTHING: Walked = { startedMs: 0, end: 'kept', steps: [] };

async function ask(http: Http, { url, signal }: { url: string; signal: AbortSignal }): Promise<number | undefined> {
  const result = await http.request({ method: 'GET', url, timeoutMs: ANSWER_MS, signal });
  return result.state === 'answered' ? Number(result.headers['x-held-ms']) : undefined;
}
