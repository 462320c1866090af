import { z } from 'zod';

import { placeInTrace } from '../../lib/frames.ts';
import type { CaseResult, CaseStatus } from '../../model/tests.ts';

/** What a test threw, in the spellings of mocha (`message`, `stack`) and mochawesome (`message`, `estack`). */
const Thrown = z.object({ message: z.string().nullish(), stack: z.string().nullish(), estack: z.string().nullish() });

/** A test or hook as mocha's `json` and `json-stream` reporters write it: https://mochajs.org/#json */
export const MochaTest = z.object({
  title: z.string(),
  fullTitle: z.string().nullish(),
  file: z.string().nullish().catch(undefined),
  duration: z.number().nullish().catch(undefined),
  currentRetry: z.number().nullish().catch(undefined),
  /** `json-stream` writes the message alone. */
  err: z.union([Thrown, z.string()]).nullish().catch(undefined),
  stack: z.string().nullish().catch(undefined),
});
export type MochaTest = z.output<typeof MochaTest>;

/** A hook (`"before each" hook for "adds"`), or an error that no test can be blamed for: reported like tests, and none. */
export function isOutsideTests(title: string): boolean {
  return /^"(?:before|after) (?:all|each)" hook\b|^Uncaught error outside test suite$/.test(title);
}

/** The test had passed or failed before: this is no other test of the same title. */
export function isSecondEnd({ message, stack }: Failure): boolean {
  return (message ?? stack ?? '').includes('done() called multiple times');
}

export interface Failure {
  readonly message?: string | undefined;
  readonly stack?: string | undefined;
}

export function failureOf({ err, stack }: MochaTest): Failure | undefined {
  if (typeof err === 'string') return { message: err, stack: stack ?? undefined };
  const { message, stack: own, estack } = err ?? {};
  const trace = own ?? estack ?? undefined;
  return message || trace ? { message: message ?? undefined, stack: trace } : undefined;
}

export function toResult(test: MochaTest, status: CaseStatus): CaseResult {
  const full = test.fullTitle ?? '';
  const suite = full.endsWith(test.title) ? full.slice(0, full.length - test.title.length).trim() : '';
  return resultOf({
    suite,
    title: test.title,
    file: test.file ?? '',
    status: status === 'failed' && isOutsideTests(test.title) ? 'error' : status,
    durationMs: test.duration ?? undefined,
    failure: status === 'failed' ? failureOf(test) : undefined,
    retries: test.currentRetry ?? 0,
  });
}

export interface Told {
  readonly suite: string;
  readonly title: string;
  readonly file: string;
  readonly status: CaseStatus;
  readonly durationMs: number | undefined;
  readonly failure: Failure | undefined;
  /** Runs before this one, which all failed. */
  readonly retries: number;
}

export function resultOf({ suite, title, file, status, durationMs, failure, retries }: Told): CaseResult {
  const { message, stack } = failure ?? {};
  const place = placeInTrace(stack);
  const location =
    place === undefined || place.path.startsWith('internal/') ? undefined : { path: within(file, place.path), line: place.line };
  return {
    ...(suite === '' ? {} : { suite }),
    name: title,
    ...(file === '' ? {} : { file }),
    ...(location !== undefined ? { location } : file === '' ? {} : { location: { path: file } }),
    status,
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(failure === undefined ? {} : { message: headline(message) || headline(stack) || 'failed without a message' }),
    ...(stack || message
      ? { detail: stack?.includes((message ?? '').slice(0, 200)) ? stack : [message, stack].filter(Boolean).join('\n') }
      : {}),
    ...(retries > 0 && status !== 'skipped' ? { earlier: Array.from({ length: Math.min(retries, 100) }, () => 'failed' as const) } : {}),
  };
}

function headline(text: string | undefined): string {
  return text?.trim().split('\n', 1)[0]?.trim() ?? '';
}

/** Frames are relative to where mocha ran; the file of the test is absolute. */
function within(file: string, path: string): string {
  const slashed = (text: string): string => text.replaceAll('\\', '/');
  return file !== '' && slashed(file).endsWith(`/${slashed(path)}`) ? file : path;
}
