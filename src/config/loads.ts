import { z } from 'zod';

import { LoadShape } from '../model/load-shape.ts';
import { expected, phrase } from './explain.ts';
import { defined, duration, NAME, NAME_RULE, named, oneOrMore, wholeNumber } from './fields.ts';
import type { Scenario } from './profiles.ts';

const rate = z.number({ error: expected('a number, such as 5') }).positive(phrase('is not more than 0', 'write how often each user acts'));

const load = z
  .strictObject({
    journeys: oneOrMore(z.string({ error: expected('a name') }).regex(NAME, NAME_RULE), 'a list of journeys')
      .optional()
      .describe('What its users walk; the journeys of the stage without it.'),
    users: wholeNumber(1, 1_000_000).describe('How many users there are. A load of the shape `step` begins with so many.'),
    per_minute: rate
      .optional()
      .describe(
        'How often each user walks a journey in a minute, whatever the system does (open model): what users do whom nobody controls.',
      ),
    think: duration
      .optional()
      .describe(
        'Each user thinks for about so long after an answer, then asks again (closed model): what a fixed number of agents or workers does.',
      ),
    connect_within: duration
      .optional()
      .describe('All users come within this time, evenly, each with one walk; what they open is held to the end.'),
    shape: LoadShape.optional().describe(
      '`ramp`: from nothing to `per_minute` over the first half. `spike`: a tenth, everything for a fifth of the time, a tenth again. `step`: twice as much from level to level until the system is full, further, and back.',
    ),
    workers: z
      .union([z.literal('auto', { error: expected('a whole number from 1 to 64, or auto') }), wholeNumber(1, 64)], {
        error: expected('a whole number from 1 to 64, or auto'),
      })
      .optional()
      .describe(
        'In how many threads the load is generated, each with some of its users; 1 without it. `auto`: as many as its rate needs, and one core less than the machine has at most.',
      ),
    duration: duration.describe('For how long. A budget may grant less.'),
  })
  .superRefine((written, context) => {
    const { per_minute: perMinute, think, connect_within: within, shape, users, workers = 1 } = written;
    const say = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (perMinute === undefined && think === undefined && within === undefined)
      context.addIssue({ code: 'custom', message: phrase('does not say what its users do', 'add per_minute, think or connect_within') });
    if (perMinute !== undefined && think !== undefined)
      say('think', phrase('cannot stand beside `per_minute`', 'who waits for an answer before asking again has no rate: keep one of them'));
    if (shape !== undefined && perMinute === undefined) say('shape', phrase('needs a rate', 'add per_minute'));
    if (shape === 'step' && workers !== 1)
      say(
        'workers',
        phrase('cannot stand beside the shape `step`', 'one thread looks at all users to see where the system is full: leave it out'),
      );
    if (workers !== 'auto' && workers > users) say('workers', phrase('is more than there are users', `write ${users} at most`));
    if (shape === 'step' && within !== undefined) say('connect_within', phrase('cannot stand beside the shape `step`', 'leave it out'));
  })
  .transform(
    ({
      users,
      journeys,
      per_minute: perUserPerMinute,
      think: thinkMs,
      connect_within: connectWithinMs,
      shape,
      workers,
      duration: askedMs,
    }): Scenario => ({
      users,
      ...defined({ journeys, perUserPerMinute, thinkMs, connectWithinMs, shape, workers }),
      askedMs,
    }),
  );

/** Loads of one's own, by name. */
export const loads = named(load, 'a map of loads, such as rush: {users: 300, per_minute: 10, duration: 5m}');
