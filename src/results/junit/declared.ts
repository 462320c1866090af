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
  /** Further runs that one case holds. */
  reruns: number;
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
}

export interface SuiteCount {
  readonly declared: Declared;
  readonly own: Tally;
  readonly total: Tally;
  /** Suites directly inside; node:test counts each as one test. */
  readonly children: { suites: number; failing: number; skipping: number };
}

export interface Claim {
  readonly what: 'tests' | 'failed' | 'errors' | 'skipped';
  readonly declared: number;
  readonly counted: number;
}

export function newTally(): Tally {
  return { tests: 0, failed: 0, errors: 0, skipped: 0, flaky: 0, reruns: 0, doubles: 0, extra: 0, both: 0, todo: 0, own: 0 };
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
  const { declared, total } = suite;
  const views = fittingViews(suite);
  const all: readonly (readonly [Claim['what'], number | undefined, (view: View) => boolean, number])[] = [
    ['tests', declared.tests, (view) => testsOf(view).has(declared.tests ?? 0), total.tests],
    ['failed', declared.failures, (view) => failuresFit(view, declared), total.failed],
    ['errors', declared.errors, (view) => errorsFit(view, declared), total.errors + total.own],
    ['skipped', declared.skipped, (view) => skippedFit(view, declared), total.skipped],
  ];
  return all.flatMap(([what, stated, bornOut, plain]) =>
    stated === undefined ? [] : [{ what, declared: stated, counted: views.some(bornOut) ? stated : plain }],
  );
}

/** One way of counting a suite. */
interface View extends Tally {
  /** Suites that are counted as tests. */
  readonly suites: number;
}

/** The ways of counting that the stated number of tests agrees with: failures must agree in the same way. */
function fittingViews({ declared, own, total, children }: SuiteCount): readonly View[] {
  const views: View[] = [
    { ...total, suites: 0 },
    { ...own, suites: 0 },
    { ...own, failed: own.failed + children.failing, skipped: own.skipped + children.skipping, suites: children.suites },
  ];
  if (declared.tests === undefined) return views;
  const fitting = views.filter((view) => testsOf(view).has(declared.tests ?? 0));
  return fitting.length > 0 ? fitting : views.slice(0, 1);
}

function testsOf(view: View): ReadonlySet<number> {
  const { tests, skipped, reruns, doubles, own, suites } = view;
  const all = tests + suites;
  return new Set([all, all - skipped, all + reruns, all - doubles, all + own, all - doubles + own]);
}

function failuresFit(view: View, { failures = 0, errors }: Declared): boolean {
  const { failed, flaky, extra, todo, own } = view;
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
  ]);
  return accepted.has(failures) || (errors !== undefined && sumsUp(view, failures + errors));
}

function errorsFit(view: View, { failures = 0, errors = 0 }: Declared): boolean {
  const { both, flaky, own } = view;
  const accepted = new Set([view.errors, view.errors + own, view.errors + both, view.errors + flaky]);
  return accepted.has(errors) || sumsUp(view, failures + errors);
}

/** Failures and errors are told apart differently by many producers: together they must agree. */
function sumsUp({ failed, errors, own, both, flaky }: View, stated: number): boolean {
  const broken = failed + errors;
  return stated > 0 && [broken, broken + own, broken + both, broken + flaky].includes(stated);
}

function skippedFit({ skipped, todo }: View, { skipped: stated = 0, disabled = 0 }: Declared): boolean {
  return [skipped, skipped - todo, skipped - disabled].includes(stated);
}
