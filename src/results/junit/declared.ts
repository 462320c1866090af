import type { Producer } from './producer.ts';

/** What the start tag of a suite says about itself. */
export interface Declared {
  readonly tests: number | undefined;
  readonly failures: number | undefined;
  readonly errors: number | undefined;
  readonly skipped: number | undefined;
  readonly disabled: number | undefined;
}

/** What was counted in a suite: once over its own cases, once with those of the suites in it. */
export interface Tally {
  tests: number;
  failed: number;
  errors: number;
  skipped: number;
  /** Cases that failed first and passed in the end. */
  flaky: number;
  /** Further runs that one case holds, and of those the ones that failed and those that ended in an error. */
  reruns: number;
  failedRuns: number;
  errorRuns: number;
  /** Cases of the same name one after the other: pytest's failure in a test and again in its teardown is one test to it. */
  doubles: number;
  /** `<failure>` and `<error>` elements beyond the first of a case. */
  extra: number;
  /** Cases with a failure as well as an error. */
  both: number;
  /** Failing cases marked as to do: node:test counts them as failures and as skipped. */
  todo: number;
  /** Errors of the suite itself. */
  own: number;
  /** Cases that their producer leaves out of its counts: broken suites, packages and hooks. They are in no other number. */
  pseudo: number;
  /** Cases without a name: googletest writes a set-up of a suite that failed so, and counts it nowhere. */
  nameless: number;
  /** Tests that were not run for a warning, and are skipped here alone. */
  warned: number;
  /** `<skipped>` beside what outweighs it, or of a run that was run again. */
  hidden: number;
  /** Runs that a later case of the same name replaces. */
  silent: number;
  /** Passed cases that jest-junit may have left out of its count: a `todo` test looks the same. */
  todoish: number;
}

export interface SuiteCount {
  readonly declared: Declared;
  readonly producer: Producer | undefined;
  readonly own: Tally;
  readonly total: Tally;
  /** Suites directly inside; node:test counts each as one test. */
  readonly children: {
    suites: number;
    failing: number;
    skipping: number;
    /** What they state, added up; only of interest while each of them is borne out by its own cases. */
    readonly stated: Record<Claim['what'], number>;
    sound: boolean;
  };
}

export interface Claim {
  readonly what: 'tests' | 'failed' | 'errors' | 'skipped';
  readonly declared: number;
  readonly counted: number;
}

export function newTally(): Tally {
  return {
    tests: 0,
    failed: 0,
    errors: 0,
    skipped: 0,
    flaky: 0,
    reruns: 0,
    failedRuns: 0,
    errorRuns: 0,
    doubles: 0,
    extra: 0,
    both: 0,
    todo: 0,
    own: 0,
    pseudo: 0,
    nameless: 0,
    warned: 0,
    hidden: 0,
    silent: 0,
    todoish: 0,
  };
}

export function newChildren(): SuiteCount['children'] {
  return { suites: 0, failing: 0, skipping: 0, stated: { tests: 0, failed: 0, errors: 0, skipped: 0 }, sound: true };
}

export function addTally(to: Tally, from: Tally): void {
  for (const key of Object.keys(to) as (keyof Tally)[]) to[key] += from[key];
}

/**
 * Each stated number beside what was counted. Producers differ in what they count: nested suites or not, skipped tests
 * or not, errors apart or among the failures, reruns or not. `counted` is what the declared number means in some dialect
 * that a real producer speaks; where none bears it out, the plain count over everything inside.
 */
export function claims(suite: SuiteCount): Claim[] {
  const { declared, total, children } = suite;
  const views = fittingViews(suite);
  const all: readonly (readonly [Claim['what'], number | undefined, (view: View) => boolean, number])[] = [
    ['tests', declared.tests, (view) => testsFit(view, suite), total.tests],
    ['failed', declared.failures, (view) => failuresFit(view, suite), total.failed],
    ['errors', declared.errors, (view) => errorsFit(view, suite), total.errors + total.own],
    ['skipped', declared.skipped, (view) => skippedFit(view, suite), total.skipped],
  ];
  // A sum of sound parts is sound, in whatever dialect the parts speak.
  const isSum = (what: Claim['what'], stated: number): boolean =>
    children.suites > 0 && children.sound && suite.own.tests === 0 && stated === children.stated[what];
  return all.flatMap(([what, stated, bornOut, plain]) =>
    stated === undefined ? [] : [{ what, declared: stated, counted: views.some(bornOut) || isSum(what, stated) ? stated : plain }],
  );
}

/** One way of counting a suite. */
interface View extends Tally {
  /** Suites that are counted as tests. */
  readonly suites: number;
}

/** The ways of counting that the stated number of tests agrees with: failures must agree in the same way. */
function fittingViews(suite: SuiteCount): readonly View[] {
  const { declared, own, total, children } = suite;
  const views: View[] = [
    { ...total, suites: 0 },
    { ...own, suites: 0 },
    { ...own, failed: own.failed + children.failing, skipped: own.skipped + children.skipping, suites: children.suites },
  ];
  if (declared.tests === undefined) return views;
  const fitting = views.filter((view) => testsFit(view, suite));
  return fitting.length > 0 ? fitting : views.slice(0, 1);
}

function testsFit(view: View, { declared: { tests: stated = 0 }, producer }: SuiteCount): boolean {
  if (testsOf(view).has(stated)) return true;
  const { tests, doubles, reruns, silent, todoish } = view;
  switch (producer) {
    // Reruns count once per phase that ended well.
    case 'pytest':
      return stated >= tests - doubles && stated <= tests + 2 * silent;
    // Subtests that passed are counted and not written.
    case 'pytest-subtests':
      return stated >= tests - doubles;
    // Where a hook failed, the tests behind it are counted and not written.
    case 'mocha':
      return view.pseudo > 0 && stated >= tests;
    // It counts assertions; a case without one is not written.
    case 'catch2':
      return stated >= tests;
    case 'jest':
      return stated >= tests - todoish && stated <= tests;
    // After a rerun the attributes tell of the last run alone.
    case 'surefire':
      return reruns > 0 && stated <= tests + reruns;
    // Neither what was skipped nor what a fixture broke needs to be in it.
    case 'boost':
      return stated >= tests - view.skipped - view.errors && stated <= tests;
    case 'googletest':
      return stated === tests - view.nameless;
    default:
      return false;
  }
}

function testsOf(view: View): ReadonlySet<number> {
  const { tests, skipped, reruns, doubles, own, suites, pseudo } = view;
  const all = tests + suites;
  return new Set([all, all - skipped, all + reruns, all - doubles, all + own, all - doubles + own, all + pseudo]);
}

function failuresFit(view: View, { declared: { failures = 0, errors }, producer }: SuiteCount): boolean {
  if (producer === 'googletest' && failures === view.failed - view.nameless) return true;
  // With JUnit 4, surefire counts runs.
  if (producer === 'surefire' && failures === view.failed + view.failedRuns) return true;
  const { failed, flaky, extra, todo, own, pseudo } = view;
  const broken = failed + view.errors;
  const accepted = new Set([
    failed,
    broken,
    failed + flaky,
    broken + flaky,
    failed + todo,
    failed + extra,
    broken + extra,
    broken + own,
    failed + own,
    failed + pseudo,
    broken + pseudo,
  ]);
  return accepted.has(failures) || (errors !== undefined && sumsUp(view, failures + errors));
}

function errorsFit(view: View, { declared: { failures = 0, errors = 0 }, producer }: SuiteCount): boolean {
  if (producer === 'surefire' && errors === view.errors + view.errorRuns) return true;
  const { both, flaky, own, pseudo } = view;
  const accepted = new Set([view.errors, view.errors + own, view.errors + both, view.errors + flaky]);
  if (errors > view.errors && errors <= view.errors + pseudo) return true;
  return accepted.has(errors) || sumsUp(view, failures + errors);
}

/** Failures and errors are told apart differently by many producers: together they must agree. */
function sumsUp({ failed, errors, own, both, flaky, extra, pseudo }: View, stated: number): boolean {
  const broken = failed + errors;
  return stated > 0 && [broken, broken + own, broken + both, broken + flaky, broken + extra, broken + pseudo].includes(stated);
}

function skippedFit({ skipped, todo, warned, hidden, reruns, errors }: View, { declared, producer }: SuiteCount): boolean {
  const { skipped: stated = 0, disabled = 0 } = declared;
  if (stated > skipped && stated <= skipped + hidden) return true;
  if (producer === 'surefire' && reruns > 0 && stated < skipped) return true;
  // What a crash kept from running is written as skipped, and not counted.
  if (producer === 'boost' && errors > 0 && stated < skipped) return true;
  return [skipped, skipped - todo, skipped - disabled, skipped - warned].includes(stated);
}

/** A count as an attribute states it; `undefined` for what is no number. */
export function statedCount(attribute: string | undefined): number | undefined {
  return attribute !== undefined && /^\s*\d{1,12}\s*$/.test(attribute) ? Number(attribute) : undefined;
}
