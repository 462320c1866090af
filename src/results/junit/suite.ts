import type { CaseResult } from '../../model/tests.ts';
import type { OpenCase, Outcome } from './case.ts';
import type { Claim, SuiteCount } from './declared.ts';
import { isAgain } from './producer.ts';

/** A suite while it is read. */
export interface Suite extends SuiteCount {
  readonly scope: string;
  /** Names of the suites from the outermost to this one; `undefined` for the root element. */
  readonly path: string | undefined;
  readonly file: string | undefined;
  /** `hostname`: with playwright, the project that the tests ran in. */
  readonly project: string | undefined;
  problems: Outcome[];
  stderr: string;
  previous: CaseResult | undefined;
}

/** Adds what a suite turned out to be to the one around it. */
export function addChild({ children }: SuiteCount, suite: SuiteCount, all: readonly Claim[]): void {
  const { total } = suite;
  children.suites += 1;
  if (total.failed + total.errors + total.own > 0) children.failing += 1;
  if (total.skipped > 0) children.skipping += 1;
  children.sound &&= suite.children.sound && all.every(({ declared, counted }) => declared === counted);
  const plain = { tests: total.tests, failed: total.failed, errors: total.errors, skipped: total.skipped };
  for (const { what, declared } of all) plain[what] = declared;
  for (const what of Object.keys(plain) as Claim['what'][]) children.stated[what] += plain[what];
}

/** Counts a case in its suite, in all the ways that some producer counts. */
export function tally(suite: Suite, result: CaseResult, { outcomes, attributes, repetition }: OpenCase): void {
  const { own, previous } = suite;
  // trainer counts tests, by their last repetition.
  if (isAgain(repetition) && previous?.name === result.name && previous.class === result.class) {
    own.tests -= 1;
    if (previous.status === 'failed') own.failed -= 1;
  }
  own.tests += 1;
  if (result.name === suite.previous?.name && result.class === suite.previous.class) own.doubles += 1;
  suite.previous = result;
  if (suite.producer === 'jest' && result.status === 'passed' && attributes['time'] === '0') own.todoish += 1;
  if (result.status === 'failed') own.failed += 1;
  if (result.status === 'error') own.errors += 1;
  if (result.status === 'skipped') own.skipped += 1;
  if (outcomes.length === 0) return;
  if (result.name === '') own.nameless += 1;
  const failures = outcomes.filter(({ element }) => element === 'failure').length;
  const errors = outcomes.filter(({ element }) => element === 'error').length;
  if (result.status === 'skipped' && failures + errors > 0) own.todo += 1;
  if (result.status === 'passed' && result.earlier !== undefined) own.flaky += 1;
  if (result.status === 'skipped' && outcomes.every(({ element }) => element === 'warning')) own.warned += 1;
  if (result.status !== 'skipped' && outcomes.some(({ element }) => element === 'skipped')) own.hidden += 1;
  for (const run of result.earlier ?? []) {
    own.reruns += 1;
    if (run === 'failed') own.failedRuns += 1;
    if (run === 'error') own.errorRuns += 1;
  }
  own.extra += Math.max(0, failures + errors - 1);
  if (failures > 0 && errors > 0) own.both += 1;
}
