import type { Ports } from '../../ports/index.ts';

const STEP_MS = 50;

/** How long this process was held up, all in all: time in which nobody here could have read an answer. */
export interface Lag {
  /** Milliseconds since it began. */
  readonly heldUpMs: () => number;
}

/** Measures by short sleeps that end late, until the signal. */
export function startLag({ clock }: Pick<Ports, 'clock'>, signal: AbortSignal): Lag {
  let heldUpMs = 0;
  const measure = async (): Promise<void> => {
    while (!signal.aborted) {
      const dueMs = clock.monotonicMs() + STEP_MS;
      await clock.sleep(STEP_MS, signal).catch(() => undefined);
      const lateMs = clock.monotonicMs() - dueMs;
      // A timer is always a little late.
      if (!signal.aborted && lateMs > STEP_MS) heldUpMs += lateMs;
    }
  };
  void measure();
  return { heldUpMs: () => heldUpMs };
}
