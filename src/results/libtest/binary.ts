import { placeInTrace } from '../../lib/frames.ts';
import { LIMITS } from '../../model/limits.ts';
import type { CaseResult, CaseStatus } from '../../model/tests.ts';
import type { ResultEvent } from '../contract.ts';
import type { Stated, TestEnd } from './lines.ts';

type Emit = (event: ResultEvent) => void;

/** Failures of one binary that wait for what they printed; those behind are told at once. */
const WAITING = 5_000;
/** Characters of a name that are kept. */
const NAME = 2_000;
/** Tests that are counted, not named, and told one by one all the same. */
const UNNAMED = 10_000;

/** One test binary, from `running N tests` to `test result:`. */
export class Binary {
  readonly #suite: string | undefined;
  readonly #emit: Emit;
  readonly #planned: number;
  readonly #waiting = new Map<string, TestEnd & { detail: string }>();
  readonly #counted: Record<CaseStatus, number> = { passed: 0, failed: 0, error: 0, skipped: 0 };
  /** The test that began last, and how it ended if the end of the line says so. */
  #begun: { readonly name: string; readonly guess: TestEnd | undefined } | undefined;
  /** Tests whose end was lost in what they printed. */
  readonly #lost: string[] = [];
  #quiet = false;
  #section: string | undefined;

  constructor(emit: Emit, { suite, planned }: { readonly suite: string | undefined; readonly planned: number }) {
    this.#emit = emit;
    this.#suite = suite;
    this.#planned = planned;
  }

  begin(name: string, guess: TestEnd | undefined): void {
    this.#settle();
    this.#begun = { name: plainName(name), guess };
  }

  /** The test that began and printed before its end. */
  endBegun(end: TestEnd): void {
    const begun = this.#begun;
    this.#begun = undefined;
    if (begun !== undefined) this.#finish(begun.name, end);
  }

  finish(name: string, end: TestEnd): void {
    this.#settle();
    this.#finish(plainName(name), end);
  }

  /** Another test begins or ends: the one before has ended. */
  #settle(): void {
    const begun = this.#begun;
    this.#begun = undefined;
    if (begun?.guess !== undefined) this.#finish(begun.name, begun.guess);
    else if (begun !== undefined && this.#lost.length < UNNAMED) this.#lost.push(begun.name);
  }

  #finish(name: string, end: TestEnd): void {
    this.#counted[end.status] += 1;
    if (end.status === 'failed' && this.#waiting.size < WAITING && !this.#waiting.has(name))
      this.#waiting.set(name, { ...end, detail: '' });
    else this.#tell(name, end, '');
  }

  /** `--quiet` printed marks in place of names. */
  mark(): void {
    this.#quiet = true;
  }

  /** What follows was printed by this test; with `--quiet` its failure is told here alone. */
  section(name: string | undefined): void {
    this.#section = name;
    if (name === undefined || this.#waiting.has(name) || !this.#quiet) return;
    this.finish(name, { status: 'failed', message: undefined, durationMs: undefined });
  }

  output(text: string): void {
    const test = this.#section === undefined ? undefined : this.#waiting.get(this.#section);
    if (test !== undefined && test.detail.length < LIMITS.caseText) test.detail += `${text.slice(0, LIMITS.caseText)}\n`;
  }

  /** The binary told its result. */
  end(stated: Stated): void {
    this.#endLost(stated);
    this.#flush();
    this.#unnamed(stated);
    const { passed, failed, error, skipped } = this.#counted;
    const scope = this.#suite === undefined ? 'test result' : `test result of "${this.#suite}"`;
    const tests = stated.passed + stated.failed + stated.ignored + stated.measured;
    const declare = (what: 'tests' | 'failed' | 'skipped', declared: number, counted: number): void =>
      this.#emit({ type: 'declared', scope, what, declared, counted });
    declare('tests', tests, passed + failed + error + skipped);
    declare('failed', stated.failed, failed + error);
    declare('skipped', stated.ignored, skipped);
    if (this.#planned !== tests)
      this.#emit({ type: 'declared', scope: `running ${this.#planned} tests`, what: 'tests', declared: this.#planned, counted: tests });
    if (!stated.ok && failed + error === 0) this.#error(this.#suite ?? 'the test binary', 'the result is FAILED, and no test says why');
  }

  /** The binary ended without a result. */
  abandon(why: string): void {
    this.#flush();
    const { passed, failed, error, skipped } = this.#counted;
    const name = this.#begun?.name ?? this.#suite ?? 'the test binary';
    this.#begun = undefined;
    this.#error(name, `${why} (${passed + failed + error + skipped} of ${this.#planned} tests had ended)`);
  }

  /** Whether every test that was announced has ended. */
  get whole(): boolean {
    const { passed, failed, error, skipped } = this.#counted;
    return passed + failed + error + skipped >= this.#planned;
  }

  /** Output has hidden how the test ended: the totals know. */
  #endLost(stated: Stated): void {
    this.#settle();
    for (const name of this.#lost)
      this.#finish(name, { status: stated.failed > this.#counted.failed ? 'failed' : 'passed', message: undefined, durationMs: undefined });
  }

  /** `--quiet` names no test but those that fail. */
  #unnamed({ passed, ignored, measured }: Stated): void {
    if (!this.#quiet) return;
    const told: readonly (readonly [CaseStatus, number])[] = [
      ['passed', passed + measured - this.#counted.passed],
      ['skipped', ignored - this.#counted.skipped],
    ];
    for (const [status, missing] of told)
      for (let nth = 1; nth <= Math.min(missing, UNNAMED); nth += 1) {
        this.#counted[status] += 1;
        this.#tell(`${status} test ${nth} that the report does not name`, { status, message: undefined, durationMs: undefined }, '');
      }
  }

  #flush(): void {
    for (const [name, { detail, ...end }] of this.#waiting) this.#tell(name, end, detail.trim());
    this.#waiting.clear();
  }

  #tell(name: string, { status, message, durationMs }: TestEnd, detail: string): void {
    const place = docTest(name) ?? (detail === '' ? undefined : placeInTrace(detail));
    const said = message ?? (detail === '' ? undefined : telling(detail));
    const result: CaseResult = {
      ...this.#in(),
      name,
      status,
      ...(durationMs === undefined ? {} : { durationMs }),
      ...(said === undefined ? {} : { message: said }),
      ...(detail === '' ? {} : { detail }),
      ...(place === undefined ? {} : { location: place }),
    };
    this.#emit({ type: 'case', result, sibling: true });
  }

  #error(name: string, message: string): void {
    this.#emit({ type: 'case', result: { ...this.#in(), name, status: 'error', message }, sibling: true });
  }

  #in(): { suite?: string } {
    return this.#suite === undefined ? {} : { suite: this.#suite };
  }
}

/** ` - should panic` and ` - compile fail` are what libtest expects, and no part of the name. */
export function plainName(name: string): string {
  return name.slice(0, NAME).replace(/ - (?:should panic|compile(?: fail)?)$/, '');
}

/** A doc-test says where it stands; its panic counts lines from there. */
export function docTest(name: string): CaseResult['location'] {
  const [, path, line] = /^(\S+\.(?:rs|md)) - .*\(line (\d{1,7})\)/.exec(name) ?? [];
  return path === undefined ? undefined : { path, line: Number(line) };
}

/** The line behind `panicked at`, or the first one. */
export function telling(detail: string): string | undefined {
  const lines = detail.split('\n').map((line) => line.trim());
  const at = lines.findIndex((line) => / panicked at /.test(line));
  const before = /panicked at '(.*)', /.exec(lines[at] ?? '')?.[1];
  return before ?? (at === -1 ? undefined : lines[at + 1]) ?? lines.find((line) => line !== '');
}
