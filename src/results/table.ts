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
 * Millions of tests in about 30 bytes each: an open-addressing hash table over parallel arrays; names are not kept.
 * Which result of a test decides: the newest attempt; within one attempt the worst of the files that tell of it; within
 * one file the last run. A skip is not a run and never takes the place of one.
 */
export class CaseTable {
  size = 0;
  #slots = new Int32Array(2048).fill(-1);
  #high = new Uint32Array(1024);
  #low = new Uint32Array(1024);
  #attempt = new Uint16Array(1024);
  #file = new Int32Array(1024);
  #history = new Uint32Array(1024);
  /** Bits 0–2: status in the file read last; 3–5: worst of the attempt's other files; 6: failed in some run; 7: failed in some run of that file. */
  #state = new Uint8Array(1024);

  add(run: Run): Change {
    const index = this.#find(run.high, run.low);
    const isNew = index === this.size;
    if (isNew) this.#insert(run);
    const before = isNew ? undefined : this.#standing(index);
    const sameFile = !isNew && this.#file[index] === run.file;
    const inFileBefore = sameFile ? this.#standingInFile(index) : undefined;
    this.#fold(index, run, sameFile);
    return { index, before, after: this.#standing(index), inFileBefore, inFileAfter: this.#standingInFile(index) };
  }

  /** Whether the file that was read last for this test is this one. */
  isIn(file: number, high: number, low: number): boolean {
    const index = this.#find(high, low);
    return index < this.size && this.#file[index] === file;
  }

  /** The last statuses of a test, oldest first. */
  history(index: number): CaseStatus[] {
    const all: CaseStatus[] = [];
    for (let rest = this.#history[index] ?? 0; rest > 0; rest >>>= BITS) {
      const status = STATUSES[rest & 7];
      if (status !== undefined) all.unshift(status);
    }
    return all;
  }

  #fold(index: number, { attempt, file, status, earlier }: Run, sameFile: boolean): void {
    const code = CODES[status];
    let [current, other, failed, failedHere] = unpack(this.#state[index] ?? 0);
    if (!sameFile) {
      if (attempt > (this.#attempt[index] ?? 0)) {
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
    this.#attempt[index] = attempt;
    this.#file[index] = file;
    this.#state[index] = current | (other << 3) | (failed ? 64 : 0) | (failedHere ? 128 : 0);
    for (const run of earlier) this.#remember(index, CODES[run]);
    this.#remember(index, code);
  }

  #remember(index: number, code: number): void {
    this.#history[index] = (((this.#history[index] ?? 0) << BITS) & (2 ** (REMEMBERED * BITS) - 1)) | code;
  }

  #standing(index: number): Standing {
    const [current, other, failed] = unpack(this.#state[index] ?? 0);
    const status = STATUSES[Math.max(current, other)] ?? 'error';
    return { status, flaky: status === 'passed' && failed };
  }

  #standingInFile(index: number): Standing {
    const [current, , , failedHere] = unpack(this.#state[index] ?? 0);
    const status = STATUSES[current] ?? 'error';
    return { status, flaky: status === 'passed' && failedHere };
  }

  /** Number of the test with this hash, or `size` when it is new. */
  #find(high: number, low: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const index = this.#slots[slot] ?? -1;
      if (index === -1) return this.size;
      if (this.#low[index] === low && this.#high[index] === high) return index;
    }
  }

  #insert({ high, low, attempt, file }: Run): void {
    if (this.size === this.#high.length) this.#grow();
    const index = this.size;
    this.size += 1;
    this.#high[index] = high;
    this.#low[index] = low;
    this.#attempt[index] = attempt;
    this.#file[index] = file;
    this.#place(index);
  }

  #place(index: number): void {
    const mask = this.#slots.length - 1;
    let slot = (this.#low[index] ?? 0) & mask;
    while (this.#slots[slot] !== -1) slot = (slot + 1) & mask;
    this.#slots[slot] = index;
  }

  #grow(): void {
    const length = this.#high.length * 2;
    this.#high = enlarged(this.#high, new Uint32Array(length));
    this.#low = enlarged(this.#low, new Uint32Array(length));
    this.#attempt = enlarged(this.#attempt, new Uint16Array(length));
    this.#file = enlarged(this.#file, new Int32Array(length));
    this.#history = enlarged(this.#history, new Uint32Array(length));
    this.#state = enlarged(this.#state, new Uint8Array(length));
    this.#slots = new Int32Array(length * 2).fill(-1);
    for (let index = 0; index < this.size; index += 1) this.#place(index);
  }
}

function isFailure(code: number): boolean {
  return code >= CODES.failed;
}

function unpack(state: number): [current: number, other: number, failed: boolean, failedHere: boolean] {
  return [state & 7, (state >> 3) & 7, (state & 64) !== 0, (state & 128) !== 0];
}

function enlarged<T extends { set(from: T): void }>(from: T, to: T): T {
  to.set(from);
  return to;
}
