import type { Clock } from '../clock.ts';
import { sharedOffsetMs } from './shared-clock.ts';
import { pace } from './pace.ts';

/** The real time. */
export const nodeClock: Clock = {
  now: () => new Date().toISOString(),
  monotonicMs: () => performance.now(),
  sharedOffsetMs,
  sleep: (ms, signal) => sleep(ms, signal),
  pace,
};

function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(asError(signal.reason));
      return;
    }
    const timer = setTimeout(finish, timerMs(ms));
    signal?.addEventListener('abort', stop, { once: true });

    function finish(): void {
      signal?.removeEventListener('abort', stop);
      resolve();
    }
    function stop(): void {
      clearTimeout(timer);
      reject(asError(signal?.reason));
    }
  });
}

/** Node fires timers beyond 2³¹ − 1 ms at once (https://nodejs.org/api/timers.html#settimeoutcallback-delay-args). */
export function timerMs(ms: number): number {
  return Math.min(Math.max(0, ms), 2 ** 31 - 1);
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('aborted', { cause: reason });
}
