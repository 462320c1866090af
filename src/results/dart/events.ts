import { z } from 'zod';

const Test = z.object({
  id: z.number(),
  name: z.string(),
  suiteID: z.number().optional(),
  line: z.number().nullish(),
  url: z.string().nullish(),
  root_line: z.number().nullish(),
  root_url: z.string().nullish(),
  metadata: z.object({ skipReason: z.string().nullish() }).nullish().catch(undefined),
});
export type Test = z.output<typeof Test>;

/** The events that count; all others pass. */
export const DartEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('suite'), suite: z.object({ id: z.number(), platform: z.string().nullish(), path: z.string().nullish() }) }),
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
