import { z } from 'zod';

import { counted } from '../../lib/text.ts';
import type { Rule } from '../../model/rule.ts';
import type { RowResult } from '../../model/row-judge.ts';

export const TrailFacts = z.object({
  target: z.string(),
  path: z.string(),
  /** Lines that were read. */
  lines: z.number(),
  calls: z.array(
    z.object({
      kind: z.enum(['allowed', 'denied']),
      /** Of the answer; null when none came. */
      status: z.number().nullable(),
      /** Lines that hold the nonce of the call. */
      found: z.number(),
      principal: z.boolean(),
      outcome: z.boolean(),
      by: z.string().optional(),
      /** One of them, without what lets the caller in. */
      line: z.string().optional(),
      /** A line holds what lets the caller in. */
      leaked: z.boolean(),
    }),
  ),
});
export type TrailFacts = z.output<typeof TrailFacts>;
type Call = TrailFacts['calls'][number];

export const TRAIL_RULE: Rule = {
  title: 'the use of a key leaves no trail',
  priority: 'P1',
  effort: '2–8 h',
  fix: 'Write one line for every decision about access: when, who (an id of the key, never the key), what, and how it was decided, with the id of the request; those that are refused too.',
};

const EXPECTED = 'a record of both calls, with who made it and how it was decided';

export function judgeTrail({ target, path, lines, calls }: TrailFacts): RowResult[] {
  const complete = calls.filter((call) => missingOf(call).length === 0);
  const base = {
    subject: `${target}: ${path}`,
    measured: `${String(complete.length)} of ${String(calls.length)} found`,
    expected: EXPECTED,
  };
  const wrong = calls.find(
    ({ kind, status }) => status === null || (kind === 'allowed' ? status < 200 || status > 299 : status !== 401 && status !== 403),
  );
  if (wrong) {
    const because = `the call that must be ${wrong.kind} was answered with ${wrong.status === null ? 'nothing' : String(wrong.status)}, so its record would show nothing`;
    return [{ ...base, result: { verdict: 'inconclusive', because }, summary: `${because}.` }];
  }
  const told = calls.map((call) => {
    const missing = missingOf(call);
    const state =
      missing.length === 0
        ? 'found'
        : call.found === 0
          ? `not found in ${counted(lines, 'line')}`
          : `found without ${missing.join(' and ')}`;
    const leak = call.leaked ? '; it holds the key itself' : '';
    return `- ${call.kind} (${String(call.status)}): ${state}${leak}${call.line === undefined ? '' : `\n  ${call.by ?? ''}: ${call.line}`}`;
  });
  const leaked = calls.some((call) => call.leaked);
  const fine = complete.length === calls.length && !leaked;
  return [
    {
      ...base,
      result: fine ? { verdict: 'refuted' } : { verdict: 'confirmed' },
      summary: `GET ${path} of ${target}, each call with a nonce of its own:\n${told.join('\n')}`,
      ...(leaked ? { measured: `${base.measured}; the key itself is written down` } : {}),
    },
  ];
}

/** Who is refused is known to nobody: of that call the outcome is enough. */
function missingOf({ kind, found, principal, outcome }: Call): string[] {
  if (found === 0) return ['a record'];
  return [...(kind === 'allowed' && !principal ? ['who made it'] : []), ...(outcome ? [] : ['how it was decided'])];
}
