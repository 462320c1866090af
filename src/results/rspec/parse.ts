import { z } from 'zod';

import { jsonPathText, readJson, wanting } from '../../lib/json-stream.ts';
import { JSON_LIMITS, LIMITS } from '../../model/limits.ts';
import type { CaseResult, CaseStatus } from '../../model/tests.ts';
import type { ResultEvent } from '../contract.ts';

type Emit = (event: ResultEvent) => void;

const Example = z.object({
  description: z.string().nullish(),
  full_description: z.string(),
  status: z.string(),
  file_path: z.string().nullish(),
  line_number: z.number().nullish(),
  /** Seconds. */
  run_time: z.number().nullish(),
  pending_message: z.string().nullish(),
  exception: z.object({ class: z.string().nullish(), message: z.string().nullish(), backtrace: z.array(z.string()).nullish() }).nullish(),
});
type Example = z.output<typeof Example>;

const Summary = z.object({
  example_count: z.number().nullish(),
  failure_count: z.number().nullish(),
  pending_count: z.number().nullish(),
  errors_outside_of_examples_count: z.number().nullish(),
});

/** Errors outside the examples that are told one by one. */
const OUTSIDE = 100;

/** Reads RSpec's JSON, one example at a time. */
export async function parseRspec(text: AsyncIterable<string>, emit: Emit): Promise<void> {
  const counted = { tests: 0, failed: 0, error: 0, skipped: 0, passed: 0 };
  const messages: string[] = [];
  let listed = false;
  let summary: z.output<typeof Summary> | undefined;
  const begin = wanting('messages.*', 'examples.*', 'summary');
  const { trouble } = await readJson(
    text,
    {
      begin: (path, kind) => {
        if (path.length === 1 && path[0] === 'examples') listed = kind === 'array';
        return begin(path, kind);
      },
      value: (path, value) => {
        if (path[0] === 'summary') summary = Summary.safeParse(value).data;
        else if (path[0] === 'messages') {
          if (typeof value === 'string' && messages.length < OUTSIDE) messages.push(value.slice(0, LIMITS.caseText));
        } else if (listed) {
          const { data: example } = Example.safeParse(value);
          if (example === undefined) return emit({ type: 'gap', reason: 'malformed', message: `${jsonPathText(path)} is no example` });
          const result = toResult(example);
          counted.tests += 1;
          counted[result.status] += 1;
          // Two examples may have one description; RSpec knows no retries.
          emit({ type: 'case', result, sibling: true });
        }
      },
    },
    JSON_LIMITS,
  );
  const outside = Math.min(summary?.errors_outside_of_examples_count ?? 0, OUTSIDE);
  for (const result of outsideExamples(outside, messages)) emit({ type: 'case', result, sibling: true });
  if (trouble !== undefined) return emit({ type: 'gap', ...trouble });
  if (!listed) emit({ type: 'gap', reason: 'malformed', message: 'examples: there is no list of examples' });
  for (const [what, declared, own] of [
    ['tests', summary?.example_count, counted.tests],
    ['failed', summary?.failure_count, counted.failed + counted.error],
    ['skipped', summary?.pending_count, counted.skipped],
  ] as const)
    if (typeof declared === 'number') emit({ type: 'declared', scope: 'summary', what, declared, counted: own });
}

function toResult(example: Example): CaseResult {
  const { full_description: name, file_path: file, line_number: line, run_time: seconds, pending_message: pending, exception } = example;
  const status = statusOf(example.status);
  const failing = status === 'failed' || status === 'error';
  const message = failing
    ? (exception?.message?.trim() ?? `the status is "${example.status}"`)
    : status === 'skipped'
      ? pending
      : undefined;
  const path = file?.replace(/^\.\//, '');
  return {
    name,
    ...(path ? { file: path, location: { path, ...(line ? { line } : {}) } } : {}),
    status,
    ...(seconds === null || seconds === undefined ? {} : { durationMs: Math.round(seconds * 1e6) / 1e3 }),
    ...(message ? { message } : {}),
    ...(failing && exception?.backtrace ? { detail: [exception.class, ...exception.backtrace].filter(Boolean).join('\n') } : {}),
  };
}

/** RSpec counts these, and says what happened only in messages: one of each where there is one. */
function outsideExamples(errors: number, messages: readonly string[]): CaseResult[] {
  const said = messages.filter((message) => /\berror\b/i.test(message));
  return Array.from({ length: errors }, (_, nth) => {
    const detail = (said[nth] ?? said[0] ?? '').trim();
    const message = detail.split('\n', 1)[0] || 'an error occurred outside of examples';
    return { name: 'outside of examples', status: 'error' as const, message, ...(detail === '' ? {} : { detail }) };
  });
}

function statusOf(status: string): CaseStatus {
  if (status === 'passed' || status === 'failed') return status;
  return status === 'pending' ? 'skipped' : 'error';
}
