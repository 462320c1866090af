import { z } from 'zod';

import { counted } from '../../lib/text.ts';
import { defineJudge, type RowJudge, type RowResult } from '../../model/row-judge.ts';

export const MarkFacts = z.object({
  documents: z.number(),
  /** Items that are marked as done or pending. */
  items: z.number(),
  /** Documents that are too large or gone. */
  unread: z.array(z.string()),
  found: z.array(
    z.object({ path: z.string(), line: z.number(), work: z.string(), doneLine: z.number(), done: z.string(), pending: z.string() }),
  ),
  omitted: z.number(),
});
export type MarkFacts = z.output<typeof MarkFacts>;

const Op = z.enum(['>=', '<=', '>', '<']);

export const GoalFacts = z.object({
  documents: z.number(),
  unread: z.array(z.string()),
  goals: z.array(
    z.object({
      path: z.string(),
      line: z.number(),
      metric: z.string(),
      value: z.string(),
      goal: z.string(),
      op: Op,
      because: z.string(),
      status: z.string(),
      numbers: z.object({ value: z.number(), goal: z.number() }),
    }),
  ),
});
export type GoalFacts = z.output<typeof GoalFacts>;

const ONE_STATE = 'one state for each piece of work';

export const judges: readonly RowJudge[] = [
  defineJudge<MarkFacts>({
    code: 'RPT-02',
    rule: {
      title: 'a document calls the same work done and pending',
      priority: 'P2',
      effort: '5–15 min',
      fix: 'Say what is true in both places: finish the work, or take the mark away. Whoever reads only one of them decides on it.',
    },
    facts: MarkFacts,
    evaluate: ({ documents, items, unread, found, omitted }) => [
      ...found.map(({ path, line, work, doneLine, done, pending }): RowResult => ({
        subject: `${path}: ${work}`,
        result: { verdict: 'confirmed' },
        summary:
          doneLine === line
            ? `${path}:${line}: "${work}" is marked ${done} and ${pending} at once.${more(omitted)}`
            : `${path}:${line}: "${work}" is marked ${pending}, and stands below "${done}" (line ${doneLine}).${more(omitted)}`,
        measured: `done: ${done}; pending: ${pending}`,
        expected: ONE_STATE,
        locations: [{ path, line }, ...(doneLine === line ? [] : [{ path, line: doneLine }])],
      })),
      ...(found.length > 0 || documents === 0
        ? []
        : [fine('documents', `${counted(items, 'item')} in ${counted(documents, 'document')} looked at`)]),
      ...open(unread, ONE_STATE),
    ],
  }),
  defineJudge<GoalFacts>({
    code: 'RPT-03',
    rule: {
      title: 'a goal is called reached, and the numbers beside it say that it is not',
      priority: 'P2',
      effort: '5–30 min',
      fix: 'Correct the status, or the number: a table that calls 26 of 35 "exceeded" is believed by whoever reads only its last column.',
    },
    facts: GoalFacts,
    evaluate: ({ documents, goals, unread }) => [
      ...goals.map(goal),
      ...(goals.length > 0 || documents === 0 ? [] : [fine('documents', `no reached goals in ${counted(documents, 'document')}`)]),
      ...open(unread, 'goals that hold'),
    ],
  }),
];

function goal({ path, line, metric, value, goal: asked, op, because, status, numbers }: GoalFacts['goals'][number]): RowResult {
  const holds = {
    '>=': numbers.value >= numbers.goal,
    '<=': numbers.value <= numbers.goal,
    '>': numbers.value > numbers.goal,
    '<': numbers.value < numbers.goal,
  }[op];
  const comparison = `${value} ${op} ${asked.replace(/^[<>=≤≥]+\s*/, '')}`;
  return {
    subject: `${path}: ${metric}`,
    result: { verdict: holds ? 'refuted' : 'confirmed' },
    summary: `${path}:${line}: ${metric} is called "${status}": ${comparison} is ${holds ? 'true' : 'false'} (${because}).`,
    measured: `${comparison} is ${holds ? 'true' : 'false'}`,
    expected: `${comparison}, as "${status}" says`,
    locations: [{ path, line }],
  };
}

function more(omitted: number): string {
  return omitted === 0 ? '' : ` ${counted(omitted, 'more of these', 'more of these')}.`;
}

/** A document that large is generated: it is listed as not looked at, and blocks nobody. */
function open(unread: readonly string[], expected: string): RowResult[] {
  return unread.slice(0, 20).map((path) => {
    const because = `${path} is larger than 2 MB, or gone: it was not read`;
    return { subject: path, result: { verdict: 'not_applicable', because }, summary: `${because}.`, measured: because, expected };
  });
}

function fine(subject: string, measured: string): RowResult {
  return { subject, result: { verdict: 'refuted' }, summary: `${measured}.`, measured, expected: measured };
}
