import { z } from 'zod';

import { placeInTrace } from '../../lib/frames.ts';
import type { CaseResult, CaseStatus } from '../../model/tests.ts';

const Strings = z.array(z.string()).nullish().catch(undefined);

/** One test: jest's `AssertionResult`, https://github.com/jestjs/jest/blob/main/packages/jest-types/src/TestResult.ts */
export const Test = z.object({
  /** Absent in the entry that stands for a file that failed outside its tests. */
  title: z.string().nullish(),
  status: z.string(),
  ancestorTitles: Strings,
  duration: z.number().nullish().catch(undefined),
  failureMessages: Strings,
  /** Runs of the test, the last one included. */
  invocations: z.number().nullish().catch(undefined),
  retryReasons: Strings,
  location: z.object({ line: z.number() }).nullish().catch(undefined),
});
export type Test = z.output<typeof Test>;

/** One test file; the second name of a field is the one that reporters and `testResultsProcessor` see. */
export const TestFile = z.object({
  name: z.string().nullish(),
  testFilePath: z.string().nullish(),
  status: z.string().nullish(),
  message: z.string().nullish(),
  failureMessage: z.string().nullish(),
  testExecError: z.unknown().optional(),
  assertionResults: z.array(z.unknown()).nullish(),
  testResults: z.array(z.unknown()).nullish(),
});
export type TestFile = z.output<typeof TestFile>;

export function toResult(test: Test, file: string): CaseResult {
  // vitest before 2.0 begins with a title that is empty.
  const suite = (test.ancestorTitles ?? []).filter((title) => title !== '').join(' › ');
  const failures = test.failureMessages ?? [];
  const status = statusOf(test.status, failures.length > 0);
  const earlier = earlierRuns(test, status);
  const shown = status === 'skipped' ? undefined : (failures[0] ?? test.retryReasons?.[0]);
  const place = placeOf(file, failures);
  const line = place?.line ?? test.location?.line;
  return {
    ...(suite === '' ? {} : { suite }),
    name: test.title ?? '',
    ...(file === '' ? {} : { file, location: { path: file, ...(line === undefined ? {} : { line }) } }),
    status,
    ...(typeof test.duration === 'number' ? { durationMs: test.duration } : {}),
    ...(shown === undefined ? {} : { message: headline(shown), detail: failures.length > 0 ? failures.join('\n\n') : shown }),
    ...(earlier.length === 0 ? {} : { earlier }),
  };
}

/** The file as a whole went wrong: it could not be loaded, holds no test, or failed outside its tests. */
export function fileError({ message, failureMessage }: TestFile, file: string, told: readonly string[]): CaseResult {
  const detail = withoutColours(message || failureMessage || told.join('\n\n')).trim();
  const own = /● Test suite failed to run\s*([\s\S]*)/.exec(detail)?.[1] ?? detail;
  const line = placeInFile(file, detail);
  return {
    name: file,
    ...(file === '' ? {} : { file, location: { path: file, ...(line === undefined ? {} : { line }) } }),
    status: 'error',
    message: headline(own) || 'the file failed, and none of its tests says why',
    ...(detail === '' ? {} : { detail }),
  };
}

/**
 * jest says in the file's message alone that a hook outside its tests, or loading it, failed; vitest before 1.0 does so
 * in files that it calls passed.
 */
export function failedOutsideTests({ status, message, failureMessage, testExecError }: TestFile, failed: number): boolean {
  if (testExecError !== undefined && testExecError !== null) return true;
  const said = withoutColours(message || failureMessage || '').trim();
  if (/^\s*● Test suite failed to run\s*$/m.test(said)) return true;
  return failed === 0 && (status === 'failed' || said !== '');
}

function statusOf(status: string, failed: boolean): CaseStatus {
  if (status === 'passed') return 'passed';
  if (status === 'failed') return 'failed';
  if (/^(?:pending|skipped|todo|disabled)$/.test(status)) return 'skipped';
  return failed ? 'failed' : status === 'focused' ? 'skipped' : 'error';
}

/** jest counts the runs of a test; vitest leaves the failures of those before in a test that passed. */
function earlierRuns({ invocations, retryReasons, failureMessages }: Test, status: CaseStatus): CaseStatus[] {
  if (status === 'skipped') return [];
  const before = Math.max((invocations ?? 1) - 1, retryReasons?.length ?? 0, status === 'passed' ? (failureMessages?.length ?? 0) : 0);
  return Array.from({ length: Math.min(before, 100) }, () => 'failed' as const);
}

function placeOf(file: string, failures: readonly string[]): { readonly line: number } | undefined {
  const line = failures.length === 0 ? undefined : placeInFile(file, failures[0] ?? '');
  return line === undefined ? undefined : { line };
}

function placeInFile(file: string, trace: string): number | undefined {
  const name = file.split(/[\\/]/).at(-1) ?? '';
  if (name === '') return undefined;
  const own = trace.split('\n', 200).filter((line) => line.includes(`${name}:`));
  return placeInTrace(own.join('\n'))?.line;
}

function headline(text: string): string {
  return withoutColours(text).trim().split('\n', 1)[0]?.trim() ?? '';
}

function withoutColours(text: string): string {
  // oxlint-disable-next-line no-control-regex -- escape sequences begin with one
  return text.replace(/\u001B\[[\d;]*m/g, '');
}
