/** Lines of the near part, which is one buffer that grows; what lies beyond stands on pages of its own. */
const NEAR = 65_536;
const PAGE = 1_024;
/** Two words for 32 lines: which are known, and which ran. */
const FIRST = 16;

/** Which lines of one source file are known, and which of them ran: two bits a line, whatever number of reports is merged. */
export class LineSet {
  #near: Uint32Array = new Uint32Array(FIRST);
  /** Generated code of hundreds of thousands of lines, and line numbers that somebody made up. */
  #far: Map<number, Uint32Array> | undefined;
  /** The highest line that is known. */
  last = 0;
  #total = 0;
  #covered = 0;

  add(line: number, ran: boolean): void {
    const words = line < NEAR ? this.#nearTo(line) : this.#farPage(line);
    const word = ((line < NEAR ? line : line % PAGE) >>> 5) * 2;
    const bit = 1 << (line & 31);
    const known = words[word] ?? 0;
    if ((known & bit) === 0) {
      words[word] = known | bit;
      this.#total += 1;
      if (line > this.last) this.last = line;
    }
    const before = words[word + 1] ?? 0;
    if (!ran || (before & bit) !== 0) return;
    words[word + 1] = before | bit;
    this.#covered += 1;
  }

  merge(other: LineSet): void {
    other.forEach((line, ran) => this.add(line, ran));
  }

  get empty(): boolean {
    return this.#total === 0;
  }

  counts(): { covered: number; total: number } {
    return { covered: this.#covered, total: this.#total };
  }

  /** In ascending order. */
  forEach(visit: (line: number, ran: boolean) => void): void {
    eachBit(this.#near, 0, visit);
    const far = this.#far;
    if (far === undefined) return;
    for (const number of [...far.keys()].sort((a, b) => a - b)) eachBit(far.get(number) ?? new Uint32Array(), number * PAGE, visit);
  }

  #nearTo(line: number): Uint32Array {
    const needed = (line >>> 5) * 2 + 2;
    if (needed <= this.#near.length) return this.#near;
    const grown = new Uint32Array(Math.max(needed, Math.min(this.#near.length * 2, NEAR / 16)));
    grown.set(this.#near);
    this.#near = grown;
    return grown;
  }

  #farPage(line: number): Uint32Array {
    this.#far ??= new Map();
    const number = Math.floor(line / PAGE);
    let page = this.#far.get(number);
    if (page === undefined) {
      page = new Uint32Array(PAGE / 16);
      this.#far.set(number, page);
    }
    return page;
  }
}

function eachBit(words: Uint32Array, first: number, visit: (line: number, ran: boolean) => void): void {
  for (let word = 0; word < words.length; word += 2) {
    const [known, ran] = [words[word] ?? 0, words[word + 1] ?? 0];
    if (known === 0) continue;
    for (let bit = 0; bit < 32; bit += 1) {
      if ((known >>> bit) & 1) visit(first + word * 16 + bit, ((ran >>> bit) & 1) === 1);
    }
  }
}
