import { Worker } from 'node:worker_threads';

import { sharedOffsetMs } from './shared-clock.ts';

/** Cells of the common memory. Times are in `UNIT_MS` since this thread began, so that eleven hours fit. */
const STOP = 0;
const POSTED = 1;
const EPOCH = 2;
const AT = 3;
const UNTIL = 4;
const UNIT_MS = 0.02;

/**
 * Wakes this thread when it is to be woken, from a thread that sleeps with `Atomics.wait`: timers fire a whole millisecond late
 * (docs/adr/0012-load-engine.md). The first time, at once. Ticks that come while this thread is busy become one.
 */
export class Ticker implements AsyncDisposable {
  readonly #cell = new Int32Array(new SharedArrayBuffer(5 * Int32Array.BYTES_PER_ELEMENT));
  readonly #worker: Worker;

  constructor(onTick: () => void) {
    const workerData = { cell: this.#cell, beganMs: sharedOffsetMs(), unitMs: UNIT_MS };
    this.#worker = new Worker(THREAD, { eval: true, workerData, stdout: false, stderr: false });
    this.#worker.on('message', () => {
      Atomics.store(this.#cell, POSTED, 0);
      onTick();
    });
  }

  /** When to wake next, on the clock of `performance.now()`: until it says so again, it wakes every 0.2 ms from then on. */
  at(ms: number): void {
    const at = Math.ceil(ms / UNIT_MS);
    Atomics.store(this.#cell, AT, at);
    if (Atomics.load(this.#cell, UNTIL) > at) this.#stir();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    Atomics.store(this.#cell, STOP, 1);
    this.#stir();
    await this.#worker.terminate();
  }

  #stir(): void {
    Atomics.add(this.#cell, EPOCH, 1);
    Atomics.notify(this.#cell, EPOCH);
  }
}

// Said first, looked at again afterwards: whoever moves the time meanwhile is either seen, or sees for how long this sleeps.
const THREAD = `
const { parentPort, workerData: { cell, beganMs, unitMs } } = require('node:worker_threads');
const { constants, setPriority } = require('node:os');
const [STOP, POSTED, EPOCH, AT, UNTIL] = [0, 1, 2, 3, 4];
const MOST_MS = 20;
const POLL_MS = 0.1;
try {
  setPriority(constants.priority.PRIORITY_HIGHEST);
} catch {}
const shift = (${sharedOffsetMs.toString()})() - beganMs;
while (Atomics.load(cell, STOP) === 0) {
  const epoch = Atomics.load(cell, EPOCH);
  const at = Atomics.load(cell, AT);
  const leftMs = at * unitMs - performance.now() - shift;
  if (leftMs <= 0) {
    if (Atomics.exchange(cell, POSTED, 1) === 0) parentPort.postMessage(0);
    Atomics.wait(cell, EPOCH, epoch, POLL_MS);
    continue;
  }
  Atomics.store(cell, UNTIL, at);
  if (Atomics.load(cell, AT) === at) Atomics.wait(cell, EPOCH, epoch, Math.min(leftMs, MOST_MS));
  Atomics.store(cell, UNTIL, 0);
}
`;
