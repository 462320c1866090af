/** Lines per page: sparse line numbers cost one page each. */
const PAGE = 1_024;
const WORDS = PAGE / 32;

/** Which lines of one source file are known, and which of them ran: two bits a line, whatever number of reports is merged. */
export class LineSet {
  /** The first half of a page says which lines are known, the second which ran. */
  readonly #pages = new Map<number, Uint32Array>();
  #last = -1;
  #page: Uint32Array = new Uint32Array();

  add(line: number, ran: boolean): void {
    const number = Math.floor(line / PAGE);
    if (number !== this.#last) this.#turn(number);
    const cell = line % PAGE;
    const word = cell >>> 5;
    const bit = 1 << (cell & 31);
    this.#page[word] = (this.#page[word] ?? 0) | bit;
    if (ran) this.#page[word + WORDS] = (this.#page[word + WORDS] ?? 0) | bit;
  }

  merge(other: LineSet): void {
    other.forEach((line, ran) => this.add(line, ran));
  }

  get empty(): boolean {
    return this.#pages.size === 0;
  }

  counts(): { covered: number; total: number } {
    let [covered, total] = [0, 0];
    for (const page of this.#pages.values()) {
      for (let word = 0; word < WORDS; word += 1) {
        total += ones(page[word] ?? 0);
        covered += ones(page[word + WORDS] ?? 0);
      }
    }
    return { covered, total };
  }

  /** In ascending order. */
  forEach(visit: (line: number, ran: boolean) => void): void {
    for (const number of [...this.#pages.keys()].sort((a, b) => a - b)) {
      const page = this.#pages.get(number) ?? new Uint32Array();
      for (let word = 0; word < WORDS; word += 1) {
        const [known, ran] = [page[word] ?? 0, page[word + WORDS] ?? 0];
        if (known === 0) continue;
        for (let bit = 0; bit < 32; bit += 1) {
          if ((known >>> bit) & 1) visit(number * PAGE + word * 32 + bit, ((ran >>> bit) & 1) === 1);
        }
      }
    }
  }

  #turn(number: number): void {
    const known = this.#pages.get(number);
    this.#page = known ?? new Uint32Array(2 * WORDS);
    if (known === undefined) this.#pages.set(number, this.#page);
    this.#last = number;
  }
}

function ones(word: number): number {
  let rest = word - ((word >>> 1) & 0x55555555);
  rest = (rest & 0x33333333) + ((rest >>> 2) & 0x33333333);
  return Math.imul((rest + (rest >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
