const NOW = 0;
const MOST = 1;

/** Arrivals under way, counted in memory that the threads of a load have in common: all of them hold sockets of one process. */
export class UnderWay {
  readonly cell: Int32Array<SharedArrayBuffer>;

  constructor(cell = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT))) {
    this.cell = cell;
  }

  get count(): number {
    return Atomics.load(this.cell, NOW);
  }

  /** At once, at any time so far. */
  get most(): number {
    return Atomics.load(this.cell, MOST);
  }

  enter(): void {
    const now = Atomics.add(this.cell, NOW, 1) + 1;
    for (let most = this.most; now > most; most = this.most) Atomics.compareExchange(this.cell, MOST, most, now);
  }

  leave(times = 1): void {
    Atomics.sub(this.cell, NOW, times);
  }
}
