import { z } from 'zod';

import { JourneyStep, Miss } from './journey.ts';
import { Limit } from './limit.ts';

/** How the answers of an evaluation are held against what is right. Names are those of captures, or of fields of a case. */
export const Score = z.discriminatedUnion('kind', [
  /** Every step of the case kept what is expected of it. */
  z.object({ kind: z.literal('kept') }),
  /** Among the first `at` of the list `found` is one of the case's `relevant`. */
  z.object({ kind: z.literal('hits'), found: z.string(), id: z.string().optional(), relevant: z.string(), at: z.number() }),
  /** One of a few answers: the capture `answered` is the case's `right`. */
  z.object({ kind: z.literal('choice'), answered: z.string(), right: z.string() }),
  /** The capture `answered` is, or holds, the case's golden answer `right`. */
  z.object({
    kind: z.literal('answer'),
    answered: z.string(),
    right: z.string(),
    match: z.enum(['contains', 'equals']),
    /** How far a number may be from the right one, as a share of it. */
    tolerance: z.number().optional(),
  }),
  /** The capture `vector` is an embedding: asked for twice, it is the same. */
  z.object({ kind: z.literal('embedding'), vector: z.string(), length: z.number().optional(), normalized: z.boolean() }),
  /** The capture `reported` is the number of tokens of the capture `text`. */
  z.object({ kind: z.literal('tokens'), reported: z.string(), text: z.string(), tolerance: z.number() }),
  /** The list `events` keeps an order: every step begins after those that it waits for have ended. */
  z.object({
    kind: z.literal('order'),
    events: z.string(),
    step: z.string(),
    start: z.string(),
    end: z.string(),
    after: z.record(z.string(), z.array(z.string())),
  }),
  /** The count `after` is by so many more than `before`. */
  z.object({ kind: z.literal('growth'), before: z.string(), after: z.string(), by: z.number() }),
  /** A value made of named factors: all there, in range, and never less when one of them alone is more. */
  z.object({
    kind: z.literal('factors'),
    value: z.string(),
    factors: z.string(),
    names: z.array(z.string()),
    range: z.tuple([z.number(), z.number()]),
  }),
]);
export type Score = z.output<typeof Score>;

/** A set of cases with what is right for each, asked of the running system. */
export const PlannedEvaluation = z.object({
  name: z.string(),
  steps: z.array(JourneyStep).min(1),
  /** File with the cases, from the repository root. Without it, there is one case that gives nothing. */
  cases: z.string().optional(),
  score: Score,
  /** The share of cases that must be right. */
  limit: Limit,
  /** Done between a first and a second pass over all cases; the second must be better by more than this share. */
  learn: z.object({ steps: z.array(JourneyStep).min(1), by: z.number() }).optional(),
  rows: z.array(z.string()),
  /** What the configuration says of the language model behind the system; absent when it says nothing. */
  model: z.enum(['real', 'stub']).optional(),
});
export type PlannedEvaluation = z.output<typeof PlannedEvaluation>;

/** What a case gave and what came back for it. Texts are redacted. */
export const AnsweredCase = z.object({
  name: z.string(),
  given: z.record(z.string(), z.json()),
  captured: z.record(z.string(), z.json()),
  /** The first thing that a step of the case did not keep. */
  miss: Miss.extend({ step: z.string() }).optional(),
  /** Of the text whose tokens are reported, counted here. */
  tokens: z.number().optional(),
});
export type AnsweredCase = z.output<typeof AnsweredCase>;

/** One pass over all cases. */
export const Pass = z.object({ cases: z.array(AnsweredCase) });
export type Pass = z.output<typeof Pass>;

const ROWS: Readonly<Record<Score['kind'], string>> = {
  kept: 'REL-11',
  hits: 'AGT-09',
  choice: 'AGT-10',
  answer: 'AGT-21',
  embedding: 'AGT-08',
  tokens: 'AGT-12',
  order: 'AGT-19',
  growth: 'AGT-16',
  factors: 'AGT-15',
};

/** The row of the catalogue that an evaluation answers: the first that it names, or that of its kind of score. */
export function rowOf({ rows, score }: Pick<PlannedEvaluation, 'rows' | 'score'>): string {
  return rows[0] ?? ROWS[score.kind];
}

/** An evaluation whose second pass must be better answers this row too. */
export const LEARNING_ROW = 'AGT-17';

/** Rows about what a model answers: a stub's answers show nothing of them. */
export const NEEDS_REAL_MODEL: readonly string[] = ['AGT-09', 'AGT-21'];
