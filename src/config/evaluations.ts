import { z } from 'zod';

import type { PlannedEvaluation, Score } from '../model/evaluation.ts';
import { limitField, type Limit } from '../model/limit.ts';
import { expected, phrase } from './explain.ts';
import { CODE, defined, flag, glob, named, oneOrMore, percentage, text, wholeNumber } from './fields.ts';
import type { stepList } from './journeys.ts';

/** An evaluation as it was written; its name is its key. */
export type EvaluationSettings = Omit<PlannedEvaluation, 'name' | 'model'>;

const ALL: Limit = { op: '>=', value: 1, unit: 'ratio' };
const TOLERANCE = 0.1;

const captured = (what: string) => text.describe(`The capture that holds ${what}.`);
const field = (what: string) => text.describe(`The field of a case that holds ${what}.`);

const KINDS = {
  hits: z.strictObject({
    found: captured('the list of what was found, best first'),
    id: text.optional().describe('The path to the id within each thing found; without it, the list holds ids.'),
    relevant: field('the ids, one or several, that are relevant'),
    at: wholeNumber(1, 1_000).default(5).describe('How many of the first are looked at.'),
  }),
  choice: z.strictObject({ answered: captured('what was chosen'), right: field('what is right') }),
  answer: z.strictObject({
    answered: captured('the answer'),
    right: field('the golden answer, or a list of all that the answer must hold'),
    match: z
      .enum(['contains', 'equals'])
      .default('contains')
      .describe('Whether the answer holds the golden one (letters of either case), or is it.'),
    tolerance: percentage.optional().describe('For numbers: how far the answer may be from the right one.'),
  }),
  embedding: z.strictObject({
    vector: captured('the vector'),
    length: wholeNumber(1, 100_000).optional().describe('How many numbers it must have.'),
    normalized: flag.default(false).describe('Its length must be 1, as an index of inner products expects it.'),
  }),
  tokens: z.strictObject({
    reported: captured('the number of tokens that the system reports'),
    text: captured('the text that has these tokens'),
    within: percentage.default(TOLERANCE).describe('How far the two may be apart.'),
  }),
  order: z.strictObject({
    events: captured('the list of steps with their times'),
    step: text.default('step').describe('The path to the name of a step within an event.'),
    start: text.default('start').describe('The path to the time at which it began.'),
    end: text.default('end').describe('The path to the time at which it ended.'),
    after: z
      .record(z.string(), oneOrMore(text, 'a step, or a list of steps'), {
        error: expected('a map from steps to those that they wait for'),
      })
      .describe('Step → steps that must have ended before it begins.'),
  }),
  growth: z.strictObject({
    before: captured('the count before'),
    after: captured('the count after'),
    by: wholeNumber(1, 1_000_000).default(1).describe('By how many it must have grown.'),
  }),
  factors: z.strictObject({
    value: captured('the value'),
    factors: captured('the map of factors'),
    names: z.array(text).min(1).describe('The factors that must be there.'),
    range: z.array(z.number()).length(2).default([0, 1]).describe('Least and most of the value and of every factor.'),
  }),
} as const;

const shape = Object.fromEntries(Object.entries(KINDS).map(([kind, schema]) => [kind, schema.optional()])) as {
  [Kind in keyof typeof KINDS]: z.ZodOptional<(typeof KINDS)[Kind]>;
};

const score = z
  .strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? undefined
        : expected('one kind of score, such as {choice: {answered: route, right: route}}')(issue),
  })
  .transform((written, context): Score => {
    const kinds = Object.entries(written).filter(([, options]) => options !== undefined);
    const [only] = kinds;
    if (only === undefined || kinds.length > 1) {
      const repair = `write one of ${Object.keys(KINDS).join(', ')}`;
      context.addIssue({
        code: 'custom',
        message: phrase(only === undefined ? 'says nothing to score' : 'scores in several ways', repair),
      });
      return z.NEVER;
    }
    return scoreOf(written);
  })
  .meta({ id: 'Score', description: 'How answers are held against what is right.' });

function scoreOf({ hits, choice, answer, embedding, tokens, order, growth, factors }: z.output<z.ZodObject<typeof shape>>): Score {
  if (hits) return { kind: 'hits', ...defined(hits) };
  if (choice) return { kind: 'choice', ...choice };
  if (answer) return { kind: 'answer', ...defined(answer) };
  if (embedding) return { kind: 'embedding', ...defined(embedding) };
  if (tokens) return { kind: 'tokens', reported: tokens.reported, text: tokens.text, tolerance: tokens.within };
  if (order) return { kind: 'order', ...order };
  if (growth) return { kind: 'growth', ...growth };
  if (factors) return { kind: 'factors', ...factors, range: [factors.range[0] ?? 0, factors.range[1] ?? 1] };
  return { kind: 'kept' };
}

/** Evaluations by name: cases with what is right for each, asked of the running system. */
export function evaluations(steps: ReturnType<typeof stepList>) {
  const learn = z.strictObject({
    steps: steps.describe('What is done between the first and the second pass.'),
    better_by: percentage.default(0).describe('By more than how much the second pass must be better.'),
  });
  const evaluation = z
    .strictObject({
      cases: glob
        .optional()
        .describe('File with the cases: JSON Lines, a JSON array or a YAML list of maps. Their fields are {{…}} in the steps.'),
      steps: steps.describe('What is asked for each case; `capture` keeps what is scored.'),
      score: score.optional().describe('How the answers are scored; without it a case is right when its steps are.'),
      expect: limitField('>=', ['ratio']).default(ALL).describe('The share of cases that must be right, such as >= 90%.'),
      learn: learn.optional().describe('Ask everything again after this, and expect better answers.'),
      rows: oneOrMore(z.string().regex(CODE, 'is not a code of the catalogue, such as AGT-18'), 'a list of codes')
        .optional()
        .describe('Rows of the catalogue that this answers, instead of the one that its kind of score implies.'),
    })
    .superRefine(({ cases, learn: again, score: how, steps: asked }, context) => {
      if (again !== undefined && how?.kind === 'embedding')
        context.addIssue({
          code: 'custom',
          path: ['learn'],
          message: phrase('does nothing for embeddings', 'leave it out: one text has one vector'),
        });
      if (cases === undefined && how !== undefined && (how.kind === 'hits' || how.kind === 'choice' || how.kind === 'answer'))
        context.addIssue({ code: 'custom', message: phrase('does not say what is right', 'add `cases: evaluations/cases.jsonl`') });
      const names = asked.flatMap(({ capture }) => Object.keys(capture));
      for (const [option, name] of wanted(how)) {
        if (!names.includes(name))
          context.addIssue({
            code: 'custom',
            path: ['score', how?.kind ?? '', option],
            message: phrase(
              `is \`${name}\`, which no step captures`,
              names.length === 0 ? 'add `capture: {' + name + ': path.to.it}` to a step' : `there are: ${names.join(', ')}`,
            ),
          });
      }
    })
    .transform(({ score: how, expect, learn: again, rows, cases, ...rest }): EvaluationSettings => ({
      ...rest,
      ...(cases === undefined ? {} : { cases }),
      score: how ?? { kind: 'kept' },
      limit: expect,
      ...(again === undefined ? {} : { learn: { steps: again.steps, by: again.better_by } }),
      rows: rows ?? [],
    }));
  return named(evaluation, 'a map of evaluations, such as routing: {cases: …, steps: [...], score: …}');
}

/** Option → capture that a score takes. */
function wanted(how: Score | undefined): [string, string][] {
  switch (how?.kind) {
    case undefined:
    case 'kept':
      return [];
    case 'hits':
      return [['found', how.found]];
    case 'choice':
    case 'answer':
      return [['answered', how.answered]];
    case 'embedding':
      return [['vector', how.vector]];
    case 'tokens':
      return [
        ['reported', how.reported],
        ['text', how.text],
      ];
    case 'order':
      return [['events', how.events]];
    case 'growth':
      return [
        ['before', how.before],
        ['after', how.after],
      ];
    case 'factors':
      return [
        ['value', how.value],
        ['factors', how.factors],
      ];
  }
}
