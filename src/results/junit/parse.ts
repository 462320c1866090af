import { readXml, type XmlWanted } from '../../lib/xml.ts';
import { LIMITS } from '../../model/limits.ts';
import type { CaseResult } from '../../model/tests.ts';
import type { ResultEvent } from '../contract.ts';
import { OUTCOMES, toResult, type OpenCase, type Outcome } from './case.ts';
import { addTally, claims, newChildren, newTally, statedCount } from './declared.ts';
import { FailsafeSummary } from './failsafe.ts';
import { wantedOfPrinted } from './printed.ts';
import { isHook, isPseudo, producerOf, repetition } from './producer.ts';
import { addChild, tally, type Suite } from './suite.ts';

type Emit = (event: ResultEvent) => void;
type Attributes = Readonly<Record<string, string>>;

/** Reads JUnit XML as any producer writes it: counts come from the cases, what suites say is checked against them. */
export async function parseJunit(text: AsyncIterable<string>, emit: Emit): Promise<void> {
  const report = new Report(emit);
  const { trouble, tolerated } = await readXml(
    text,
    {
      open: (name, attributes) => report.open(name, attributes),
      close: (name, content) => report.close(name, content),
      text: (_, piece) => report.text(piece),
    },
    { depth: LIMITS.depth, text: LIMITS.caseText },
  );
  report.end();
  if (tolerated > 0) emit({ type: 'note', message: `${tolerated} characters that XML forbids were let through` });
  if (trouble !== undefined) emit({ type: 'gap', ...trouble });
}

/** What a process writes when it does not end well. Only believed where tests are missing. */
const CRASH =
  /\b(?:panic:|fatal error|Fatal error|FATAL|Traceback \(most recent call last\)|Segmentation fault|SIG(?:SEGV|ABRT|KILL|BUS|ILL)|core dumped|[Cc]rashed|OutOfMemoryError|out of memory|Exception in thread|The forked VM terminated|AddressSanitizer|ThreadSanitizer|Aborted|Killed)/;

/** Characters that are told in one event. */
const PRINTED = 8_192;

/** Tests of one suite that are counted, not listed, and told one by one all the same. */
const UNLISTED = 1_000;

class Report {
  readonly #emit: Emit;
  readonly #elements: string[] = [];
  readonly #suites: Suite[] = [];
  readonly #cases: OpenCase[] = [];
  #outcome: Outcome | undefined;
  #summary: FailsafeSummary | undefined;
  /** What was printed and not told yet. */
  #printed = '';
  /** The case before, while the next one may turn out to be a rerun of it. */
  #held: { readonly open: OpenCase; readonly result: CaseResult } | undefined;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  open(name: string, attributes: Attributes): XmlWanted {
    const parent = this.#elements.at(-1);
    this.#elements.push(name);
    if (name === 'testsuite' || name === 'testsuites') this.#suites.push(this.#openSuite(name, attributes));
    else if (name === 'testcase') this.#openCase(attributes);
    else if (OUTCOMES.has(name)) return this.#openOutcome(name, attributes, parent);
    else if (name === 'failsafe-summary') this.#summary = new FailsafeSummary(attributes);
    else if (name === 'property' && attributes['name'] === 'repetition') this.#repeated(attributes['value']);
    else return wantedOfPrinted(name, parent) ?? this.#summary?.wants(name) === true;
    return false;
  }

  /** What a test printed, or how it failed: for whoever looks for more in it than its status. */
  text(piece: string): void {
    this.#printed += piece;
    if (this.#printed.length > PRINTED) this.#tellPrinted();
  }

  #tellPrinted(end = ''): void {
    const [test, suite] = [this.#cases.at(-1)?.attributes, this.#suites.at(-1)];
    const scope = test?.['classname'] || suite?.path;
    const name = test?.['name'];
    this.#emit({ type: 'output', ...(scope && { suite: scope }), ...(name && { test: name }), text: this.#printed + end });
    this.#printed = '';
  }

  close(name: string, text: string): void {
    this.#elements.pop();
    const parent = this.#elements.at(-1);
    // The next one begins a line of its own.
    if (wantedOfPrinted(name, parent)) this.#tellPrinted('\n');
    if (name === 'testsuite' || name === 'testsuites') this.#closeSuite();
    else if (name === 'testcase') this.#closeCase();
    else if (OUTCOMES.has(name) && (parent === 'testcase' || parent === 'testsuite' || parent === 'testsuites')) this.#closeOutcome(text);
    else if (name === 'system-err' && parent === 'testsuite') this.#stderr(text);
    else if (name === 'failsafe-summary') for (const event of this.#summary?.events() ?? []) this.#emit(event);
    else this.#summary?.text(name, text);
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
        tests: statedCount(attributes['tests']),
        failures: statedCount(attributes['failures']),
        errors: statedCount(attributes['errors']),
        skipped: statedCount(attributes['skipped'] ?? attributes['skip'] ?? attributes['skips'] ?? attributes['ignored']),
        disabled: statedCount(attributes['disabled']),
      },
      producer: around?.producer ?? producerOf(element, attributes),
      project: attributes['hostname'],
      own: newTally(),
      total: newTally(),
      children: newChildren(),
      problems: [],
      stderr: '',
      previous: undefined,
    };
  }

  #openCase(attributes: Attributes): void {
    const suite = this.#suites.at(-1);
    const parameters = suite?.producer === 'playwright' && suite.project !== '' ? suite.project : undefined;
    // Surefire writes a test of an outer class into the report of a nested one, and its re-run into one of its own.
    const path = suite?.producer === 'surefire' ? (attributes['classname'] ?? suite.path) : suite?.path;
    this.#cases.push({ attributes, suite: path, file: suite?.file, outcomes: [], parameters });
  }

  #repeated(value: string | undefined): void {
    const open = this.#cases.at(-1);
    if (open !== undefined) open.repetition = value;
  }

  #openOutcome(element: string, attributes: Attributes, parent: string | undefined): XmlWanted {
    const outcome: Outcome = { element, type: attributes['type'], message: attributes['message'], text: '' };
    if (parent === 'testcase') this.#cases.at(-1)?.outcomes.push(outcome);
    else if ((parent === 'testsuite' || parent === 'testsuites') && (element === 'failure' || element === 'error'))
      this.#suites.at(-1)?.problems.push(outcome);
    else return false;
    this.#outcome = outcome;
    if (element === 'skipped') return true;
    if (outcome.message !== undefined) this.#printed = `${outcome.message}\n`;
    return 'both';
  }

  #closeOutcome(text: string): void {
    if (this.#outcome === undefined) return;
    this.#outcome.text = text;
    if (this.#outcome.element !== 'skipped') this.#tellPrinted('\n');
    this.#outcome = undefined;
  }

  #closeCase(): void {
    const open = this.#cases.pop();
    if (open === undefined) return;
    const result = toResult(open);
    const suite = this.#suites.at(-1);
    if (suite?.producer !== 'pytest' && suite?.producer !== 'pytest-subtests') return this.#tell(open, result);
    // pytest-rerunfailures writes a run that failed and was run again as a case without an outcome, before the next run.
    const before = this.#held;
    this.#held = { open, result };
    if (before === undefined) return;
    const replaced = before.result.status === 'passed' || before.result.status === 'skipped';
    if (!replaced || before.result.name !== result.name || before.result.class !== result.class)
      return this.#tell(before.open, before.result);
    suite.own.silent += 1;
    if (before.result.status === 'skipped') suite.own.hidden += 1;
    this.#held = { open, result: { ...result, earlier: [...(before.result.earlier ?? []), 'failed'] } };
  }

  /** What is still held, where the document ends. */
  end(): void {
    const last = this.#held;
    this.#held = undefined;
    if (last !== undefined) this.#tell(last.open, last.result);
  }

  #tell(open: OpenCase, result: CaseResult): void {
    const suite = this.#suites.at(-1);
    const pseudo = isPseudo(suite?.producer, open);
    if (suite !== undefined && pseudo) suite.own.pseudo += 1;
    else if (isHook(suite?.producer, open.attributes)) return;
    else if (suite !== undefined) tally(suite, result, open);
    if (pseudo) this.#emit({ type: 'case', result: { ...result, status: 'error' } });
    else this.#emit({ type: 'case', result, sibling: repetition(suite?.producer, open, result.status) });
  }

  #stderr(text: string): void {
    const suite = this.#suites.at(-1);
    if (suite !== undefined) suite.stderr = text;
  }

  #closeSuite(): void {
    this.end();
    const suite = this.#suites.pop();
    if (suite === undefined) return;
    this.#unlisted(suite);
    addTally(suite.total, suite.own);
    this.#suiteProblems(suite);
    const all = claims(suite);
    for (const claim of all) this.#emit({ type: 'declared', scope: suite.scope, ...claim });
    if (suite.producer === 'surefire' && suite.declared.tests === 0 && suite.total.own === 0)
      this.#emit({ type: 'may-be-empty', beside: { failed: false } });
    const around = this.#suites.at(-1);
    if (around === undefined) return;
    addTally(around.total, suite.total);
    addChild(around, suite, all);
  }

  /** mocha-junit-reporter counts pending tests and, unless told to, does not list them: skipped tests all the same. */
  #unlisted({ producer, declared, own, children, path, file }: Suite): void {
    const missing = Math.min((declared.tests ?? 0) - own.tests, UNLISTED);
    if (producer !== 'mocha' || children.suites > 0 || own.pseudo > 0 || own.tests === 0 || missing <= 0) return;
    own.tests += missing;
    own.skipped += missing;
    for (let nth = 1; nth <= missing; nth += 1) {
      const name = `pending test ${nth} that the report does not list`;
      const message = 'mocha-junit-reporter lists pending tests with includePending';
      this.#emit({
        type: 'case',
        result: {
          ...(path === undefined ? {} : { suite: path }),
          name,
          ...(file === undefined ? {} : { file }),
          status: 'skipped',
          message,
        },
      });
    }
  }

  /** A suite that broke outside its cases is an error that no case tells of. */
  #suiteProblems(suite: Suite): void {
    const { problems, total, declared, stderr } = suite;
    const first = problems[0];
    const missing = total.tests === 0 || (declared.tests ?? 0) > total.tests;
    // ScalaTest says of a suite that aborted only that there was an error.
    const aborted = total.tests + total.own + total.pseudo === 0 && (declared.errors ?? 0) + (declared.failures ?? 0) > 0;
    if (first === undefined && !aborted && !(missing && CRASH.test(stderr))) return;
    total.own += 1;
    const name = suite.path ?? suite.scope;
    const detail =
      first === undefined
        ? stderr.trim()
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
