import { readXml } from '../../lib/xml.ts';
import { LIMITS } from '../../model/limits.ts';
import type { CaseResult } from '../../model/tests.ts';
import type { ResultEvent } from '../contract.ts';
import { OUTCOMES, toResult, type OpenCase, type Outcome } from './case.ts';
import { addTally, claims, newTally, type SuiteCount } from './declared.ts';

type Emit = (event: ResultEvent) => void;
type Attributes = Readonly<Record<string, string>>;

/** Reads JUnit XML as any producer writes it: counts come from the cases, what suites say is checked against them. */
export async function parseJunit(text: AsyncIterable<string>, emit: Emit): Promise<void> {
  const report = new Report(emit);
  const { trouble, tolerated } = await readXml(
    text,
    { open: (name, attributes) => report.open(name, attributes), close: (name, content) => report.close(name, content) },
    { depth: LIMITS.depth, text: LIMITS.caseText },
  );
  if (tolerated > 0) emit({ type: 'note', message: `${tolerated} characters that XML forbids were let through` });
  if (trouble !== undefined) emit({ type: 'gap', ...trouble });
}

interface Suite extends SuiteCount {
  readonly scope: string;
  /** Names of the suites from the outermost to this one; `undefined` for the root element. */
  readonly path: string | undefined;
  readonly file: string | undefined;
  problems: Outcome[];
  crash: string | undefined;
  previous: string;
}

/** What a process writes when it does not end well. Only believed where tests are missing. */
const CRASH =
  /\b(?:panic:|fatal error|Fatal error|FATAL|Traceback \(most recent call last\)|Segmentation fault|SIG(?:SEGV|ABRT|KILL|BUS|ILL)|core dumped|[Cc]rashed|OutOfMemoryError|out of memory|Exception in thread|The forked VM terminated|AddressSanitizer|ThreadSanitizer|Aborted|Killed)/;

class Report {
  readonly #emit: Emit;
  readonly #elements: string[] = [];
  readonly #suites: Suite[] = [];
  readonly #cases: OpenCase[] = [];
  #outcome: Outcome | undefined;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  open(name: string, attributes: Attributes): boolean {
    const parent = this.#elements.at(-1);
    this.#elements.push(name);
    if (name === 'testsuite' || name === 'testsuites') this.#suites.push(this.#openSuite(name, attributes));
    else if (name === 'testcase') this.#openCase(attributes);
    else if (OUTCOMES.has(name)) return this.#openOutcome(name, attributes, parent);
    else return name === 'system-err' && parent === 'testsuite';
    return false;
  }

  close(name: string, text: string): void {
    this.#elements.pop();
    const parent = this.#elements.at(-1);
    if (name === 'testsuite' || name === 'testsuites') this.#closeSuite();
    else if (name === 'testcase') this.#closeCase();
    else if (OUTCOMES.has(name) && (parent === 'testcase' || parent === 'testsuite' || parent === 'testsuites')) this.#closeOutcome(text);
    else if (name === 'system-err' && parent === 'testsuite') this.#crashed(text);
  }

  #openSuite(element: string, attributes: Attributes): Suite {
    const around = this.#suites.at(-1);
    const name = attributes['name'] ?? '';
    const path =
      element === 'testsuites' ? around?.path : [around?.path, name].filter((part) => part !== undefined && part !== '').join(' › ');
    return {
      scope: element === 'testsuites' ? 'testsuites' : `suite "${path ?? ''}"`,
      path: path === '' ? undefined : path,
      file: attributes['file'] ?? attributes['filepath'] ?? around?.file,
      declared: {
        tests: count(attributes['tests']),
        failures: count(attributes['failures']),
        errors: count(attributes['errors']),
        skipped: count(attributes['skipped'] ?? attributes['skip'] ?? attributes['skips'] ?? attributes['ignored']),
        disabled: count(attributes['disabled']),
      },
      own: newTally(),
      total: newTally(),
      children: { suites: 0, failing: 0, skipping: 0 },
      problems: [],
      crash: undefined,
      previous: '',
    };
  }

  #openCase(attributes: Attributes): void {
    const suite = this.#suites.at(-1);
    this.#cases.push({ attributes, suite: suite?.path, file: suite?.file, outcomes: [] });
  }

  #openOutcome(element: string, attributes: Attributes, parent: string | undefined): boolean {
    const outcome: Outcome = { element, type: attributes['type'], message: attributes['message'], text: '' };
    if (parent === 'testcase') this.#cases.at(-1)?.outcomes.push(outcome);
    else if ((parent === 'testsuite' || parent === 'testsuites') && (element === 'failure' || element === 'error'))
      this.#suites.at(-1)?.problems.push(outcome);
    else return false;
    this.#outcome = outcome;
    return true;
  }

  #closeOutcome(text: string): void {
    if (this.#outcome !== undefined) this.#outcome.text = text;
    this.#outcome = undefined;
  }

  #closeCase(): void {
    const open = this.#cases.pop();
    if (open === undefined) return;
    const result = toResult(open);
    const suite = this.#suites.at(-1);
    if (suite !== undefined) tally(suite, result, open.outcomes);
    this.#emit({ type: 'case', result });
  }

  #crashed(text: string): void {
    const suite = this.#suites.at(-1);
    if (suite !== undefined && CRASH.test(text)) suite.crash = text;
  }

  #closeSuite(): void {
    const suite = this.#suites.pop();
    if (suite === undefined) return;
    addTally(suite.total, suite.own);
    this.#suiteProblems(suite);
    for (const claim of claims(suite)) this.#emit({ type: 'declared', scope: suite.scope, ...claim });
    const around = this.#suites.at(-1);
    if (around === undefined) return;
    addTally(around.total, suite.total);
    around.children.suites += 1;
    if (suite.total.failed + suite.total.errors + suite.total.own > 0) around.children.failing += 1;
    if (suite.total.skipped > 0) around.children.skipping += 1;
  }

  /** A suite that broke outside its cases is an error that no case tells of. */
  #suiteProblems(suite: Suite): void {
    const { problems, total, declared, crash } = suite;
    const first = problems[0];
    const missing = total.tests === 0 || (declared.tests ?? 0) > total.tests;
    if (first === undefined && (crash === undefined || !missing)) return;
    total.own += 1;
    const name = suite.path ?? suite.scope;
    const detail =
      first === undefined
        ? (crash ?? '')
        : problems
            .map(({ text }) => text.trim())
            .join('\n\n')
            .trim();
    const message = first?.message ?? (detail.trimStart().split('\n', 1)[0] || first?.type || 'the suite broke outside its tests');
    this.#emit({
      type: 'case',
      result: {
        ...(suite.path === undefined ? {} : { suite: suite.path }),
        name,
        ...(suite.file === undefined ? {} : { file: suite.file, location: { path: suite.file } }),
        status: 'error',
        message,
        ...(detail === '' ? {} : { detail }),
      },
    });
  }
}

function tally(suite: Suite, result: CaseResult, outcomes: readonly Outcome[]): void {
  const { own } = suite;
  const failures = outcomes.filter(({ element }) => element === 'failure').length;
  const errors = outcomes.filter(({ element }) => element === 'error').length;
  const identity = `${result.class ?? ''}\0${result.name}`;
  own.tests += 1;
  if (identity === suite.previous) own.doubles += 1;
  suite.previous = identity;
  if (result.status === 'failed') own.failed += 1;
  if (result.status === 'error') own.errors += 1;
  if (result.status === 'skipped') own.skipped += 1;
  if (result.status === 'skipped' && failures + errors > 0) own.todo += 1;
  if (result.status === 'passed' && result.earlier !== undefined) own.flaky += 1;
  own.reruns += result.earlier?.length ?? 0;
  own.extra += Math.max(0, failures + errors - 1);
  if (failures > 0 && errors > 0) own.both += 1;
}

function count(attribute: string | undefined): number | undefined {
  return attribute !== undefined && /^\s*\d{1,12}\s*$/.test(attribute) ? Number(attribute) : undefined;
}
