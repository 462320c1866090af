import { placeInTrace } from '../../lib/frames.ts';
import type { CaseResult, CaseStatus } from '../../model/tests.ts';
import type { ResultEvent } from '../contract.ts';
import { docTest, plainName, telling } from './binary.ts';
import type { LibtestEvent } from './events.ts';

type Emit = (event: ResultEvent) => void;
type SuiteEvent = Extract<LibtestEvent, { type: 'suite' }>;
type TestEvent = Extract<LibtestEvent, { type: 'test' }>;

/** Names of running tests that are held. */
const RUNNING = 100_000;

interface Suite {
  readonly name: string | undefined;
  nextest: boolean;
  readonly planned: number | undefined;
  readonly counted: Record<CaseStatus, number>;
}

/** Suites as libtest's JSON tells of them: one at a time, or with nextest as their tests end. */
export class JsonSuites {
  readonly #emit: Emit;
  #suite: Suite | undefined;
  /** Tests that have begun; with nextest they may outlive the suite. */
  readonly #running = new Set<string>();

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  get open(): boolean {
    return this.#suite !== undefined;
  }

  /** `binary`: what cargo said it runs. */
  take(event: LibtestEvent, binary: string | undefined): void {
    if (event.type === 'suite') this.#suiteEvent(event, binary);
    else if (event.type === 'bench') this.#tell(event.name, 'passed', {});
    else this.#testEvent(event);
  }

  /** Nothing more comes. */
  end(): void {
    this.#endRunning('the report ends before this test did');
  }

  /** The suite that is open ends here, without a word. */
  abandon(why: string): void {
    const suite = this.#suite;
    if (suite === undefined) return;
    if (this.#endRunning(why) === 0) this.#tell(suite.name ?? 'the test binary', 'error', { message: why });
    this.#suite = undefined;
  }

  #suiteEvent(event: SuiteEvent, binary: string | undefined): void {
    if (event.event === 'started') {
      this.abandon('the test binary ended before this test did');
      const { nextest } = event;
      const named =
        nextest === undefined ? binary : nextest.crate === nextest.test_binary ? nextest.crate : `${nextest.crate}::${nextest.test_binary}`;
      this.#suite = {
        name: named,
        nextest: nextest !== undefined,
        planned: event.test_count,
        counted: { passed: 0, failed: 0, error: 0, skipped: 0 },
      };
    } else if (event.event === 'ok' || event.event === 'failed') this.#endSuite(event);
  }

  #endSuite({ event, passed = 0, failed = 0, ignored = 0, measured = 0 }: SuiteEvent): void {
    const suite = this.#suite;
    if (suite === undefined) return;
    if (!suite.nextest) this.#endRunning('the test has no end');
    const { counted, planned, name } = suite;
    const scope = name === undefined ? 'suite' : `suite "${name}"`;
    const broken = counted.failed + counted.error;
    const all = counted.passed + broken + counted.skipped;
    const declare = (what: 'tests' | 'failed' | 'skipped', declared: number, count: number): void =>
      this.#emit({ type: 'declared', scope, what, declared, counted: count });
    declare('failed', failed, broken);
    // nextest tells of a binary in several suites, and says in each how many tests of it are ignored.
    if (suite.nextest) declare('tests', passed + failed + measured, counted.passed + broken);
    else {
      declare('tests', passed + failed + ignored + measured, all);
      declare('skipped', ignored, counted.skipped);
      if (planned !== undefined && planned !== all) declare('tests', planned, all);
    }
    if (event === 'failed' && broken === 0)
      this.#tell(name ?? 'the test binary', 'error', { message: 'the suite failed, and no test says why' });
    this.#suite = undefined;
  }

  /** Tests that began and have no end are errors. */
  #endRunning(message: string): number {
    const unended = [...this.#running];
    this.#running.clear();
    for (const name of unended) this.#tell(name, 'error', { message });
    return unended.length;
  }

  #testEvent({ event, name: said, exec_time: seconds, stdout = '', message, reason }: TestEvent): void {
    const { name, attempt } = this.#attempt(said);
    const running = this.#running;
    if (this.#suite !== undefined && said.includes('$')) this.#suite.nextest = true;
    // `timeout` only says that the test runs for a minute.
    if (event === 'timeout') return;
    if (event === 'started') {
      if (running.size < RUNNING) running.add(plainName(name));
      return;
    }
    running.delete(plainName(name));
    const status: CaseStatus = event === 'ok' ? 'passed' : event === 'ignored' ? 'skipped' : event === 'failed' ? 'failed' : 'error';
    if (stdout !== '') this.#emit({ type: 'output', test: plainName(name), text: stdout });
    const detail = status === 'failed' || status === 'error' ? stdout.trim() : '';
    const shown = message ?? reason ?? (detail === '' ? undefined : telling(detail));
    this.#tell(name, status, { seconds, message: shown, detail, earlier: attempt - 1 });
  }

  /** nextest writes `crate::binary$test#2` for what ended in its second attempt; the attempts before it failed. */
  #attempt(said: string): { readonly name: string; readonly attempt: number } {
    const match = said.includes('$') || this.#suite?.nextest === true ? /^(.*)#(\d{1,3})$/.exec(said) : null;
    return match === null ? { name: said, attempt: 1 } : { name: match[1] ?? said, attempt: Math.max(1, Number(match[2])) };
  }

  #tell(
    name: string,
    status: CaseStatus,
    {
      seconds,
      message,
      detail = '',
      earlier = 0,
    }: {
      readonly seconds?: number | undefined;
      readonly message?: string | undefined;
      readonly detail?: string;
      readonly earlier?: number;
    },
  ): void {
    const suite = this.#suite;
    if (suite !== undefined) suite.counted[status] += 1;
    const dollar = name.indexOf('$');
    const binary = dollar === -1 ? suite?.name : name.slice(0, dollar);
    const place = docTest(name) ?? (detail === '' ? undefined : placeInTrace(detail));
    const result: CaseResult = {
      ...(binary === undefined ? {} : { suite: binary }),
      name: plainName(name.slice(dollar + 1)),
      status,
      ...(seconds === undefined ? {} : { durationMs: Math.round(seconds * 1e6) / 1e3 }),
      ...(message === undefined ? {} : { message }),
      ...(detail === '' ? {} : { detail }),
      ...(place === undefined ? {} : { location: place }),
      ...(earlier > 0 ? { earlier: Array.from({ length: earlier }, () => 'failed' as const) } : {}),
    };
    this.#emit({ type: 'case', result, sibling: true });
  }
}
