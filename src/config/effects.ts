import { z } from 'zod';

import type { PlannedEffect } from '../model/effects.ts';
import { limitField } from '../model/limit.ts';
import { expected, phrase } from './explain.ts';
import { CODE, countLimit, defined, duration, flag, NAME, NAME_RULE, oneOrMore, wholeNumber } from './fields.ts';

const journey = z.string({ error: expected('the name of a journey') }).regex(NAME, NAME_RULE);

/** `service.api.metrics.orders_total{state="new"}`, or `stats.orders`. */
const READING = /^(?:service\.[\w.-]+?\.metrics\.[a-zA-Z_:][\w:]*(?:\{.*\})?|[A-Za-z0-9][\w.-]*\.[A-Za-z_]\w*)$/;
const READING_RULE = 'service.api.metrics.orders_total, or a journey and one of its captures such as stats.orders';
const reading = z
  .string({ error: expected(READING_RULE) })
  .regex(READING, phrase('names no number that can be read', `write ${READING_RULE}`));

const WALKS = { usual: 100, most: 100_000 } as const;
const AT_ONCE = { usual: 20, most: 1_000 } as const;
const WAIT_MS = 1_000;

const amount = limitField('==', ['count', 'bytes']);
const CHECKED = ['each', 'share', 'peak', 'after', 'returns', 'unique', 'open', 'refused_by', 'beside'] as const;
const READ = ['each', 'share', 'peak', 'after', 'returns'] as const;

const effect = z
  .strictObject({
    name: z.string().regex(NAME, NAME_RULE).optional().describe('What it is called; the journey without it.'),
    journey: journey.describe('The journey that is walked.'),
    walks: wholeNumber(1, WALKS.most).default(WALKS.usual).describe('How many times.'),
    users: z
      .union([z.literal('new'), wholeNumber(1, 10_000)], { error: expected('`new`, or a number of users') })
      .default('new')
      .describe('Who walks, by turns: `1` is one client, `new` another user for every walk.'),
    at_once: wholeNumber(1, AT_ONCE.most).default(AT_ONCE.usual).describe('Walks under way at the same time.'),
    keep_open: flag.default(false).describe('What a walk opens (a WebSocket) stays open until the last reading.'),
    wait: duration
      .optional()
      .describe('Time after the walks in which what is due to happen can happen: a clean-up, a flush (1s by default).'),
    read: reading.optional().describe('A number that is read before and after: a metric, or a journey and one of its captures.'),
    of: reading.optional().describe('For `share`: the number of which `read` is a part.'),
    each: amount
      .optional()
      .describe('By how much each kept walk changes the number: 1 for a counter that loses nothing, <= 4kB for what is stored.'),
    share: limitField('>=', ['ratio']).optional().describe('Change of `read` as a part of the change of `of`, such as >= 70%.'),
    peak: countLimit.optional().describe('The number at its highest while walks are under way: connections that a pool may take.'),
    after: countLimit.optional().describe('The number after the wait.'),
    returns: z
      .literal(true, { error: expected('true') })
      .optional()
      .describe('After the wait the number is what it was before, or less.'),
    unique: z
      .string()
      .regex(/^[A-Za-z_]\w*$/, 'is not the name of a capture')
      .optional()
      .describe('A capture of the journey that no two walks may share.'),
    open: countLimit.optional().describe('With keep_open: how much of what was opened is still open after the wait.'),
    refused_by: wholeNumber(1, WALKS.most)
      .optional()
      .describe(
        'By this walk at the latest one is refused: 429 or 503 with Retry-After. A limit that is lower for what costs more has a lower number.',
      ),
    beside: journey.optional().describe('A journey that another user walks all the while, and that must work.'),
    rows: oneOrMore(z.string().regex(CODE, 'is not a code of the catalogue, such as DB-13'), 'a list of codes')
      .optional()
      .describe('Rows of the catalogue that this answers, in place of the usual ones.'),
  })
  .superRefine((written, context) => {
    const say = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    const has = (key: keyof typeof written) => written[key] !== undefined;
    if (!CHECKED.some(has)) context.addIssue({ code: 'custom', message: phrase('asks for nothing', `add one of ${CHECKED.join(', ')}`) });
    for (const key of READ) if (has(key) && !has('read')) say(key, phrase('has no number to look at', 'add `read`'));
    if (has('read') && !READ.some(has)) say('read', phrase('is held against nothing', `add one of ${READ.join(', ')}`));
    if (has('share') !== has('of')) say(has('share') ? 'share' : 'of', phrase('needs the other', '`share` is the part of `read` in `of`'));
    if (has('open') && !written.keep_open) say('open', phrase('has nothing that stays open', 'add `keep_open: true`'));
    const { refused_by: by, walks } = written;
    if (by !== undefined && by > walks) say('refused_by', phrase('lies beyond the last walk', 'write a number up to `walks`'));
  })
  .transform(({ name, at_once: atOnce, keep_open: keepOpen, wait, refused_by: refusedBy, rows, ...rest }): PlannedEffect => ({
    ...defined({ ...rest, refusedBy }),
    name: name ?? rest.journey,
    atOnce,
    keepOpen,
    waitMs: wait ?? WAIT_MS,
    rows: rows ?? [],
  }));

const EFFECTS = '{journey: order, walks: 1000, read: stats.orders, each: 1}, or a list of these';

/** What walks do to the system: `effects: {journey: order, read: stats.orders, each: 1}`, or a list of these. */
export const effects = oneOrMore(effect, EFFECTS).superRefine((list, context) => {
  for (const [index, { name }] of list.entries()) {
    if (list.findIndex((one) => one.name === name) !== index)
      context.addIssue({
        code: 'custom',
        path: [index],
        message: phrase(`is called \`${name}\` as another one`, 'give it a `name` of its own'),
      });
  }
});
