import { Worker } from 'node:worker_threads';

/**
 * Wakes this thread about every 0.2 ms, from a thread that sleeps with `Atomics.wait`: timers fire a whole millisecond late
 * (docs/adr/0012-load-engine.md). Ticks that come while this thread is busy become one.
 */
export class Ticker implements AsyncDisposable {
  readonly #cell = new Int32Array(new SharedArrayBuffer(8));
  readonly #worker: Worker;

  constructor(onTick: () => void) {
    this.#worker = new Worker(THREAD, { eval: true, workerData: this.#cell, stdout: false, stderr: false });
    this.#worker.on('message', () => {
      Atomics.store(this.#cell, 1, 0);
      onTick();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    Atomics.store(this.#cell, 0, 1);
    await this.#worker.terminate();
  }
}

const THREAD = `
const { parentPort, workerData: cell } = require('node:worker_threads');
const { constants, setPriority } = require('node:os');
try {
  setPriority(constants.priority.PRIORITY_HIGHEST);
} catch {}
while (Atomics.load(cell, 0) === 0) {
  Atomics.wait(cell, 0, 0, 0.1);
  if (Atomics.exchange(cell, 1, 1) === 0) parentPort.postMessage(0);
}
`;
