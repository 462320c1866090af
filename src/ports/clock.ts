/** Time, so that tests can hold it. */
export interface Clock {
  /** Wall-clock time as ISO 8601. */
  now(): string;
  /** Milliseconds on a clock that never jumps. */
  monotonicMs(): number;
  /** What `monotonicMs` lacks to the clock that all threads of this process have in common. */
  sharedOffsetMs(): number;
  /** Resolves after the time, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Launches every arrival at its time, whatever became of those before it. Resolves with the last one, or soon after the signal. */
  pace(arrivals: Iterable<Due>, pacing: Pacing): Promise<Paced>;
}

/** When an arrival is due; or that none is known to be before a time: asked again then, or when woken. */
export type Due = number | { readonly notBeforeMs: number };

/** Arrivals are milliseconds since the beginning, ascending; the times below are those of `monotonicMs`. */
export interface Pacing {
  /** Called once for each arrival, at or after its time, and once before all with the time of the beginning. */
  readonly launch: (dueMs: number, nowMs: number) => void;
  /** `wake` looks at once whether something is due. */
  readonly begin: (startMs: number, wake: () => void) => void;
  readonly signal: AbortSignal;
  /** The time of the beginning, on the clock of `monotonicMs`; as soon as it can without it. */
  readonly beginMs?: number;
}

export interface Paced {
  readonly durationMs: number;
  /** Share of the time in which this thread was busy, 0–1. */
  readonly busy: number;
}
