import { z } from 'zod';

import { jsonPathText, readJson, wanting, type JsonKind, type JsonPath } from '../../lib/json-stream.ts';
import { JSON_LIMITS } from '../../model/limits.ts';
import type { CaseResult, CaseStatus } from '../../model/tests.ts';
import type { ResultEvent } from '../contract.ts';

type Emit = (event: ResultEvent) => void;

const Status = z.string();
const Test = z.object({
  name: z.string(),
  status: Status,
  duration: z.number().optional(),
  suite: z.union([z.string(), z.array(z.string())]).nullish(),
  message: z.string().nullish(),
  trace: z.string().nullish(),
  filePath: z.string().nullish(),
  line: z.number().nullish(),
  retries: z.number().nullish(),
  retryAttempts: z.array(z.object({ status: Status.nullish() })).nullish(),
  flaky: z.boolean().nullish(),
  /** The first version's names for the three above. */
  retry: z.number().nullish().catch(undefined),
  flake: z.boolean().nullish().catch(undefined),
  attempts: z
    .array(z.object({ status: Status.nullish() }))
    .nullish()
    .catch(undefined),
  rawStatus: z.string().nullish().catch(undefined),
  extra: z
    .object({ annotations: z.array(z.object({ type: z.string() })) })
    .nullish()
    .catch(undefined),
  browser: z.string().nullish(),
  device: z.string().nullish().catch(undefined),
  parameters: z.unknown().optional(),
});
type Test = z.output<typeof Test>;

const Summary = z.object({
  tests: z.number().nullish(),
  passed: z.number().nullish(),
  failed: z.number().nullish(),
  skipped: z.number().nullish(),
  pending: z.number().nullish(),
  other: z.number().nullish(),
});
type Summary = z.output<typeof Summary>;

/** Reads CTRF (https://ctrf.io), one test at a time. */
export async function parseCtrf(text: AsyncIterable<string>, emit: Emit): Promise<void> {
  const report = new CtrfReport(emit);
  const begin = wanting('results.summary', 'results.tests.*');
  const { trouble } = await readJson(
    text,
    {
      begin: (path, kind) => {
        report.see(path, kind);
        return begin(path, kind);
      },
      value: (path, value) => (path[1] === 'summary' ? report.summary(value) : report.test(path, value)),
    },
    JSON_LIMITS,
  );
  if (trouble === undefined) report.end();
  else emit({ type: 'gap', ...trouble });
}

class CtrfReport {
  readonly #emit: Emit;
  readonly #counted = { passed: 0, failed: 0, error: 0, skipped: 0 };
  #summary: Summary | undefined;
  #listed = false;
  #tests = 0;
  /** A producer counts a `todo` test as other; here it is skipped. */
  #todo = 0;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  see(path: JsonPath, kind: JsonKind): void {
    if (path.length === 2 && path[0] === 'results' && path[1] === 'tests') this.#listed = kind === 'array';
  }

  summary(value: unknown): void {
    this.#summary = Summary.safeParse(value).data;
  }

  test(path: JsonPath, value: unknown): void {
    if (!this.#listed) return;
    this.#tests += 1;
    const { data: test, error } = Test.safeParse(value);
    if (test === undefined) {
      const [issue] = error.issues;
      this.#emit({
        type: 'gap',
        reason: 'malformed',
        message: `${jsonPathText(path)}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'no test'}`,
      });
      return;
    }
    const result = toResult(test);
    this.#counted[result.status] += 1;
    if (isTodo(test)) this.#todo += 1;
    // Attempts stand inside a test: a second test of one title is another test.
    this.#emit({ type: 'case', result, sibling: true });
  }

  end(): void {
    if (!this.#listed) this.#emit({ type: 'gap', reason: 'malformed', message: 'results.tests: there is no list of tests' });
    if (this.#summary === undefined) return;
    const { failed, error, skipped } = this.#counted;
    const { tests, other, failed: saidFailed, skipped: saidSkipped, pending } = this.#summary;
    const todoApart = other === error + this.#todo;
    this.#declare('tests', tests, this.#tests);
    this.#declare('failed', saidFailed, failed);
    this.#declare('errors', todoApart ? error : other, error);
    if (typeof saidSkipped === 'number') this.#declare('skipped', saidSkipped + (pending ?? 0), skipped - (todoApart ? this.#todo : 0));
  }

  #declare(what: 'tests' | 'failed' | 'errors' | 'skipped', declared: number | null | undefined, counted: number): void {
    if (typeof declared === 'number') this.#emit({ type: 'declared', scope: 'summary', what, declared, counted });
  }
}

function toResult(test: Test): CaseResult {
  const suite = Array.isArray(test.suite) ? test.suite.join(' › ') : test.suite;
  const parameters = [
    test.browser ?? undefined,
    test.device ?? undefined,
    isEmpty(test.parameters) ? undefined : JSON.stringify(test.parameters),
  ].filter((part) => part !== undefined);
  const earlier = earlierRuns(test);
  return {
    ...(suite ? { suite } : {}),
    name: test.name,
    ...(test.filePath ? { file: test.filePath, location: { path: test.filePath, ...(test.line ? { line: test.line } : {}) } } : {}),
    ...(parameters.length > 0 ? { parameters: parameters.join(' ') } : {}),
    status: isTodo(test) ? 'skipped' : missedFailure(test) ? 'failed' : statusOf(test.status),
    ...(test.duration === undefined ? {} : { durationMs: test.duration }),
    ...(test.message ? { message: test.message } : {}),
    ...(test.trace ? { detail: test.trace } : {}),
    ...(earlier.length > 0 ? { earlier } : {}),
  };
}

/** Retries say what they were; a bare number of retries only says that the runs before the last one did not pass. */
function earlierRuns(test: Test): CaseStatus[] {
  const retries = test.retries ?? test.retry ?? 0;
  const told = (test.retryAttempts ?? test.attempts ?? []).flatMap(({ status }) => (typeof status === 'string' ? [statusOf(status)] : []));
  // Some producers list the deciding run among the attempts.
  if (told.length > 0) return told.length > retries && retries > 0 ? told.slice(0, retries) : told;
  if (retries > 0) return Array.from({ length: Math.min(retries, 100) }, () => 'failed' as const);
  return (test.flaky ?? test.flake) === true && statusOf(test.status) === 'passed' ? ['failed'] : [];
}

/** Jest's `test.todo`. */
function isTodo({ status, rawStatus }: Test): boolean {
  return status === 'other' && rawStatus === 'todo';
}

/** playwright's `test.fail` that passes is a failure: its reporter writes what the body did, and counts it right. */
function missedFailure({ status, rawStatus, extra }: Test): boolean {
  return status === 'passed' && rawStatus === 'passed' && extra?.annotations.some(({ type }) => type === 'fail') === true;
}

/** `other` is what no status of CTRF's fits, such as an interrupted run: not a pass, so an error. */
function statusOf(status: string): CaseStatus {
  if (status === 'passed' || status === 'failed' || status === 'skipped') return status;
  return status === 'pending' ? 'skipped' : 'error';
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}
