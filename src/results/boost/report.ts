import type { CaseStatus } from '../../model/tests.ts';
import type { ResultEvent } from '../contract.ts';
import { countOf } from '../xml-report.ts';

type Attributes = Readonly<Record<string, string>>;

/** `<TestResult>`: what became of each test, and no word why. Tests that were switched off are only counted. */
export class BoostReport {
  readonly #emit: (event: ResultEvent) => void;
  readonly #suites: Attributes[] = [];
  #failed = 0;
  #own = 0;

  constructor(emit: (event: ResultEvent) => void) {
    this.#emit = emit;
  }

  open(name: string, attributes: Attributes): boolean {
    if (name === 'TestSuite') this.#suites.push(attributes);
    else if (name === 'TestCase') this.#tell(attributes['name'] ?? '', attributes);
    return false;
  }

  close(name: string, _text: string): void {
    const suite = name === 'TestSuite' ? this.#suites.pop() : undefined;
    if (suite === undefined || this.#suites.length > 0) return;
    const declared = countOf(suite['test_cases_failed']);
    if (declared !== undefined)
      this.#emit({ type: 'declared', scope: `suite "${suite['name'] ?? ''}"`, what: 'failed', declared, counted: this.#failed });
    // A fixture of the whole run broke: no test tells of it.
    if (suite['result'] !== undefined && suite['result'] !== 'passed' && this.#own === 0)
      this.#tell(suite['name'] ?? 'the test run', { result: suite['result'] === 'skipped' ? 'skipped' : 'aborted' });
  }

  #tell(name: string, { result = '' }: Attributes): void {
    const status = statusOf(result);
    if (status === 'failed' || status === 'error') this.#failed += 1;
    if (status !== 'passed') this.#own += 1;
    const suite = this.#suites.map((around) => around['name'] ?? '').join(' › ');
    this.#emit({
      type: 'case',
      result: { name, status, ...(suite === '' ? {} : { suite }), ...(status === 'passed' ? {} : { message: result || 'no result' }) },
      sibling: true,
    });
  }
}

function statusOf(result: string): CaseStatus {
  switch (result) {
    case 'passed':
      return 'passed';
    case 'failed':
      return 'failed';
    case 'skipped':
      return 'skipped';
    default:
      // `aborted` by an exception or a signal, `timed-out`.
      return 'error';
  }
}
