import type { Clock, Due } from '../../ports/index.ts';
import type { Walked } from '../contract.ts';
import type { Ended } from './schedule.ts';
import type { UnderWay } from './under-way.ts';

/** Arrivals under way at once beyond which further ones are dropped, and the load is invalid: each may hold a socket. */
const MOST_IN_FLIGHT = 15_000;
/** A generator that is this far behind its own schedule will not catch up. Milliseconds. */
const HOPELESS_MS = 2_000;

export interface Driving {
  readonly clock: Clock;
  readonly arrivals: Iterable<Due>;
  /** Starts the walk of an arrival, counted from 0. Never rejects. */
  readonly walk: (index: number) => Promise<Walked>;
  readonly begin: (startMs: number, wake: () => void) => void;
  readonly launched: (times: { readonly index: number; readonly dueMs: number; readonly nowMs: number }) => void;
  readonly ended: (ended: Ended) => void;
  /** How long walks may go on after the last arrival. */
  readonly drainMs: number;
  /** When it begins, on the clock of `monotonicMs`; at once without it. */
  readonly beginMs?: number | undefined;
  /** Ends the pacing and, by the walks' own means, the walks. */
  readonly signal: AbortSignal;
  /** Makes the walks end that are still under way. */
  readonly stopWalks: () => void;
}

export interface Driven {
  readonly launched: number;
  readonly dropped: number;
  readonly mostInFlight: number;
  readonly durationMs: number;
  readonly busy: number;
  /** The generator gave up: it could not keep its own schedule. */
  readonly hopeless: boolean;
}

/** Launches every arrival at its time, whatever became of those before it, and waits for all to end. */
export async function drive(driving: Driving, under: UnderWay): Promise<Driven> {
  const { clock, walk, signal } = driving;
  const stop = new AbortController();
  const seen = { launched: 0, dropped: 0 };
  let own = 0;
  const idle = Promise.withResolvers<void>();
  let last = false;
  const take = (index: number, dueMs: number): void => {
    void walk(index).then((walked) => {
      under.leave();
      own -= 1;
      driving.ended({ index, dueMs, endMs: clock.monotonicMs(), walked });
      if (last && own === 0) idle.resolve();
    });
  };
  const paced = await clock.pace(driving.arrivals, {
    signal: AbortSignal.any([signal, stop.signal]),
    begin: driving.begin,
    ...(driving.beginMs === undefined ? {} : { beginMs: driving.beginMs }),
    launch: (dueMs, nowMs) => {
      driving.launched({ index: seen.launched, dueMs, nowMs });
      if (nowMs - dueMs > HOPELESS_MS) stop.abort();
      if (under.count >= MOST_IN_FLIGHT) {
        seen.dropped += 1;
        return;
      }
      under.enter();
      own += 1;
      take(seen.launched, dueMs);
      seen.launched += 1;
    },
  });
  last = true;
  const hopeless = stop.signal.aborted;
  if (own > 0) await drain(driving, { idle: idle.promise, atOnce: hopeless || signal.aborted });
  return { ...seen, ...paced, mostInFlight: under.most, hopeless };
}

/** Waits for the walks under way; those that last too long are stopped. */
async function drain(
  { clock, drainMs, signal, stopWalks }: Driving,
  { idle, atOnce }: { idle: Promise<void>; atOnce: boolean },
): Promise<void> {
  const over = new AbortController();
  const patience = clock.sleep(atOnce ? 0 : drainMs, AbortSignal.any([signal, over.signal])).then(
    () => stopWalks(),
    () => undefined,
  );
  await idle;
  over.abort();
  await patience;
}
