import { LIMITS } from '../../model/limits.ts';
import type { CaseResult, CaseStatus } from '../../model/tests.ts';
import type { ResultEvent } from '../contract.ts';
import { complaintOf, headlineOf, placeOf, tellingLine } from './place.ts';

type Emit = (event: ResultEvent) => void;

/** How a package's run can end. */
export type PackageEnd = 'pass' | 'fail' | 'skip';

/** One run of one package's tests. With `-count=N` a test comes N times in it: those are attempts, in this order. */
export class PackageRun {
  readonly #name: string;
  readonly #emit: Emit;
  /** Output of the tests that have begun and not ended. */
  readonly #running = new Map<string, string>();
  /** Tests whose last result is a failure. */
  readonly #failing = new Set<string>();
  /** Top-level tests that passed, while tests below them have no end yet. */
  readonly #passedRoots = new Set<string>();
  #output = '';
  #failures = 0;

  constructor(name: string, emit: Emit) {
    this.#name = name;
    this.#emit = emit;
  }

  begin(test: string): void {
    this.#running.set(test, '');
  }

  output(test: string | undefined, text: string): void {
    this.#emit({ type: 'output', suite: this.#name, ...(test === undefined ? {} : { test }), text });
    if (test === undefined) this.#output = keep(this.#output, text);
    else this.#running.set(test, keep(this.#running.get(test) ?? '', text));
  }

  finish(test: string, status: CaseStatus, seconds: number | undefined): void {
    const output = this.#running.get(test) ?? '';
    this.#running.delete(test);
    if (status === 'failed') {
      this.#failures += 1;
      this.#failing.add(test);
    } else {
      this.#failing.delete(test);
      if (status === 'passed' && !test.includes('/') && this.#running.size > 0) this.#passedRoots.add(test);
    }
    this.#tell(test, status, { seconds, output });
  }

  /** The package ended. `build` is what the compiler said, when it did not get as far as tests. */
  end(how: PackageEnd, build: string): void {
    const unfinished = this.#endUnfinished('the test binary ended before this test did', how === 'pass');
    if (how !== 'fail' || unfinished > 0) return;
    if (this.#failures === 0) {
      const detail = (build + this.#output).trim();
      if (build !== '' || /\[(?:build|setup) failed\]/.test(this.#output)) this.#emit(brokenBuild(this.#name, detail));
      else this.#error(this.#name, tellingLine(detail) ?? 'the package failed outside its tests', detail);
    } else if (this.#failing.size === 0) {
      this.#emit({ type: 'declared', scope: `package "${this.#name}"`, what: 'failed', declared: 1, counted: 0 });
    }
  }

  /** The stream ended before the package did. */
  abandon(): void {
    this.#endUnfinished('the report ends before this test did', false);
  }

  #endUnfinished(message: string, passed: boolean): number {
    let broken = 0;
    for (const [test, output] of this.#running) {
      // test2json loses the end of a test whose output does not end its line (golang/go#38063): its root knows better.
      // Benchmarks have no end at all; the package passes only when they do.
      const root = test.split('/', 1)[0] ?? '';
      if (passed && (this.#passedRoots.has(root) || root.startsWith('Benchmark'))) {
        this.#tell(test, 'passed', { seconds: undefined, output: '' });
        continue;
      }
      broken += 1;
      this.#error(test, tellingLine(output) ?? tellingLine(this.#output) ?? message, (output + this.#output).trim());
    }
    this.#running.clear();
    return broken;
  }

  #tell(test: string, status: CaseStatus, { seconds, output }: { readonly seconds: number | undefined; readonly output: string }): void {
    const told = status === 'failed' || status === 'skipped';
    const detail = told ? withoutMarks(output) : '';
    const below = status === 'failed' && detail === '' ? [...this.#failing].find((name) => name.startsWith(`${test}/`)) : undefined;
    const message = below === undefined ? headlineOf(detail) : `failed because of ${below}`;
    const location = told ? placeOf(detail, this.#name) : undefined;
    const result: CaseResult = {
      suite: this.#name,
      name: test,
      status,
      ...(seconds === undefined ? {} : { durationMs: seconds * 1000 }),
      ...(message === undefined || message === '' ? {} : { message }),
      ...(detail === '' ? {} : { detail }),
      ...(location === undefined ? {} : { location }),
    };
    this.#emit({ type: 'case', result });
  }

  #error(name: string, message: string, detail: string): void {
    const location = placeOf(detail, this.#name);
    const result: CaseResult = { suite: this.#name, name, status: 'error', message, ...(detail === '' ? {} : { detail }) };
    this.#emit({ type: 'case', result: { ...result, ...(location === undefined ? {} : { location }) } });
  }
}

/** A package whose tests could not begin: it, or what it needs, does not compile. */
export function brokenBuild(name: string, said: string): ResultEvent {
  const complaint = complaintOf(said);
  const detail = said.trim();
  return {
    type: 'case',
    result: {
      suite: name,
      name,
      status: 'error',
      message: complaint === undefined ? 'the package does not build' : `the package does not build: ${complaint.text}`,
      ...(detail === '' ? {} : { detail }),
      ...(complaint?.location === undefined ? {} : { location: complaint.location }),
    },
  };
}

/** What the test printed, without the marks of the runner. */
function withoutMarks(output: string): string {
  return output
    .split('\n')
    .filter((line) => !/^\s*(?:=== (?:RUN|PAUSE|CONT|NAME)\b|--- (?:PASS|FAIL|SKIP): )/.test(line))
    .join('\n')
    .trim();
}

/** The end of the output, where failures stand; twice the bound is held so that not every line is cut anew. */
function keep(before: string, text: string): string {
  const all = before + text;
  return all.length > 2 * LIMITS.caseText ? all.slice(-LIMITS.caseText) : all;
}
