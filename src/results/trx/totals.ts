import type { CaseStatus } from '../../model/tests.ts';
import type { ResultEvent } from '../contract.ts';
import { countOf } from '../xml-report.ts';

/** Results by how they ended. */
interface Tally {
  all: number;
  failed: number;
  error: number;
  skipped: number;
}

/** Counters of outcomes that are errors here. */
const ERRORS = ['error', 'timeout', 'aborted', 'passedButRunAborted', 'notRunnable', 'disconnected', 'inProgress', 'pending'];

/**
 * `<Counters>` beside what was counted. vstest counts a test as well as its data rows, MSTest.exe the test alone, and
 * both leave `notExecuted` at 0 for tests that were skipped: only `executed` tells of them.
 */
export class Totals {
  readonly #emit: (event: ResultEvent) => void;
  /** Leaves; every result; results that are in no other. */
  readonly #views: readonly [leaves: Tally, every: Tally, top: Tally] = [newTally(), newTally(), newTally()];
  #stated: Readonly<Record<string, string>> | undefined;

  constructor(emit: (event: ResultEvent) => void) {
    this.#emit = emit;
  }

  /** Tests that did not end well. */
  get bad(): number {
    return this.#views[0].failed + this.#views[0].error;
  }

  add(status: CaseStatus, { counted, nested }: { readonly counted: boolean; readonly nested: boolean }): void {
    const [leaves, every, top] = this.#views;
    for (const view of [every, ...(counted ? [leaves] : []), ...(nested ? [] : [top])]) {
      view.all += 1;
      if (status !== 'passed') view[status] += 1;
    }
  }

  state(counters: Readonly<Record<string, string>>): void {
    this.#stated ??= counters;
  }

  tell(): void {
    const counters = this.#stated;
    const [total, failed, executed] = ['total', 'failed', 'executed'].map((name) => countOf(counters?.[name]));
    if (counters === undefined || total === undefined) return;
    const [leaves] = this.#views;
    const fitting = this.#views.filter(({ all }) => all === total);
    const views = fitting.length > 0 ? fitting : [leaves];
    const errors = ERRORS.reduce((sum, name) => sum + (countOf(counters[name]) ?? 0), 0);
    const unrun = (countOf(counters['notExecuted']) ?? 0) + (countOf(counters['inconclusive']) ?? 0);
    const skipped = unrun > 0 || executed === undefined ? unrun : total - executed;
    const tell = (what: 'tests' | 'failed' | 'errors' | 'skipped', declared: number, fits: (view: Tally) => boolean): void => {
      const plain = { tests: leaves.all, failed: leaves.failed, errors: leaves.error, skipped: leaves.skipped }[what];
      this.#emit({ type: 'declared', scope: 'counters', what, declared, counted: views.some(fits) ? declared : plain });
    };
    // What failed and what broke is told apart differently: together they must agree.
    const together = (view: Tally): boolean => view.failed + view.error === (failed ?? 0) + errors;
    tell('tests', total, ({ all }) => all === total);
    if (failed !== undefined) tell('failed', failed, (view) => view.failed === failed || together(view));
    if (errors > 0 || leaves.error > 0) tell('errors', errors, (view) => view.error === errors || together(view));
    tell('skipped', skipped, (view) => view.skipped === skipped || (view.skipped > 0 && skipped === 0));
  }
}

function newTally(): Tally {
  return { all: 0, failed: 0, error: 0, skipped: 0 };
}
