const MOST_ATTEMPTS = 1_000;

/** Work under way: it can be told to end, and resolves when it has. */
export interface Working {
  /** Its own reason to end before its time. */
  readonly over: Promise<void>;
  readonly end: () => Promise<void>;
}

/** Where work counts. */
export class Tally {
  connections = 0;
  refused = 0;
  pieces = 0;
  said = '';
  readonly attempts: number[] = [];

  attempt(): void {
    if (this.attempts.length < MOST_ATTEMPTS) this.attempts.push(Date.now());
  }
}
