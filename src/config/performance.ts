import { z } from 'zod';

import type { PlannedComparison } from '../model/comparison.ts';
import type { PlannedLeaks } from '../model/leaks.ts';
import { expected, phrase } from './explain.ts';
import { duration, NAME, NAME_RULE, oneOrMore, percentage, text, wholeNumber } from './fields.ts';

const journey = z.string({ error: expected('the name of a journey') }).regex(NAME, NAME_RULE);

/** Rounds of walks, of which the first third or so warms everything up. */
const CYCLES = { least: 8, usual: 14, most: 100 } as const;
const USERS = 20;
/** Fifty users who act once a minute. */
const PER_DAY = 72_000;

const search = z
  .strictObject({
    journey: journey.describe('The journey that is walked again and again.'),
    cycles: wholeNumber(CYCLES.least, CYCLES.most)
      .default(CYCLES.usual)
      .describe('Rounds of 5 s with up to 500 walks; after each, garbage is collected and what is left is looked at.'),
    users: z
      .union([z.literal('new'), wholeNumber(1, 10_000)], { error: expected('`new`, or a number of users') })
      .default(USERS)
      .describe('How many users walk by turns: `1` makes one long session, `new` another user of every walk.'),
    wait: duration.optional().describe('Time after each round in which what ended is to be freed (the lifetime of a session).'),
    per_day: wholeNumber(1, 1_000_000_000)
      .default(PER_DAY)
      .describe('How often a day the journey is walked where the system is used: a leak that fills the memory within a day weighs more.'),
    idle: duration.optional().describe('A user walks, is away for this time, and must be able to walk again.'),
  })
  .transform(({ wait, idle, per_day: perDay, ...rest }): PlannedLeaks => ({
    ...rest,
    perDay,
    waitMs: wait ?? 0,
    ...(idle === undefined ? {} : { idleMs: idle }),
  }));

const searchOfJourney = journey.transform((name): PlannedLeaks => ({
  journey: name,
  cycles: CYCLES.usual,
  users: USERS,
  perDay: PER_DAY,
  waitMs: 0,
}));

const SEARCHES = 'a journey, or {journey: chat, cycles: 14}, or a list of these';

/** What piles up: `leaks: chat`, `leaks: {journey: chat, cycles: 20}`, or a list of these. */
export const leaks = z.union(
  [
    searchOfJourney.transform((one) => [one]),
    search.transform((one) => [one]),
    z
      .array(z.union([searchOfJourney, search], { error: expected('a journey, or {journey: chat, cycles: 14}') }))
      .min(1, phrase('is an empty list', `write ${SEARCHES}`)),
  ],
  { error: expected(SEARCHES) },
);

const TOLERANCE = 0.05;
const RESTARTS = 3;
const PAIRS = 8;

const comparison = z
  .strictObject({
    journeys: oneOrMore(journey, 'a list of journeys').describe('Journeys that are walked on both sides.'),
    tolerance: percentage.default(TOLERANCE).describe('By how much more is too much, of the median time and of CPU for each walk.'),
    restarts: wholeNumber(2, 10).default(RESTARTS).describe('How often both sides are started afresh.'),
    pairs: wholeNumber(4, 100).default(PAIRS).describe('Pairs of blocks after each start.'),
    prepare: text.optional().describe('What the checked-out base needs before its stack can come up, such as `npm ci`.'),
  })
  .transform(({ prepare, ...rest }): PlannedComparison => ({ ...rest, ...(prepare === undefined ? {} : { prepare }) }));

const comparisonOfJourneys = oneOrMore(journey, 'a list of journeys').transform((journeys): PlannedComparison => ({
  journeys,
  tolerance: TOLERANCE,
  restarts: RESTARTS,
  pairs: PAIRS,
}));

/** Head against base, side by side: `compare: chat`, or `compare: {journeys: chat, tolerance: 10%}`. */
export const compare = z.union([comparisonOfJourneys, comparison], { error: expected('journeys, or {journeys: chat, tolerance: 5%}') });
