import { constants, getPriority, setPriority } from 'node:os';

import type { Due, Paced, Pacing } from '../clock.ts';
import { Ticker } from './ticker.ts';

/** Launches go on for this long at most before everything else has its turn: answers, signals. Milliseconds. */
const TURN_MS = 5;

/** See `Clock.pace`. */
export async function pace(arrivals: Iterable<Due>, { launch, begin, signal, beginMs }: Pacing): Promise<Paced> {
  const due = arrivals[Symbol.iterator]();
  let next = due.next();
  const { promise, resolve } = Promise.withResolvers<void>();
  // Looked at with every launch: a signal that follows others takes its time to say whether it is aborted.
  let stopped = false;
  const stop = (): void => {
    stopped = true;
    resolve();
  };
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  let startMs: number | undefined;
  let usage = performance.eventLoopUtilization();
  const turn = (): void => {
    const turnMs = performance.now();
    // The first tick is the beginning: a thread needs its time to start.
    if (startMs === undefined) {
      if (beginMs !== undefined && turnMs < beginMs) {
        ticker.at(beginMs);
        return;
      }
      startMs = beginMs ?? turnMs;
      usage = performance.eventLoopUtilization();
      begin(startMs, turn);
    }
    if (typeof next.value === 'object') next = due.next();
    for (let nowMs = turnMs; typeof next.value === 'number' && startMs + next.value <= nowMs; next = due.next()) {
      if (stopped) return;
      // Everything else first, then the rest.
      if (nowMs - turnMs > TURN_MS) break;
      launch(startMs + next.value, nowMs);
      nowMs = performance.now();
    }
    if (next.done === true) resolve();
    else ticker.at(startMs + (typeof next.value === 'number' ? next.value : next.value.notBeforeMs));
  };
  using _first = beforeOthers();
  await using ticker = new Ticker(turn);
  await promise;
  signal.removeEventListener('abort', stop);
  const busy = performance.eventLoopUtilization(usage).utilization;
  return { durationMs: startMs === undefined ? 0 : performance.now() - startMs, busy: Number.isFinite(busy) ? busy : 0 };
}

/** Where it is allowed, whoever measures goes before what is measured: waiting for a core would count as the system's time. */
function beforeOthers(): Disposable {
  const usual = getPriority();
  const set = (priority: number): void => {
    try {
      setPriority(priority);
    } catch {
      // Not allowed: the engine's calibration and its own lateness say what that means.
    }
  };
  set(constants.priority.PRIORITY_HIGHEST);
  return { [Symbol.dispose]: () => set(usual) };
}
