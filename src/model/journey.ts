import { z } from 'zod';

import { Limit } from './limit.ts';

/** What a step or a whole journey must keep. Every field is a limit over the measured number. */
export const Expectation = z.object({
  status: z.array(z.number()).optional(),
  within: Limit.optional(),
  tokens: Limit.optional(),
  bytes: Limit.optional(),
  /** Parts that a JSON reply must contain, with captures filled in. */
  reply: z.json().optional(),
  /** Header names with the text that their value must hold. */
  headers: z.record(z.string(), z.string()).optional(),
  /** Text that the body must contain. */
  contains: z.array(z.string()).optional(),
});
export type Expectation = z.output<typeof Expectation>;

/** One step, bound to a step kind by `type`; `options` are that plugin's own, already parsed. */
export const JourneyStep = z.object({
  type: z.string(),
  title: z.string(),
  options: z.json(),
  /** Name → JSON path into the reply, for later `{{name}}`. */
  capture: z.record(z.string(), z.string()),
  expect: Expectation,
  timeoutMs: z.number(),
});
export type JourneyStep = z.output<typeof JourneyStep>;

/** A user's path through the system: written once; a test, a load's body, a probe and a ledger's writer. */
export const Journey = z.object({
  name: z.string(),
  steps: z.array(JourneyStep).min(1),
  expect: Expectation,
  /** Catalogue rows that this journey answers, beside the ones its budgets imply. */
  rows: z.array(z.string()),
  /** Another journey to the same end, and the share of its tokens that this one must save. */
  saves: z.object({ against: z.string(), limit: Limit }).optional(),
});
export type Journey = z.output<typeof Journey>;

/** One expectation that was not kept, with both numbers. `exhausted` is this machine's own lack of ports, files or memory. */
export const Miss = z.object({
  what: z.enum([
    'status',
    'within',
    'tokens',
    'bytes',
    'reply',
    'headers',
    'contains',
    'capture',
    'events',
    'connection',
    'timeout',
    'exhausted',
  ]),
  measured: z.string(),
  expected: z.string(),
});
export type Miss = z.output<typeof Miss>;

const BUDGETS: readonly Miss['what'][] = ['within', 'tokens', 'bytes'];

/** Too slow or too large, and yet the right answer: whoever walks can go on. */
export function isBudget({ what }: Miss): boolean {
  return BUDGETS.includes(what);
}

export const JourneyStepRun = z.object({
  title: z.string(),
  type: z.string(),
  durationMs: z.number(),
  status: z.number().optional(),
  /** 429 or 503 that says when to come again. */
  retryAfter: z.literal(true).optional(),
  bytes: z.number().optional(),
  tokens: z.number().optional(),
  misses: z.array(Miss),
  /** First characters of the reply, redacted; only kept when something was missed. */
  excerpt: z.string().optional(),
  /** A command that repeats this one request, redacted. */
  curl: z.string().optional(),
});
export type JourneyStepRun = z.output<typeof JourneyStepRun>;
