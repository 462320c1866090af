import type { CaseResult } from '../../model/tests.ts';
import type { ResultEvent } from '../contract.ts';

/** Tests that are held until their suites have ended; of more, the first are told as they stand. */
const HELD = 50_000;
/** Characters of names and messages that are held. */
const TEXT = 20_000_000;

/** Holds tests, in bounded memory, while a tear-down of a suite around them can still fail them. */
export class Held {
  readonly #emit: (event: ResultEvent) => void;
  #results: CaseResult[] = [];
  #text = 0;
  /** Tests that were told already. */
  #told = { tests: 0, failed: 0, errors: 0, skipped: 0 };
  /** Errors of suites: no tests. */
  #suites = 0;

  constructor(emit: (event: ResultEvent) => void) {
    this.#emit = emit;
  }

  /** Tests so far. */
  get tests(): number {
    return this.#told.tests + this.#results.length;
  }

  get tally(): { readonly tests: number; readonly failed: number; readonly errors: number; readonly skipped: number } {
    const tally = { ...this.#told, tests: this.tests };
    for (const { status } of this.#results) count(tally, status);
    return tally;
  }

  /** `test`: false for the error of a suite, which is told at once and counted apart. */
  add(result: CaseResult, test = true): void {
    if (!test) {
      this.#suites += 1;
      this.#emit({ type: 'case', result: copied(result), sibling: true });
      return;
    }
    if (this.#results.length >= HELD || this.#text >= TEXT) this.flush();
    const own = copied(result);
    this.#text += own.name.length + (own.suite?.length ?? 0) + (own.message?.length ?? 0) + (own.detail?.length ?? 0);
    this.#results.push(own);
  }

  /** Fails what passed from this test on. True where some of these are out of reach, or there is none. */
  failFrom(first: number, message: string): boolean {
    const from = Math.max(0, first - this.#told.tests);
    for (let at = from; at < this.#results.length; at += 1) {
      const result = this.#results[at];
      if (result?.status === 'passed') this.#results[at] = { ...result, status: 'failed', message };
    }
    return first < this.#told.tests || from >= this.#results.length;
  }

  /** Tests from this one on, and suites anywhere, that did not end well. */
  badFrom(first: number): number {
    const held = this.#results
      .slice(Math.max(0, first - this.#told.tests))
      .filter(({ status }) => status === 'failed' || status === 'error');
    return held.length + this.#suites + (first < this.#told.tests ? this.#told.failed + this.#told.errors : 0);
  }

  flush(): void {
    // Robot warns of two tests of one name, and runs both.
    for (const result of this.#results) {
      count(this.#told, result.status);
      this.#emit({ type: 'case', result, sibling: true });
    }
    this.#told.tests += this.#results.length;
    this.#results = [];
    this.#text = 0;
  }
}

function count(tally: { failed: number; errors: number; skipped: number }, status: CaseResult['status']): void {
  if (status === 'failed') tally.failed += 1;
  if (status === 'error') tally.errors += 1;
  if (status === 'skipped') tally.skipped += 1;
}

/** A string that is cut from a piece of the file keeps all of the piece in memory. */
function copied(result: CaseResult): CaseResult {
  return JSON.parse(JSON.stringify(result)) as CaseResult;
}
