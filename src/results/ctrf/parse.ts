import { getHeapStatistics } from 'node:v8';

import { z } from 'zod';

import { jsonDepth } from '../../lib/lines-json.ts';
import { LIMITS } from '../../model/limits.ts';
import type { CaseResult, CaseStatus } from '../../model/tests.ts';
import type { ResultEvent } from '../contract.ts';

type Emit = (event: ResultEvent) => void;

/** CTRF is one JSON value and is held whole while it is read: characters of it. A small heap holds less, and must not burst. */
const MOST = Math.min(200_000_000, Math.floor(getHeapStatistics().heap_size_limit / 12));

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
  rawStatus: z.string().nullish().catch(undefined),
  extra: z
    .object({ annotations: z.array(z.object({ type: z.string() })) })
    .nullish()
    .catch(undefined),
  browser: z.string().nullish(),
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
const Report = z.object({ results: z.object({ summary: Summary.nullish(), tests: z.array(z.unknown()) }) });

/** Reads CTRF; states how much of it is too much, since JSON is read in one piece. */
export async function parseCtrf(text: AsyncIterable<string>, emit: Emit): Promise<void> {
  const parts: string[] = [];
  let size = 0;
  for await (const part of text) {
    size += part.length;
    if (size > MOST)
      return emit({
        type: 'gap',
        reason: 'too-large',
        message: `more than ${Math.round(MOST / 1e6)} MB of JSON: have the producer write JUnit XML, which is read at any size`,
      });
    parts.push(part);
  }
  const json = parts.join('');
  if (jsonDepth(json, LIMITS.depth) > LIMITS.depth)
    return emit({ type: 'gap', reason: 'hostile', message: `more than ${LIMITS.depth} nested JSON values` });
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    return emit({
      type: 'gap',
      reason: unbalanced(json) ? 'truncated' : 'malformed',
      message: error instanceof Error ? error.message : 'not JSON',
    });
  }
  const report = Report.safeParse(value);
  if (!report.success) return emit({ type: 'gap', reason: 'malformed', message: issue(report.error) });
  read(report.data, emit);
}

function read({ results: { summary, tests } }: z.output<typeof Report>, emit: Emit): void {
  let todo = 0;
  const counted = { passed: 0, failed: 0, error: 0, skipped: 0 };
  for (const [index, raw] of tests.entries()) {
    const test = Test.safeParse(raw);
    if (!test.success) {
      emit({ type: 'gap', reason: 'malformed', message: `results.tests[${index}]: ${issue(test.error)}` });
      continue;
    }
    const result = toResult(test.data);
    counted[result.status] += 1;
    // A producer counts a `todo` test as other; here it is skipped.
    if (isTodo(test.data)) todo += 1;
    // Attempts stand inside a test: a second test of one title is another test.
    emit({ type: 'case', result, sibling: true });
  }
  if (summary === null || summary === undefined) return;
  const declare = (what: 'tests' | 'failed' | 'errors' | 'skipped', declared: number | null | undefined, count: number): void => {
    if (declared !== null && declared !== undefined) emit({ type: 'declared', scope: 'summary', what, declared, counted: count });
  };
  const todoApart = summary.other === counted.error + todo;
  declare('tests', summary.tests, tests.length);
  declare('failed', summary.failed, counted.failed);
  declare('errors', todoApart ? counted.error : summary.other, counted.error);
  if (summary.skipped !== null && summary.skipped !== undefined)
    declare('skipped', summary.skipped + (summary.pending ?? 0), counted.skipped - (todoApart ? todo : 0));
}

function toResult(test: Test): CaseResult {
  const suite = Array.isArray(test.suite) ? test.suite.join(' › ') : test.suite;
  const parameters = [test.browser ?? undefined, isEmpty(test.parameters) ? undefined : JSON.stringify(test.parameters)].filter(
    (part) => part !== undefined,
  );
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
  const retries = test.retries ?? 0;
  const told = (test.retryAttempts ?? []).flatMap(({ status }) => (typeof status === 'string' ? [statusOf(status)] : []));
  // Some producers list the deciding run among the attempts.
  if (told.length > 0) return told.length > retries && retries > 0 ? told.slice(0, retries) : told;
  if (retries > 0) return Array.from({ length: Math.min(retries, 100) }, () => 'failed' as const);
  return test.flaky === true && statusOf(test.status) === 'passed' ? ['failed'] : [];
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

/** Valid JSON ends with its closing brace; a cut one seldom does. */
function unbalanced(json: string): boolean {
  return jsonDepth(json, Number.POSITIVE_INFINITY, true) !== 0;
}

function issue(error: z.ZodError): string {
  const [first] = error.issues;
  return first === undefined ? 'not a CTRF report' : `${first.path.join('.') || 'report'}: ${first.message}`;
}
