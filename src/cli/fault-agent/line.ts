import type { Socket } from 'node:net';

/** Bytes that may wait in one direction before its source is asked to. */
const MOST_WAITING = 4_000_000;
/** So large a piece is sent at once when a rate is kept: smaller than most requests, or there is nothing to see. */
const PIECE_BYTES = 1_024;

export interface LineOptions {
  /** Milliseconds for the next piece. */
  readonly delayMs: () => number;
  readonly bytesPerSecond?: number | undefined;
  /** Bytes that pass; then nothing does. */
  readonly most?: number | undefined;
  readonly onMost?: () => void;
  /** Asked of each piece: nothing passes behind it. */
  readonly isLast?: ((bytes: Buffer) => boolean) | undefined;
  readonly moved: () => void;
}

interface Piece {
  readonly dueMs: number;
  /** `undefined` is the end of what is said. */
  readonly bytes: Buffer | undefined;
}

/** One direction of a connection: what comes in goes out in order, later. */
export class Line {
  readonly #to: Socket;
  readonly #from: Socket;
  readonly #options: LineOptions;
  readonly #waiting: Piece[] = [];
  #waitingBytes = 0;
  #lastMs = 0;
  #passed = 0;
  #free = false;
  #timer: NodeJS.Timeout | undefined;
  /** Nothing passes any more. */
  stalled = false;
  /** Something was kept from passing. */
  withheld = false;

  constructor(from: Socket, to: Socket, options: LineOptions) {
    this.#from = from;
    this.#to = to;
    this.#options = options;
    if (options.most === 0) this.stalled = true;
    from.on('data', (chunk: Buffer) => this.#take(chunk));
    from.on('end', () => this.#book(undefined, 0));
    to.on('close', () => clearTimeout(this.#timer));
  }

  /** From now on everything passes as it comes, what waits included. */
  release(): void {
    this.#free = true;
    this.#flush();
  }

  #take(chunk: Buffer): void {
    const { bytesPerSecond, delayMs } = this.#options;
    this.#options.moved();
    if (bytesPerSecond === undefined || this.#free) {
      this.#book(chunk, this.#free ? 0 : delayMs());
      return;
    }
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      const piece = chunk.subarray(at, at + PIECE_BYTES);
      // Its own time on the line comes after that of the pieces before it.
      this.#lastMs = Math.max(this.#lastMs, Date.now()) + (piece.length / bytesPerSecond) * 1_000;
      this.#book(piece, delayMs());
    }
  }

  #book(bytes: Buffer | undefined, delayMs: number): void {
    // What was said first arrives first, whatever its delay.
    const last = this.#waiting.at(-1)?.dueMs ?? 0;
    const dueMs = Math.max(last, this.#lastMs, Date.now() + (bytes === undefined && !this.#free ? this.#options.delayMs() : delayMs));
    this.#waiting.push({ dueMs, bytes });
    this.#waitingBytes += bytes?.length ?? 0;
    if (this.#waitingBytes > MOST_WAITING) this.#from.pause();
    this.#flush();
  }

  #flush(): void {
    clearTimeout(this.#timer);
    for (;;) {
      const [next] = this.#waiting;
      if (next === undefined) return;
      const waitMs = this.#free ? 0 : next.dueMs - Date.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.#flush(), Math.ceil(waitMs));
        return;
      }
      this.#waiting.shift();
      this.#waitingBytes -= next.bytes?.length ?? 0;
      if (this.#waitingBytes <= MOST_WAITING) this.#from.resume();
      this.#send(next.bytes);
    }
  }

  #send(bytes: Buffer | undefined): void {
    const { onMost, moved } = this.#options;
    const most = this.#free ? undefined : this.#options.most;
    moved();
    if (this.stalled) {
      const first = bytes !== undefined && !this.withheld;
      if (bytes !== undefined) this.withheld = true;
      if (first && this.#options.isLast !== undefined) onMost?.();
      if (most === 0 && this.#passed === 0 && bytes !== undefined) {
        this.#passed = 1;
        onMost?.();
      }
      return;
    }
    if (bytes === undefined) {
      this.#to.end();
      return;
    }
    const left = most === undefined ? bytes.length : most - this.#passed;
    this.#passed += bytes.length;
    if (!this.#to.writable) return;
    if (left >= bytes.length && this.#passed !== most) {
      this.#to.write(bytes);
      if (!this.#free && this.#options.isLast?.(bytes) === true) this.stalled = true;
      return;
    }
    this.stalled = true;
    this.withheld = left < bytes.length;
    this.#to.write(bytes.subarray(0, left), () => onMost?.());
  }
}
