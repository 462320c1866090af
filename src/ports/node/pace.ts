import type { Paced, Pacing } from '../clock.ts';
import { Ticker } from './ticker.ts';

/** Launches go on for this long at most before everything else has its turn: answers, signals. Milliseconds. */
const TURN_MS = 5;

/** See `Clock.pace`. */
export async function pace(arrivals: Iterable<number>, { launch, begin, signal }: Pacing): Promise<Paced> {
  const due = arrivals[Symbol.iterator]();
  let next = due.next();
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = (): void => resolve();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  let startMs: number | undefined;
  let usage = performance.eventLoopUtilization();
  await using ticker = new Ticker(() => {
    const turnMs = performance.now();
    // The first tick is the beginning: a thread needs its time to start.
    if (startMs === undefined) {
      startMs = turnMs;
      usage = performance.eventLoopUtilization();
      begin(startMs);
    }
    for (let nowMs = turnMs; next.done !== true && startMs + next.value <= nowMs; next = due.next()) {
      if (signal.aborted || nowMs - turnMs > TURN_MS) return;
      launch(startMs + next.value, nowMs);
      nowMs = performance.now();
    }
    if (next.done === true) resolve();
  });
  await promise;
  void ticker;
  signal.removeEventListener('abort', stop);
  const busy = performance.eventLoopUtilization(usage).utilization;
  return { durationMs: startMs === undefined ? 0 : performance.now() - startMs, busy: Number.isFinite(busy) ? busy : 0 };
}
