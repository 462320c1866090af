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
  /** Xcode's property: which of its repetitions this case is. */
  repetition?: string | undefined;
}

export const OUTCOMES: ReadonlySet<string> = new Set([
  'failure',
  'error',
  'skipped',
  'warning',
  'flakyFailure',
  'flakyError',
  'rerunFailure',
  'rerunError',
]);

/** Makes a result of a closed `<testcase>`. */
export function toResult(open: OpenCase): CaseResult {
  const { attributes, outcomes } = open;
  const told = outcomes.length === 0 ? undefined : deciding(outcomes);
  const file = attributes['file'] ?? attributes['filepath'] ?? open.file;
  const line = Number(attributes['line'] ?? attributes['lineno'] ?? Number.NaN);
  const className = attributes['classname'] ?? attributes['class'];
  const durationMs = milliseconds(attributes['time'] ?? attributes['duration']);
  // Built up field by field: this runs a million times, and spreading costs more than all the rest of it.
  const result: Writable<CaseResult> = { name: attributes['name'] ?? '', status: 'passed' };
  if (open.suite !== undefined) result.suite = open.suite;
  if (className !== undefined && className !== '') result.class = className;
  if (open.parameters !== undefined) result.parameters = open.parameters;
  if (file !== undefined && file !== '') {
    result.file = file;
    result.location = line > 0 ? { path: file, line } : { path: file };
  }
  if (durationMs !== undefined) result.durationMs = durationMs;
  result.status = told === undefined ? statusAttribute(attributes) : unrun(told) ? 'error' : statusOf(told, outcomes);
  if (outcomes.length === 0) return result;
  const earlier = earlierRuns(told?.element.startsWith('rerun') === true ? outcomes.filter((outcome) => outcome !== told) : outcomes);
  if (earlier.length > 0) result.earlier = earlier;
  return Object.assign(result, textOf(told, outcomes));
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Seconds as producers write them (`1.5`, `1,234.5`, `0,5`) in milliseconds. */
export function milliseconds(seconds: string | undefined): number | undefined {
  if (seconds === undefined || seconds.trim() === '') return undefined;
  const plain = Number(seconds);
  const value = Number.isNaN(plain) ? localisedNumber(seconds.trim()) : plain;
  return Number.isFinite(value) && value >= 0 ? Math.round(value * 1e6) / 1e3 : undefined;
}

/** `1,234.5`, `0,25`, and with the unit behind it: `0.1s`, `12 ms`. */
function localisedNumber(text: string): number {
  const [, number = '', unit = 's'] = /^([\d.,]+)\s*(ms|s|sec|seconds)?$/i.exec(text) ?? [];
  const thousands = /^[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?$/.test(number);
  const value = number === '' ? Number.NaN : Number(thousands ? number.replaceAll(',', '') : number.replace(',', '.'));
  return unit.toLowerCase() === 'ms' ? value / 1000 : value;
}

/** The element that decides: a failure is never hidden by anything beside it. */
function deciding(outcomes: readonly Outcome[]): Outcome | undefined {
  const skipped = outcomes.find(({ element }) => element === 'skipped');
  // node:test's `todo` and Catch2's `!mayfail` write a failure beside it; it is expected and does not fail the run.
  if (skipped?.type === 'todo' || skipped?.message === 'TEST_CASE tagged with !mayfail') return skipped;
  const of = (kind: string): Outcome | undefined => outcomes.find(({ element }) => element === kind);
  // Surefire writes re-runs that failed beside the failure that they confirm: without one, they are all that tells of it.
  const rerun = outcomes.findLast(({ element }) => element === 'rerunFailure' || element === 'rerunError');
  return of('failure') ?? of('error') ?? rerun ?? skipped ?? of('warning');
}

function statusOf(told: Outcome, outcomes: readonly Outcome[]): CaseStatus {
  // PHPUnit up to 9 warns in place of a test that could not be run ("No tests found in class"), and ends well all the same.
  if (told.element === 'skipped' || told.element === 'warning') return 'skipped';
  if (told.element === 'rerunFailure') return 'failed';
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
  // Eclipse writes `ignored="true"`; others, `skipped` or `disabled`.
  if ([attributes['ignored'], attributes['skipped'], attributes['disabled']].includes('true')) return 'skipped';
  for (const said of [attributes['status'], attributes['result']]) {
    if (said === undefined) continue;
    if (/^(?:not[ _-]?(?:run|executed)|disabled|skip(?:ped)?|ignored?|pending|suppressed|inconclusive|todo)$/i.test(said)) return 'skipped';
    if (/^(?:failed|failure|fail)$/i.test(said)) return 'failed';
    if (/^(?:error|errored|broken|crash(?:ed)?|timed[ _-]?out|timeout|aborted|interrupted|cancell?ed)$/i.test(said)) return 'error';
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
    told === undefined || told.element === 'skipped' || told.element === 'warning'
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
