/** Time, so that tests can hold it. */
export interface Clock {
  /** Wall-clock time as ISO 8601. */
  now(): string;
  /** Milliseconds on a clock that never jumps. */
  monotonicMs(): number;
  /** Resolves after the time, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
