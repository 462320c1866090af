import { z } from 'zod';

import type { CaseResult, CaseStatus } from '../../model/tests.ts';

const Place = z.object({ file: z.string(), line: z.number() }).nullish().catch(undefined);

/** https://github.com/microsoft/playwright/blob/main/packages/playwright/types/testReporter.d.ts (`JSONReportError`) */
export const Failure = z.object({
  message: z.string().nullish(),
  stack: z.string().nullish(),
  value: z.string().nullish(),
  location: Place,
});
export type Failure = z.output<typeof Failure>;

const Attempt = z.object({
  status: z.string().nullish(),
  duration: z.number().nullish().catch(undefined),
  error: Failure.nullish().catch(undefined),
  errors: z.array(Failure).nullish().catch(undefined),
  errorLocation: Place,
});
type Attempt = z.output<typeof Attempt>;

const Test = z.object({
  expectedStatus: z.string().nullish(),
  projectName: z.string().nullish(),
  projectId: z.string().nullish(),
  /** What playwright makes of the attempts: `expected`, `unexpected`, `flaky`, `skipped`. */
  status: z.string().nullish(),
  results: z.array(Attempt).nullish(),
  annotations: z
    .array(z.object({ type: z.string(), description: z.string().nullish() }))
    .nullish()
    .catch(undefined),
});
type Test = z.output<typeof Test>;

/** A test as it is written; `tests` has one entry for each project that it ran in. */
export const Spec = z.object({
  title: z.string(),
  file: z.string().nullish(),
  line: z.number().nullish(),
  tests: z.array(Test),
});
export type Spec = z.output<typeof Spec>;

/** How playwright itself would count a test; an interrupted run is no run to it. */
export type Outcome = 'expected' | 'unexpected' | 'flaky' | 'skipped';

export interface SpecResult {
  readonly result: CaseResult;
  readonly outcome: Outcome;
}

export interface SpecPlace {
  /** Titles of the `describe`s around it. */
  readonly suite: string;
  readonly file: string;
  readonly local: (path: string) => string;
}

/** One result for each project that a spec ran in. */
export function resultsOf(spec: Spec, place: SpecPlace): SpecResult[] {
  return spec.tests.map((test) => ({ result: toResult(spec, test, place), outcome: outcomeOf(test) }));
}

function toResult(spec: Spec, test: Test, { suite, file, local }: SpecPlace): CaseResult {
  const attempts = runsOf(test);
  const statuses = attempts.map((attempt) => statusOf(attempt, test));
  const last = attempts.at(-1);
  const status = deciding(test, statuses);
  const told = status === 'passed' ? attempts.findLast((_, index) => isFailure(statuses[index])) : last;
  const duration = attempts.reduce((sum, attempt) => sum + (attempt.duration ?? 0), 0);
  const at = placeOf(told, status, local);
  return {
    ...(suite === '' ? {} : { suite }),
    name: spec.title,
    ...(file === '' ? {} : { file, location: at ?? { path: file, ...(spec.line ? { line: spec.line } : {}) } }),
    ...(test.projectName ? { parameters: test.projectName } : {}),
    status,
    ...(attempts.length === 0 ? {} : { durationMs: duration }),
    ...textOf(test, told, status),
    ...(statuses.length > 1 ? { earlier: statuses.slice(0, -1) } : {}),
  };
}

/** A skip beside attempts that ran is none of them. */
function runsOf({ results }: Test): readonly Attempt[] {
  const ran = (results ?? []).filter(({ status }) => status && status !== 'skipped');
  return ran.length > 0 ? ran : (results ?? []).slice(-1);
}

/** The attempts decide. What playwright itself says of them only ever makes it worse. */
function deciding(test: Test, statuses: readonly CaseStatus[]): CaseStatus {
  const last = statuses.at(-1) ?? 'skipped';
  return test.status === 'unexpected' && !isFailure(last) ? 'failed' : last;
}

function statusOf({ status }: Attempt, { expectedStatus, status: outcome }: Test): CaseStatus {
  if (status === 'skipped') return 'skipped';
  if (status === 'interrupted') return 'error';
  if (status === (expectedStatus ?? 'passed')) return 'passed';
  // `test.fail` also expects a time-out.
  if (status === 'timedOut' && expectedStatus === 'failed' && outcome === 'expected') return 'passed';
  if (status === 'passed' || status === 'failed' || status === 'timedOut') return 'failed';
  // Without a status there was no run.
  return status === null || status === undefined ? 'skipped' : 'error';
}

function outcomeOf(test: Test): Outcome {
  const ran = (test.results ?? []).filter(({ status }) => status !== 'skipped' && status !== 'interrupted' && status);
  const good = ran.filter((attempt) => statusOf(attempt, test) === 'passed').length;
  if (ran.length === 0) return 'skipped';
  if (good === ran.length) return 'expected';
  return good > 0 ? 'flaky' : 'unexpected';
}

function textOf(test: Test, told: Attempt | undefined, status: CaseStatus): Pick<CaseResult, 'message' | 'detail'> {
  if (status === 'skipped') {
    const why = test.annotations?.find(({ type, description }) => (type === 'skip' || type === 'fixme') && description)?.description;
    return why ? { message: why } : {};
  }
  const failures = told === undefined ? [] : told.errors?.length ? told.errors : told.error ? [told.error] : [];
  if (failures.length === 0) {
    if (status === 'passed') return {};
    if (told?.status === 'passed') return { message: `the test passed, and was expected to end as ${test.expectedStatus ?? 'passed'}` };
    return { message: told?.status === 'interrupted' ? 'the run was interrupted' : `the test ended as ${told?.status ?? 'nothing'}` };
  }
  return { message: headlineOf(failures[0]), detail: failures.map(fullText).join('\n\n') };
}

/** The first line of an error. */
export function headlineOf(failure: Failure | undefined): string {
  const text = plain(failure?.message ?? failure?.value ?? failure?.stack ?? '').trim();
  return text.split('\n', 1)[0]?.trim() || 'an error without a message';
}

/** The stack where it repeats the message, both where it does not. */
export function fullText({ message, value, stack }: Failure): string {
  const said = message ?? value ?? '';
  if (!stack) return said;
  return said === '' || plain(stack).includes(plain(said).slice(0, 200)) ? stack : `${said}\n${stack}`;
}

function placeOf(told: Attempt | undefined, status: CaseStatus, local: (path: string) => string): CaseResult['location'] {
  const at = isFailure(status) ? (told?.errorLocation ?? told?.errors?.[0]?.location ?? told?.error?.location) : undefined;
  return at && at.line > 0 ? { path: local(at.file), line: at.line } : undefined;
}

function isFailure(status: CaseStatus | undefined): boolean {
  return status === 'failed' || status === 'error';
}

function plain(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replace(/\u001B\[[\d;]*m/g, '');
}
