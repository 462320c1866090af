import { z } from 'zod';

import { LoadShape, LoadWorkers } from '../../model/load-shape.ts';

/** What the engine is asked to do. */
export const Options = z
  .strictObject({
    users: z.int().min(1).describe('how many users there are'),
    perUserPerMinute: z.number().positive().optional().describe('how often each of them walks a journey'),
    connectWithinMs: z.number().positive().optional().describe('the time within which each of them walks its first'),
    thinkMs: z.number().nonnegative().optional().describe('closed model: how long each of them thinks after an answer'),
    shape: LoadShape.optional().describe('how the rate changes over the time'),
    workers: LoadWorkers.optional().describe('in how many threads it is generated; one without it'),
    durationMs: z.number().positive().describe('for how long'),
  })
  .refine(
    ({ perUserPerMinute, connectWithinMs, thinkMs }) => [perUserPerMinute, connectWithinMs, thinkMs].some((how) => how !== undefined),
    {
      error: 'says neither how often users act nor within which time they come',
    },
  );
export type Options = z.output<typeof Options>;
