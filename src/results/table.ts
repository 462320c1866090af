import type { CaseStatus } from '../model/tests.ts';

/** Statuses in order of weight: of two results that both count, the higher one shows. 0 is none. */
const CODES = { skipped: 1, passed: 2, failed: 3, error: 4 } as const satisfies Record<CaseStatus, number>;
const STATUSES: readonly (CaseStatus | undefined)[] = [undefined, 'skipped', 'passed', 'failed', 'error'];

/** Statuses remembered of one test. */
const REMEMBERED = 10;
const BITS = 3;

export interface Run {
  readonly high: number;
  readonly low: number;
  readonly attempt: number;
  readonly file: number;
  readonly status: CaseStatus;
  readonly earlier: readonly CaseStatus[];
}

/** What a test amounts to: over everything, or within one file. */
export interface Standing {
  readonly status: CaseStatus;
  readonly flaky: boolean;
}

export interface Change {
  /** Number of the test, in order of appearance. */
  readonly index: number;
  readonly before: Standing | undefined;
  readonly after: Standing;
  readonly inFileBefore: Standing | undefined;
  readonly inFileAfter: Standing;
}

/**
 * Millions of tests in about 20 bytes each: an open-addressing hash table over columns; names are not kept. Columns grow
 * page by page, so that growing never needs the old and the new at once.
 * Which result of a test decides: the newest attempt; within one attempt the worst of the files that tell of it; within
 * one file the last run. A skip is not a run and never takes the place of one.
 */
export class CaseTable {
  size = 0;
  #slots = new Int32Array(2048).fill(-1);
  readonly #high = new Column(Uint32Array);
  readonly #low = new Column(Uint32Array);
  readonly #file = new UniformColumn();
  /** Bits 0–2: status in the file read last; 3–5: worst of the attempt's other files; 6: failed in some run; 7: failed in some run of that file. */
  readonly #state = new Column(Uint8Array);
  /** Three bits a run, of tests that ran more than once; few pages of a large run have any. */
  readonly #history = new Column(Uint32Array);
  /** Attempt of each file. */
  readonly #attempts: number[] = [];

  add(run: Run): Change {
    const index = this.#find(run.high, run.low);
    const isNew = index === this.size;
    this.#attempts[run.file] = run.attempt;
    if (isNew) this.#insert(run);
    const before = isNew ? undefined : this.#standing(index);
    const sameFile = !isNew && this.#file.get(index) === run.file;
    const inFileBefore = sameFile ? this.#standingInFile(index) : undefined;
    this.#fold(index, run, { isNew, sameFile });
    return { index, before, after: this.#standing(index), inFileBefore, inFileAfter: this.#standingInFile(index) };
  }

  /** What this test amounts to within this file, if that is the one read last for it. */
  statusIn(file: number, high: number, low: number): CaseStatus | undefined {
    const index = this.#find(high, low);
    return index < this.size && this.#file.get(index) === file ? STATUSES[this.#state.get(index) & 7] : undefined;
  }

  /** The last statuses of a test, oldest first. */
  history(index: number): CaseStatus[] {
    const all: CaseStatus[] = [];
    for (let rest = this.#history.get(index) || this.#state.get(index) & 7; rest > 0; rest >>>= BITS) {
      const status = STATUSES[rest & 7];
      if (status !== undefined) all.unshift(status);
    }
    return all;
  }

  #fold(index: number, { attempt, file, status, earlier }: Run, { isNew, sameFile }: { isNew: boolean; sameFile: boolean }): void {
    const code = CODES[status];
    const state = this.#state.get(index);
    let [current, other, failed, failedHere] = [state & 7, (state >> 3) & 7, (state & 64) !== 0, (state & 128) !== 0];
    const latest = current;
    if (!sameFile) {
      if (attempt > (this.#attempts[this.#file.get(index)] ?? 0)) {
        failed ||= isFailure(current) || isFailure(other);
        // What ran before stands when it is only skipped now.
        if (code === CODES.skipped) current = Math.max(current, other);
        else current = 0;
        other = 0;
      } else {
        other = Math.max(other, current);
        current = 0;
      }
      failedHere = false;
    }
    if (isFailure(current) && code !== CODES.skipped) failed = failedHere = true;
    if (earlier.some((run) => isFailure(CODES[run]))) failed = failedHere = true;
    if (code !== CODES.skipped || current === 0) current = code;
    this.#file.set(index, file);
    this.#state.set(index, current | (other << 3) | (failed ? 64 : 0) | (failedHere ? 128 : 0));
    if (isNew && earlier.length === 0) return;
    let history = this.#history.get(index) || (isNew ? 0 : latest);
    for (const run of [...earlier, status]) history = ((history << BITS) & (2 ** (REMEMBERED * BITS) - 1)) | CODES[run];
    this.#history.set(index, history);
  }

  #standing(index: number): Standing {
    const state = this.#state.get(index);
    const status = STATUSES[Math.max(state & 7, (state >> 3) & 7)] ?? 'error';
    return { status, flaky: status === 'passed' && (state & 64) !== 0 };
  }

  #standingInFile(index: number): Standing {
    const state = this.#state.get(index);
    const status = STATUSES[state & 7] ?? 'error';
    return { status, flaky: status === 'passed' && (state & 128) !== 0 };
  }

  /** Number of the test with this hash, or `size` when it is new. */
  #find(high: number, low: number): number {
    for (let slot = this.#home(low); ; slot = slot + 1 === this.#slots.length ? 0 : slot + 1) {
      const index = this.#slots[slot] ?? -1;
      if (index === -1) return this.size;
      if (this.#low.get(index) === low && this.#high.get(index) === high) return index;
    }
  }

  #insert({ high, low, file }: Run): void {
    const index = this.size;
    this.size += 1;
    this.#high.set(index, high);
    this.#low.set(index, low);
    this.#file.set(index, file);
    if (this.size * FULL > this.#slots.length) this.#grow();
    else this.#place(index);
  }

  #place(index: number): void {
    let slot = this.#home(this.#low.get(index));
    while (this.#slots[slot] !== -1) slot = slot + 1 === this.#slots.length ? 0 : slot + 1;
    this.#slots[slot] = index;
  }

  /** Where a hash belongs: by its upper bits, so that the table can have any size. */
  #home(low: number): number {
    return Math.floor((low / 2 ** 32) * this.#slots.length);
  }

  #grow(): void {
    const length = Math.ceil(this.#slots.length * GROWTH);
    // Only the new one at a time: everything can be put in its place again from the columns.
    this.#slots = new Int32Array(0);
    this.#slots = new Int32Array(length).fill(-1);
    for (let index = 0; index < this.size; index += 1) this.#place(index);
  }
}

/** Slots per test below which the hash table grows, and by how much. */
const FULL = 1.25;
const GROWTH = 1.5;
const PAGE_BITS = 14;
const PAGE = 2 ** PAGE_BITS;

/** Numbers in pages; what was never set is 0. */
class Column {
  readonly #pages: (Numbers | undefined)[] = [];
  readonly #type: new (length: number) => Numbers;

  constructor(type: new (length: number) => Numbers) {
    this.#type = type;
  }

  get(index: number): number {
    return this.#pages[index >>> PAGE_BITS]?.[index & (PAGE - 1)] ?? 0;
  }

  set(index: number, value: number): void {
    const page = (this.#pages[index >>> PAGE_BITS] ??= new this.#type(PAGE));
    page[index & (PAGE - 1)] = value;
  }
}

/** The same where most pages hold one number all over: the file that millions of tests come from. What was never set is not asked for. */
class UniformColumn {
  readonly #pages: (Numbers | number | undefined)[] = [];

  get(index: number): number {
    const page = this.#pages[index >>> PAGE_BITS];
    return typeof page === 'object' ? (page[index & (PAGE - 1)] ?? 0) : (page ?? 0);
  }

  set(index: number, value: number): void {
    const at = index >>> PAGE_BITS;
    const page = this.#pages[at];
    if (page === undefined) this.#pages[at] = value;
    else if (typeof page === 'object') page[index & (PAGE - 1)] = value;
    else if (page !== value) {
      const own = new Int32Array(PAGE).fill(page);
      own[index & (PAGE - 1)] = value;
      this.#pages[at] = own;
    }
  }
}

type Numbers = Uint32Array | Int32Array | Uint8Array;

function isFailure(code: number): boolean {
  return code >= CODES.failed;
}
