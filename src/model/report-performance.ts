import { z } from 'zod';

import { LoadTool } from './load-results.ts';
import { StageName } from './stage.ts';

/** A number with its 95 % interval; a side that the samples cannot bound is absent. */
export const Estimate = z.object({ value: z.number(), low: z.number().optional(), high: z.number().optional() });
export type Estimate = z.output<typeof Estimate>;

/** What became of one threshold under one load. `open`: the samples do not decide it. */
export const ThresholdOutcome = z.object({
  text: z.string(),
  metric: z.string(),
  outcome: z.enum(['kept', 'broken', 'open']),
  /** `p(99) 84 ms (71 to 96 ms), n 1,204`. */
  measured: z.string(),
  samples: z.number(),
  because: z.string().optional(),
});
export type ThresholdOutcome = z.output<typeof ThresholdOutcome>;

/** One load: what was asked and what came of it. Without `load` it is what was measured over the whole stage. */
export const LoadReport = z.object({
  stage: StageName,
  load: z.string().optional(),
  leg: z.string().optional(),
  /** The tool that made the load in place of the gate's own engine. */
  tool: LoadTool.pick({ name: true, version: true, model: true, times: true }).optional(),
  /** Arrivals per second: as asked at most, and on average as they were asked and came. */
  asked: z.object({ users: z.number(), arrivals: z.number(), perSecond: z.number() }).optional(),
  achieved: z.object({ arrivals: z.number(), perSecond: z.number(), kept: z.number(), failed: z.number() }).optional(),
  /** Of a climb: the highest level that the system bore, and whether the next one was too much. */
  knee: z.object({ users: z.number(), perSecond: z.number(), full: z.boolean() }).optional(),
  /** Of messages that were followed by their nonces: how many were answered to their own user, and how many arrived at another. */
  messages: z.object({ sent: z.number(), answered: z.number(), foreign: z.number() }).optional(),
  /** Of a load of agents: how many there are, how many came to the end of their journey, and how many at most were under way at once. */
  agents: z.object({ users: z.number(), complete: z.number(), atOnce: z.number() }).optional(),
  /** Why nothing of it counts. */
  doubt: z.string().optional(),
  /** Milliseconds, from the scheduled time; where another tool measured, as it does, and a percentile that it does not report is absent. */
  latency: z.object({ samples: z.number(), p50: Estimate.optional(), p95: Estimate.optional(), p99: Estimate.optional() }).optional(),
  errors: z.object({ hits: z.number(), of: z.number(), low: z.number(), high: z.number() }).optional(),
  thresholds: z.array(ThresholdOutcome),
});
export type LoadReport = z.output<typeof LoadReport>;
