/** What a person sees while the gate works. Sinks write reports; this only tells progress. */
export interface Progress {
  /** One line now: a stage starts, a service turned healthy. */
  say(line: string): void;
  /** A line that may be replaced by the next one on a terminal. */
  update(line: string): void;
  warn(line: string): void;
}
