import { z } from 'zod';

import type { CaseResult, CaseStatus } from '../../model/tests.ts';
import { failureOf, isOutsideTests, MochaTest, resultOf } from './test.ts';

const Flag = z.boolean().nullish().catch(undefined);
const AwesomeTest = MochaTest.extend({
  state: z.string().nullish(),
  pass: Flag,
  fail: Flag,
  pending: Flag,
  /** A hook that failed kept it from running. */
  skipped: Flag,
  isHook: Flag,
});
type AwesomeTest = z.output<typeof AwesomeTest>;

/** A suite of mochawesome's: https://github.com/adamgruber/mochawesome */
export const AwesomeSuite = z.object({
  title: z.string().nullish(),
  file: z.string().nullish(),
  fullFile: z.string().nullish(),
  beforeHooks: z.array(AwesomeTest).nullish(),
  tests: z.array(AwesomeTest).nullish(),
  afterHooks: z.array(AwesomeTest).nullish(),
  get suites() {
    return z.array(AwesomeSuite).nullish();
  },
});
export type AwesomeSuite = z.output<typeof AwesomeSuite>;

/** Every test of a suite and the suites below it, and the hooks that failed. */
export function eachAwesome(
  suite: AwesomeSuite,
  around: { readonly title: string; readonly file: string },
  tell: (result: CaseResult) => void,
): void {
  const here = {
    title: [around.title, suite.title].filter(Boolean).join(' › '),
    file: suite.fullFile || suite.file || around.file,
  };
  const hooks = [...(suite.beforeHooks ?? []), ...(suite.afterHooks ?? [])].filter((hook) => statusOf(hook) === 'failed');
  for (const test of [...(suite.tests ?? []), ...hooks]) tell(toResult(test, here));
  for (const below of suite.suites ?? []) eachAwesome(below, here, tell);
}

function toResult(test: AwesomeTest, { title, file }: { readonly title: string; readonly file: string }): CaseResult {
  const status = statusOf(test);
  const outside = test.isHook === true || isOutsideTests(test.title);
  const result = resultOf({
    suite: title,
    title: test.title,
    file,
    status: outside && status === 'failed' ? 'error' : status,
    durationMs: test.duration ?? undefined,
    failure: status === 'failed' ? (failureOf(test) ?? {}) : undefined,
    retries: 0,
  });
  return test.skipped === true ? { ...result, message: 'a hook failed before it could run' } : result;
}

function statusOf({ state, pass, fail, pending, skipped }: AwesomeTest): CaseStatus {
  if (state === 'failed' || fail === true) return 'failed';
  if (state === 'passed' || pass === true) return 'passed';
  return state === 'pending' || pending === true || skipped === true ? 'skipped' : 'error';
}
