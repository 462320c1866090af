import { z } from 'zod';

import { parseJson } from '../../lib/json.ts';
import type { Attempt } from '../../model/attempt.ts';

/** What a proxy writes down of one attempt; several lines with the same number make one. */
export const AttemptLine = z.strictObject({
  n: z.number(),
  /** Began, was answered first, and was over: milliseconds since the epoch. */
  at: z.number().optional(),
  a: z.number().optional(),
  e: z.number().optional(),
  /** Connection. */
  c: z.number().optional(),
  /** Method and path. */
  w: z.string().optional(),
  /** Digest of what was asked. */
  d: z.string().optional(),
  /** Status of HTTP. */
  s: z.number().optional(),
  /** Who ended it; `next`: another one began on its connection. */
  by: z.enum(['caller', 'dependency', 'proxy', 'next']).optional(),
  /** Its answer was not whole. */
  part: z.boolean().optional(),
});
export type AttemptLine = z.output<typeof AttemptLine>;

/** The attempts of such a text, in order. A last line that is not whole yet is left out. */
export function attemptsIn(text: string): Attempt[] {
  const known = new Map<number, AttemptLine>();
  for (const line of text.split('\n')) {
    const read = AttemptLine.safeParse(parseJson(line));
    if (read.success) known.set(read.data.n, { ...known.get(read.data.n), ...read.data });
  }
  return [...known.values()].flatMap((line) => (line.at === undefined ? [] : [attemptOf(line, line.at)])).sort((a, b) => a.atMs - b.atMs);
}

function attemptOf(line: AttemptLine, atMs: number): Attempt {
  return {
    atMs,
    answeredMs: line.a === undefined ? undefined : line.a - atMs,
    overMs: line.e === undefined ? undefined : line.e - atMs,
    end: endOf(line),
    connection: line.c ?? 0,
    digest: line.d ?? '',
    what: line.w,
  };
}

function endOf({ a, by, s, part = false }: AttemptLine): Attempt['end'] {
  if (a !== undefined && s !== undefined && s >= 500) return 'failed';
  if (by === 'caller' && (a === undefined || part)) return 'left';
  if (a !== undefined) return part && by !== undefined ? 'broken' : 'answered';
  return by === undefined ? 'open' : 'broken';
}
