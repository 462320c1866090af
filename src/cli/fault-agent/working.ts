/** Work under way: it can be told to end, and resolves when it has. */
export interface Working {
  /** Its own reason to end before its time. */
  readonly over: Promise<void>;
  readonly end: () => Promise<void>;
  /** Looked in at regular intervals: reads its orders, lets go what is over. */
  readonly tick?: () => void;
}

/** Where work counts. */
export class Tally {
  connections = 0;
  refused = 0;
  pieces = 0;
  said = '';
  orders = 0;
  attempts = 0;
}
