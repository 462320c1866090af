import { z } from 'zod';

import type { CaseResult } from '../../model/tests.ts';
import type { ResultEvent } from '../contract.ts';
import { isOutsideTests } from './test.ts';

const Count = z.number().nullish().catch(undefined);
const Stats = z.object({ tests: Count, pending: Count, failures: Count, testsRegistered: Count, other: Count });
type Stats = z.output<typeof Stats>;

/** Pending tests that are known by their number alone and told nevertheless. */
const UNNAMED = 10_000;

/** Counts what is told, to check it against the report's own numbers at its end. */
export class MochaTally {
  readonly #emit: (event: ResultEvent) => void;
  #stats: Stats | undefined;
  #tests = 0;
  #failed = 0;
  #outside = 0;
  #pending = 0;

  constructor(emit: (event: ResultEvent) => void) {
    this.#emit = emit;
  }

  stats(value: unknown): void {
    this.#stats = Stats.safeParse(value).data;
  }

  /** `again`: the same test once more (its callback was called twice), and no other test of the same title. */
  add(result: CaseResult, again = false): void {
    if (isOutsideTests(result.name)) this.#outside += 1;
    else if (!again) this.#tests += 1;
    if (result.status === 'failed') this.#failed += 1;
    if (result.status === 'skipped') this.#pending += 1;
    this.#emit({ type: 'case', result, sibling: !again });
  }

  /** Tells the pending tests that the reporter has a number of and no names. */
  tellPending(): void {
    const untold = Math.min((this.#stats?.pending ?? 0) - this.#pending, UNNAMED);
    for (let nth = 0; nth < untold; nth += 1)
      this.add({ name: 'a pending test', status: 'skipped', message: 'the reporter names no pending tests' });
  }

  /** Mocha counts hooks that failed among the failures; mochawesome keeps them apart, and tells tests that a hook kept from running. */
  check(): void {
    const { tests, failures, pending, testsRegistered, other } = this.#stats ?? {};
    this.#declare('tests', testsRegistered ?? tests, this.#tests);
    // mochawesome-merge keeps the hooks out of the failures, and counts none of them.
    const merged = testsRegistered !== undefined && !other && failures === this.#failed;
    if (typeof failures === 'number' && !merged) this.#declare('failed', failures + (other ?? 0), this.#failed + this.#outside);
    if (testsRegistered === undefined) this.#declare('skipped', pending, this.#pending);
  }

  #declare(what: 'tests' | 'failed' | 'skipped', declared: number | null | undefined, counted: number): void {
    if (declared !== null && declared !== undefined) this.#emit({ type: 'declared', scope: 'stats', what, declared, counted });
  }
}
