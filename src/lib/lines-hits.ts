/** Lines per page: sparse line numbers cost one page each, not an array up to the highest. */
const PAGE = 512;
const MOST = 2 ** 32 - 2;
/** Pages that are kept for the next file. */
const KEPT = 64;

/** Line numbers beyond this are nobody's source file. */
export const LAST_LINE = 10_000_000;

/** Hits per line of one source file, in about four bytes a line. Hits add up. */
export class LineHits {
  /** Each cell holds hits + 1; 0 is a line that nothing is known about. */
  readonly #pages = new Map<number, Uint32Array>();
  /** The page of the last line: reports go through a file in order. */
  #last = -1;
  #page: Uint32Array = new Uint32Array();

  /** Adds hits to a line; tells whether the line number was believable. */
  add(line: number, hits: number): boolean {
    if (!this.#turn(line)) return false;
    const cell = line % PAGE;
    this.#page[cell] = Math.min(MOST, Math.max(1, this.#page[cell] ?? 0) + clean(hits));
    return true;
  }

  /** Raises the hits of a line to at least `hits`. */
  raise(line: number, hits: number): boolean {
    if (!this.#turn(line)) return false;
    const cell = line % PAGE;
    this.#page[cell] = Math.max(this.#page[cell] ?? 0, Math.min(MOST, clean(hits)) + 1);
    return true;
  }

  /** Forgets all lines, and keeps the room that they took for the next file. */
  clear(): void {
    if (this.#pages.size > KEPT) {
      this.#pages.clear();
      this.#last = -1;
    } else for (const page of this.#pages.values()) page.fill(0);
  }

  /** How many lines are known. */
  get size(): number {
    let size = 0;
    for (const page of this.#pages.values()) for (const value of page) if (value > 0) size += 1;
    return size;
  }

  /** In ascending order, like a `Map`'s. */
  forEach(visit: (hits: number, line: number) => void): void {
    for (const number of [...this.#pages.keys()].sort((a, b) => a - b)) {
      const page = this.#pages.get(number) ?? new Uint32Array();
      for (let cell = 0; cell < page.length; cell += 1) {
        const value = page[cell] ?? 0;
        if (value > 0) visit(value - 1, number * PAGE + cell);
      }
    }
  }

  /** Lines in ascending order, with their hits. */
  *entries(): Generator<[line: number, hits: number]> {
    for (const number of [...this.#pages.keys()].sort((a, b) => a - b)) {
      const page = this.#pages.get(number);
      if (page === undefined) continue;
      for (let cell = 0; cell < PAGE; cell += 1) {
        const value = page[cell] ?? 0;
        if (value > 0) yield [number * PAGE + cell, value - 1];
      }
    }
  }

  toMap(): Map<number, number> {
    return new Map(this.entries());
  }

  #turn(line: number): boolean {
    if (!Number.isInteger(line) || line < 1 || line > LAST_LINE) return false;
    const number = Math.floor(line / PAGE);
    if (number === this.#last) return true;
    const known = this.#pages.get(number);
    this.#page = known ?? new Uint32Array(PAGE);
    if (known === undefined) this.#pages.set(number, this.#page);
    this.#last = number;
    return true;
  }
}

function clean(hits: number): number {
  return Number.isFinite(hits) && hits > 0 ? Math.ceil(hits) : 0;
}
