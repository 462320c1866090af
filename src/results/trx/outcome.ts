import type { CaseStatus } from '../../model/tests.ts';

/**
 * What an outcome amounts to. A result without one is an error: the attribute's default is the first value of
 * `TestOutcome`, which is Error. An outcome that nobody knows is no pass.
 */
export function statusOf(outcome: string | undefined): CaseStatus {
  switch (outcome) {
    case 'Passed':
    // Ended without a verdict of its own (load and manual tests), or passed with a warning.
    case 'Completed':
    case 'Warning':
      return 'passed';
    case 'Failed':
      return 'failed';
    case 'NotExecuted':
    case 'Inconclusive':
      return 'skipped';
    default:
      return 'error';
  }
}

/** Outcomes of a whole run with which it cannot have gone well. */
export const BROKEN: ReadonlySet<string> = new Set(['Failed', 'Error', 'Aborted', 'Timeout', 'Disconnected', 'InProgress', 'NotRunnable']);

/** Of these, the ones in which tests may be missing whatever the others said. */
export const CUT_SHORT: ReadonlySet<string> = new Set(['Aborted', 'Timeout', 'Disconnected', 'InProgress']);

/** xUnit.net's adapter logs every failing test as an error of the run, and what the test said line by line. */
const ECHO = /^\[xUnit\.net [\d:.]+\](?!.*(?:Catastrophic|Cleanup Failure|Unhandled))/i;
/** NUnit's adapter logs a tear-down that failed as a warning: no test tells of it. */
const TEAR_DOWN = /^(?:OneTime)?TearDown failed for test fixture/i;
/** Microsoft.Testing.Platform says so beside the tests that failed: 2 is "at least one test failed". */
const TESTS_FAILED = /^Exit code indicates failure: '2'/;
/** A filter over a whole solution leaves projects without a test. */
const NOTHING = /^No test (?:is available|matches the given testcase filter)/;

export type RunInfo = 'error' | 'nothing-to-run' | 'said';

/** What a message of the run means for the run. */
export function runInfo(outcome: string | undefined, text: string): RunInfo {
  if (TEAR_DOWN.test(text)) return 'error';
  if (NOTHING.test(text)) return 'nothing-to-run';
  return outcome !== undefined && BROKEN.has(outcome) && !ECHO.test(text) && !TESTS_FAILED.test(text) ? 'error' : 'said';
}
