import { DistributionCounts } from '../../lib/histogram.ts';
import type { Http } from '../../ports/index.ts';
import type { LoadContext, Walked } from '../contract.ts';
import { arrivalsOf } from './arrivals.ts';
import { drive } from './drive.ts';
import { namesOf } from './measure.ts';
import { Recorder } from './recorder.ts';
import { UnderWay } from './under-way.ts';
import type { Calibration } from './worker-line.ts';

/** A delay that a service may have. Milliseconds. */
const DELAY_MS = 10;
const WARM_MS = 500;
const DURATION_MS = 1_500;
const RATES = { least: 200, most: 2_000 } as const;
const ANSWER_MS = 5_000;
/** Who rehearse. */
const USERS = 5;

/** Asked of a server of our own, by this thread alone. */
export async function calibrate(
  context: Calibrating & Pick<LoadContext, 'ports'>,
  { perSecond }: { perSecond: number },
): Promise<Calibration> {
  await using server = await serve(context.ports);
  return await calibrateAt({ url: server.url, perSecond }, context);
}

/** The server that engines are held against: it says how long it held each answer back. */
export function serve({ reference }: Pick<LoadContext['ports'], 'reference'>): ReturnType<typeof reference.serve> {
  return reference.serve(DELAY_MS);
}

interface Calibrating {
  readonly rehearse: LoadContext['rehearse'];
  readonly ports: Pick<LoadContext['ports'], 'clock' | 'loadHttp'>;
  readonly signal: AbortSignal;
}

/**
 * Sends the same kind of traffic to a server of our own that says how long it held each answer back. What is measured beyond that is
 * the engine's own error and the machine's noise. Before that, whole walks are rehearsed there: the first of its kind takes a cold machine
 * many times as long, and that would pass for the system's time. `perSecond` is the load's highest rate; few arrivals would show nothing.
 */
export async function calibrateAt(
  { url, perSecond }: { url: string; perSecond: number },
  { ports, signal, rehearse }: Calibrating,
): Promise<Calibration> {
  const rate = Math.min(RATES.most, Math.max(RATES.least, perSecond));
  using http = ports.loadHttp(signal);
  const errors = new DistributionCounts();
  const held = new Map<number, number>();
  const warming = Math.round((rate * WARM_MS) / 1_000);
  await using population = rehearse(url, signal);
  const { journeys } = population;
  const rehearsed = new Recorder({ durationMs: WARM_MS, journeys: namesOf(population) }, 1);
  await drive(
    {
      clock: ports.clock,
      arrivals: arrivalsOf([{ durationMs: WARM_MS + DURATION_MS, from: rate, to: rate }], { type: 'even' }),
      begin: (atMs) => rehearsed.begin(atMs),
      launched: ({ dueMs, nowMs }) => rehearsed.launched(dueMs, nowMs),
      walk: async (index) => {
        if (index < warming) return await (journeys[index % journeys.length]?.walk(index % USERS) ?? NOTHING);
        const heldMs = await ask(http, { url, signal });
        if (heldMs !== undefined) held.set(index, heldMs);
        return NOTHING;
      },
      ended: (arrival) => {
        const { index, dueMs, endMs } = arrival;
        if (index < warming) rehearsed.ended(arrival, journeys[0]?.name ?? '');
        const heldMs = held.get(index);
        held.delete(index);
        if (heldMs !== undefined) errors.record((endMs - dueMs - heldMs) * 1_000);
      },
      drainMs: ANSWER_MS,
      signal,
      stopWalks: () => undefined,
    },
    new UnderWay(),
  );
  const part = (quantile: number): number => (errors.count === 0 ? 0 : errors.quantile(quantile) / 1_000);
  return { samples: errors.count, perSecond: rate, p50: part(0.5), p99: part(0.99) };
}

const NOTHING: Walked = { startedMs: 0, end: 'kept', steps: [] };

async function ask(http: Http, { url, signal }: { url: string; signal: AbortSignal }): Promise<number | undefined> {
  const result = await http.request({ method: 'GET', url, timeoutMs: ANSWER_MS, signal });
  return result.state === 'answered' ? Number(result.headers['x-held-ms']) : undefined;
}
