import type { CaseResult, CaseStatus } from '../../model/tests.ts';
import type { OpenPoint } from './level.ts';
import { pointStatus } from './line.ts';

/** Failures of node:test that say no more than that a test below failed: https://nodejs.org/api/errors.html#err_test_failure */
const FROM_BELOW = /^(?:subtestsFailed|cancelledByParent|parentAlreadyFinished)$/;
const AROUND = /^(?:hookFailed|cancelledByParent|testAborted)$/;

/** How a point ended, with what node:test says of it: hooks, what they cancel and files that do not load are errors. */
export function statusOf({ point, diagnostics }: OpenPoint): CaseStatus {
  const status = pointStatus(point);
  if (status !== 'failed') return status;
  const crashed = diagnostics.value('exitCode') !== undefined || diagnostics.value('signal') !== undefined;
  return crashed || AROUND.test(diagnostics.value('failureType') ?? '') ? 'error' : 'failed';
}

/** Whether a test around failing subtests failed in its own code as well, so far as its producer says. */
export function failsByItself({ diagnostics }: OpenPoint): boolean {
  const cause = diagnostics.value('failureType');
  return cause !== undefined && !FROM_BELOW.test(cause);
}

export interface Surroundings {
  readonly suite: string | undefined;
  /** The script that prove runs. */
  readonly script: string | undefined;
  /** Which point of its level it is. */
  readonly nth: number;
}

export function pointResult({ point, diagnostics }: OpenPoint, status: CaseStatus, { suite, script, nth }: Surroundings): CaseResult {
  const failing = status === 'failed' || status === 'error';
  const place = diagnostics.value('location') === undefined && !failing ? undefined : diagnostics.place;
  const message = failing ? diagnostics.message : status === 'skipped' && point.reason !== '' ? point.reason : undefined;
  const duration = Number(diagnostics.value('duration_ms') ?? Number.NaN);
  const durationMs = point.durationMs ?? (duration >= 0 ? duration : undefined);
  const detail = failing ? diagnostics.detail : '';
  return {
    ...(suite === undefined ? {} : { suite }),
    name: point.description === '' ? `test ${point.number ?? nth}` : point.description,
    // node:test names the file of failing tests alone: it is no part of what they are.
    ...(script === undefined ? {} : { file: script }),
    status,
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(message === undefined ? {} : { message }),
    ...(detail === '' ? {} : { detail }),
    ...(place === undefined ? {} : { location: place }),
  };
}
