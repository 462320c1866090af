import { z } from 'zod';

import { parseJson } from '../../lib/json.ts';

const Counts = z.object({
  passed: z.number().optional(),
  failed: z.number().optional(),
  ignored: z.number().optional(),
  measured: z.number().optional(),
  exec_time: z.number().optional(),
});

/** One line of libtest's JSON: https://github.com/rust-lang/rust/blob/main/library/test/src/formatters/json.rs */
export const LibtestEvent = z.discriminatedUnion('type', [
  Counts.extend({
    type: z.literal('suite'),
    event: z.string(),
    test_count: z.number().optional(),
    nextest: z.object({ crate: z.string(), test_binary: z.string() }).optional(),
  }),
  z.object({
    type: z.literal('test'),
    event: z.string(),
    name: z.string(),
    exec_time: z.number().optional(),
    stdout: z.string().optional(),
    message: z.string().optional(),
    reason: z.string().optional(),
  }),
  z.object({ type: z.literal('bench'), name: z.string(), median: z.number().optional() }),
]);
export type LibtestEvent = z.output<typeof LibtestEvent>;

const HEAD = /^\{\s*"type":\s*"(?:suite|test|bench)",\s*"(?:event|name)":\s*"/;

/** Whether a line is one, by its beginning. */
export function isEvent(line: string): boolean {
  return (
    HEAD.test(line) &&
    /^\{\s*"type":\s*"(?:suite",\s*"event":\s*"(?:started|ok|failed|discovery)"|test",|bench",)/.test(line) &&
    !/"testID"|"suiteID"/.test(line.slice(0, 300))
  );
}

/** The event in a line; `undefined` for other JSON, `broken` for none. */
export function eventOf(line: string): LibtestEvent | 'broken' | undefined {
  const value = parseJson(line);
  if (value === undefined) return 'broken';
  const event = LibtestEvent.safeParse(value);
  return event.success ? event.data : undefined;
}
