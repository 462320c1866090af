import type { CaseResult, CaseStatus } from '../../model/tests.ts';

/** An element inside a case that says how one of its runs ended. */
export interface Outcome {
  readonly element: string;
  readonly type: string | undefined;
  readonly message: string | undefined;
  text: string;
}

/** A case while it is read. */
export interface OpenCase {
  readonly attributes: Readonly<Record<string, string>>;
  readonly suite: string | undefined;
  /** `file` of the suites around it. */
  readonly file: string | undefined;
  readonly outcomes: Outcome[];
  /** What tells runs of one test apart that its name does not: playwright's project. */
  readonly parameters?: string | undefined;
}

export const OUTCOMES: ReadonlySet<string> = new Set([
  'failure',
  'error',
  'skipped',
  'flakyFailure',
  'flakyError',
  'rerunFailure',
  'rerunError',
]);

/** Makes a result of a closed `<testcase>`. */
export function toResult(open: OpenCase): CaseResult {
  const { attributes, outcomes } = open;
  const told = deciding(outcomes);
  const earlier = earlierRuns(outcomes);
  const file = attributes['file'] ?? attributes['filepath'] ?? open.file;
  const line = Number(attributes['line'] ?? attributes['lineno'] ?? Number.NaN);
  const className = attributes['classname'] ?? attributes['class'];
  const durationMs = milliseconds(attributes['time'] ?? attributes['duration']);
  return {
    ...(open.suite === undefined ? {} : { suite: open.suite }),
    ...(className === undefined || className === '' ? {} : { class: className }),
    name: attributes['name'] ?? '',
    ...(open.parameters === undefined ? {} : { parameters: open.parameters }),
    ...(file === undefined || file === '' ? {} : { file, location: { path: file, ...(line > 0 ? { line } : {}) } }),
    status: told === undefined ? statusAttribute(attributes) : unrun(told) ? 'error' : statusOf(told, outcomes),
    ...(durationMs === undefined ? {} : { durationMs }),
    ...textOf(told, outcomes),
    ...(earlier.length === 0 ? {} : { earlier }),
  };
}

/** Seconds as producers write them (`1.5`, `1,234.5`, `0,5`) in milliseconds. */
export function milliseconds(seconds: string | undefined): number | undefined {
  if (seconds === undefined || seconds.trim() === '') return undefined;
  const thousands = /^[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?$/.test(seconds);
  const value = Number(thousands ? seconds.replaceAll(',', '') : seconds.replace(',', '.'));
  return Number.isFinite(value) && value >= 0 ? Math.round(value * 1e6) / 1e3 : undefined;
}

/** The element that decides: a failure is never hidden by anything beside it. */
function deciding(outcomes: readonly Outcome[]): Outcome | undefined {
  const skipped = outcomes.find(({ element }) => element === 'skipped');
  // node:test's `todo` and Catch2's `!mayfail` write a failure beside it; it is expected and does not fail the run.
  if (skipped?.type === 'todo' || skipped?.message === 'TEST_CASE tagged with !mayfail') return skipped;
  return outcomes.find(({ element }) => element === 'failure') ?? outcomes.find(({ element }) => element === 'error') ?? skipped;
}

function statusOf(told: Outcome, outcomes: readonly Outcome[]): CaseStatus {
  if (told.element === 'skipped') return 'skipped';
  return told.element === 'failure' || outcomes.some(({ element }) => element === 'failure') ? 'failed' : 'error';
}

/** ctest writes these as skipped, counts them as failed and ends with an error for them. */
const UNRUN =
  /^(?:Unable to find executable|Fixture dependency failed|Required Files Missing|Missing Configuration|Insufficient resources|Failed to change working directory|Invalid resource spec file)/;

function unrun({ element, message = '' }: Outcome): boolean {
  return element === 'skipped' && UNRUN.test(message);
}

/** googletest, ctest and Bazel say it in an attribute. */
function statusAttribute(attributes: Readonly<Record<string, string>>): CaseStatus {
  for (const said of [attributes['status'], attributes['result']]) {
    if (said === undefined) continue;
    if (/^(?:notrun|disabled|skipped|ignored|pending|suppressed)$/i.test(said)) return 'skipped';
    if (/^(?:failed|failure|fail)$/i.test(said)) return 'failed';
    if (/^(?:error|errored|crashed|timedout|timeout|aborted|interrupted)$/i.test(said)) return 'error';
  }
  return 'passed';
}

function earlierRuns(outcomes: readonly Outcome[]): CaseStatus[] {
  return outcomes.flatMap(({ element }): CaseStatus[] => {
    if (element === 'flakyFailure' || element === 'rerunFailure') return ['failed'];
    return element === 'flakyError' || element === 'rerunError' ? ['error'] : [];
  });
}

function textOf(told: Outcome | undefined, outcomes: readonly Outcome[]): Pick<CaseResult, 'message' | 'detail'> {
  const shown = told ?? outcomes[0];
  if (shown === undefined) return {};
  const sameKind =
    told === undefined || told.element === 'skipped'
      ? [shown]
      : outcomes.filter(({ element }) => element === 'failure' || element === 'error');
  const detail = sameKind
    .map(({ text }) => text.trim())
    .filter((text) => text !== '')
    .join('\n\n');
  const message = [shown.message, firstLine(shown.text), shown.type].find((text) => text !== undefined && text.trim() !== '');
  return { ...(message === undefined ? {} : { message }), ...(detail === '' ? {} : { detail }) };
}

function firstLine(text: string): string | undefined {
  return text.trimStart().split('\n', 1)[0];
}
