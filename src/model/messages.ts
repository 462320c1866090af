import { z } from 'zod';

import { Miss, type Journey } from './journey.ts';

/** What can become of a message that is none of an answer to its own user. */
export const MessageFault = z.enum(['lost', 'duplicate', 'out-of-order', 'foreign', 'misrouted']);
export type MessageFault = z.output<typeof MessageFault>;

/** The messages of one user. */
export const UserMessages = z.object({
  user: z.string(),
  sent: z.number(),
  answered: z.number(),
  lost: z.number(),
  duplicates: z.number(),
  outOfOrder: z.number(),
  /** Times that a message of somebody else arrived here. */
  foreign: z.number(),
  /** Its slowest answer. */
  slowestMs: z.number(),
});
export type UserMessages = z.output<typeof UserMessages>;

/**
 * WebSocket messages followed by the nonce in them, from the user who sent each to wherever that nonce turned up. Only messages whose
 * answer must carry the same nonce are counted as sent: of others nobody can say whose answer is whose.
 */
export const Messages = z.object({
  users: z.number(),
  sent: z.number(),
  answered: z.number(),
  /** No answer within the time-out of their step, over a connection that stayed open. */
  lost: z.number(),
  /** Their connection closed before the answer. */
  cutOff: z.number(),
  /** The very same answer came once more. */
  duplicates: z.number(),
  /** Answers that came after the answer to a later message of their user. */
  outOfOrder: z.number(),
  /** Messages that several different messages answer: a stream, whose repetitions say nothing about duplicates. */
  streamed: z.number(),
  /** Times that a message arrived at somebody else, over a connection that is not shared. */
  foreign: z.number(),
  /** Messages that arrived at somebody else and never at their own user. */
  misrouted: z.number(),
  /** The users with the most faults, then the slowest. Bounded. */
  worst: z.array(UserMessages),
  /** The first of each kind. Bounded. */
  examples: z.array(z.object({ what: MessageFault, nonce: z.string(), from: z.string(), to: z.string().optional() })),
});
export type Messages = z.output<typeof Messages>;

/** Which users of a load came to the end of all that they did, and where the others did not. */
export const Completion = z.object({
  users: z.number(),
  /** Every answer of all their walks was right, whatever it cost. */
  complete: z.number(),
  /** Nobody knows: the load was stopped before they were done. */
  cut: z.number(),
  /** One line for each user, with the first wrong answer. Bounded. */
  incomplete: z.array(Miss.extend({ user: z.string(), journey: z.string(), step: z.string() })),
  omitted: z.number(),
});
export type Completion = z.output<typeof Completion>;

/** How many messages each walk of the journey sends that can be followed: over a WebSocket, with `{{nonce}}` in them and in their answer. */
export function followedMessages({ steps }: Pick<Journey, 'steps'>): number {
  return steps.reduce((sum, { type, options, expect }) => {
    const answered = hasNonce(JSON.stringify(expect.reply ?? '')) || (expect.contains ?? []).some(hasNonce);
    const message = field(options, 'message');
    if (type !== 'websocket' || typeof message !== 'string' || !hasNonce(message) || !answered) return sum;
    const times = field(options, 'times');
    return sum + (typeof times === 'number' ? times : 1);
  }, 0);
}

/** Whether every walk of the journey opens a WebSocket and closes it again. */
export function reconnects({ steps }: Pick<Journey, 'steps'>): boolean {
  const acts = steps.flatMap(({ type, options }) => (type === 'websocket' ? [field(options, 'act')] : []));
  return acts.includes('connect') && acts.at(-1) === 'close';
}

function field(options: Journey['steps'][number]['options'], name: string): unknown {
  return options === null || typeof options !== 'object' || Array.isArray(options) ? undefined : options[name];
}

function hasNonce(text: string): boolean {
  return /\{\{\s*nonce\s*\}\}/.test(text);
}
