import { z } from 'zod';

/** Text of which the beginning is enough. */
const short = z.string().transform((text) => text.slice(0, 2_000));

const Test = z.object({
  id: z.number(),
  name: short,
  suiteID: z.number().optional(),
  line: z.number().nullish(),
  url: short.nullish(),
  root_line: z.number().nullish(),
  root_url: short.nullish(),
  metadata: z.object({ skipReason: short.nullish() }).nullish().catch(undefined),
});
export type Test = z.output<typeof Test>;

/** The events that count; all others pass. */
export const DartEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('suite'), suite: z.object({ id: z.number(), platform: z.string().nullish(), path: short.nullish() }) }),
  z.object({ type: z.literal('testStart'), time: z.number().optional(), test: Test }),
  z.object({ type: z.literal('print'), testID: z.number(), messageType: z.string().optional(), message: z.string() }),
  z.object({
    type: z.literal('error'),
    testID: z.number(),
    error: z.string(),
    stackTrace: z.string().nullish(),
    isFailure: z.boolean().nullish(),
  }),
  z.object({
    type: z.literal('testDone'),
    testID: z.number(),
    time: z.number().optional(),
    result: z.string(),
    skipped: z.boolean().nullish(),
    hidden: z.boolean().nullish(),
  }),
  z.object({ type: z.literal('done'), success: z.boolean().nullish() }),
]);
export type DartEvent = z.output<typeof DartEvent>;
