import type { CaseResult } from '../../model/tests.ts';
import type { ResultEvent } from '../contract.ts';
import { countOf, readXmlReport, type XmlReport } from '../xml-report.ts';
import { Held } from './held.ts';
import { elapsedMs, statusOf, unmerged } from './status.ts';

type Emit = (event: ResultEvent) => void;
type Attributes = Readonly<Record<string, string>>;

/** Reads output.xml. */
export async function parseRobot(text: AsyncIterable<string>, emit: Emit): Promise<void> {
  await readXmlReport(text, new Report(emit), emit);
}

interface Suite {
  readonly path: string;
  readonly source: string | undefined;
  /** Number of the first test in it. */
  readonly first: number;
  tearDown: string | undefined;
  status: { readonly status: string | undefined; readonly message: string } | undefined;
}

class Report implements XmlReport {
  readonly #emit: Emit;
  readonly #held: Held;
  readonly #elements: string[] = [];
  readonly #suites: Suite[] = [];
  #test: Attributes | undefined;
  #status: Attributes = {};
  #tested: { readonly attributes: Attributes; readonly message: string } | undefined;
  /** Whether the keyword that is open directly below a suite is its tear-down. */
  #tearDown = false;
  #total: Attributes | undefined;
  #errors = 0;

  constructor(emit: Emit) {
    this.#emit = emit;
    this.#held = new Held(emit);
  }

  open(name: string, attributes: Attributes): boolean {
    const around = this.#elements.at(-1);
    this.#elements.push(name);
    if (name === 'suite' && around !== 'statistics') this.#openSuite(attributes);
    else if (name === 'test') this.#test = attributes;
    else if (name === 'kw' && around === 'suite') this.#tearDown = attributes['type']?.toLowerCase() === 'teardown';
    else if (name === 'status') this.#status = attributes;
    else if (name === 'stat' && around === 'total') this.#total = attributes;
    else if (name === 'msg' && around === 'errors' && attributes['level'] === 'ERROR') this.#errors += 1;
    return (
      (name === 'status' && (around === 'test' || around === 'suite' || this.#isTearDown(around))) ||
      (name === 'stat' && around === 'total')
    );
  }

  close(name: string, text: string): void {
    this.#elements.pop();
    const around = this.#elements.at(-1);
    if (name === 'status') this.#closeStatus(around, text.trim());
    else if (name === 'test') this.#closeTest();
    else if (name === 'suite' && around !== 'statistics') this.#closeSuite();
    else if (name === 'stat' && around === 'total') this.#declare(text);
  }

  end(): void {
    this.#held.flush();
    if (this.#errors > 0)
      this.#emit({ type: 'note', message: `Robot tells of ${this.#errors} errors outside the tests (imports, syntax), which fail no run` });
  }

  #openSuite(attributes: Attributes): void {
    const around = this.#suites.at(-1);
    const name = attributes['name'] ?? '';
    this.#suites.push({
      path: around === undefined ? name : `${around.path} › ${name}`,
      source: attributes['source'] ?? around?.source,
      first: this.#held.tests,
      tearDown: undefined,
      status: undefined,
    });
  }

  #isTearDown(around: string | undefined): boolean {
    return around === 'kw' && this.#tearDown && this.#elements.at(-3) === 'suite';
  }

  #closeStatus(around: string | undefined, message: string): void {
    const suite = this.#suites.at(-1);
    const { status } = this.#status;
    if (around === 'test') this.#tested = { attributes: this.#status, message };
    else if (around === 'suite' && suite !== undefined) suite.status = { status, message };
    else if (around === 'kw' && this.#tearDown && this.#elements.at(-2) === 'suite' && suite !== undefined)
      suite.tearDown = status === 'FAIL' ? message || 'the keyword failed' : undefined;
  }

  #closeTest(): void {
    const test = this.#test;
    const suite = this.#suites.at(-1);
    if (test === undefined) return;
    const { attributes, message: written } = this.#tested ?? { attributes: {}, message: '' };
    this.#test = undefined;
    this.#tested = undefined;
    const { message, earlier } = unmerged(written);
    const status = statusOf(attributes['status']);
    const durationMs = elapsedMs(attributes);
    const line = countOf(test['line']);
    const source = suite?.source === '' ? undefined : suite?.source;
    const told = status === 'passed' && earlier.length === 0 ? '' : message;
    const said = firstLine(told) || (status === 'error' ? 'the test has no known status' : '');
    const result: CaseResult = {
      ...(suite === undefined ? {} : { suite: suite.path }),
      name: test['name'] ?? '',
      ...(source === undefined ? {} : { file: source, location: { path: source, ...(line ? { line } : {}) } }),
      status,
      ...(durationMs === undefined ? {} : { durationMs }),
      ...(said === '' ? {} : { message: said }),
      ...(told === '' || told === said ? {} : { detail: told }),
      ...(earlier.length === 0 ? {} : { earlier: [...earlier] }),
    };
    this.#held.add(result);
  }

  #closeSuite(): void {
    const suite = this.#suites.pop();
    if (suite === undefined) return;
    const { tearDown, status, path, source, first } = suite;
    // Robot writes the tests before their suite's tear-down runs, and fails them afterwards.
    const missed = tearDown === undefined ? false : this.#held.failFrom(first, `Parent suite teardown failed: ${tearDown}`);
    const silent = status?.status === 'FAIL' && this.#held.badFrom(first) === 0;
    if (!missed && !silent) return;
    const message = (tearDown ?? status?.message.split('\n', 1)[0]) || 'the suite failed, and no test says why';
    const place = source === undefined ? {} : { file: source, location: { path: source } };
    this.#held.add({ suite: path, name: path, ...place, status: 'error', message }, false);
  }

  /** Robot 3 has a line for critical tests before the one for all. */
  #declare(title: string): void {
    const [pass, fail, skip] = ['pass', 'fail', 'skip'].map((name) => countOf(this.#total?.[name]));
    if (!/^\s*All\b/.test(title) || pass === undefined || fail === undefined) return;
    const { tests, failed, errors, skipped } = this.#held.tally;
    this.#emit({ type: 'declared', scope: 'statistics', what: 'tests', declared: pass + fail + (skip ?? 0), counted: tests });
    this.#emit({ type: 'declared', scope: 'statistics', what: 'failed', declared: fail, counted: failed + errors });
    if (skip !== undefined) this.#emit({ type: 'declared', scope: 'statistics', what: 'skipped', declared: skip, counted: skipped });
  }
}

/** `Setup failed:` says nothing without the line below it. */
function firstLine(message: string): string {
  const [first = '', second = ''] = message.split('\n', 2);
  return first.endsWith(':') ? `${first} ${second}`.trim() : first;
}
