import { z } from 'zod';

import { Source } from './source.ts';

/** What a tool states of a distribution whose samples it does not give away, in the unit of the series. */
export const Reported = z.object({
  /** `k6`, as in "as k6 reports it". */
  tool: z.string(),
  /** `[part from 0 to 1, value]`, in ascending order. */
  quantiles: z.array(z.tuple([z.number(), z.number()])),
  /** How many there were, where the tool says. */
  samples: z.number().optional(),
  mean: z.number().optional(),
  min: z.number().optional(),
  max: z.number().optional(),
});
export type Reported = z.output<typeof Reported>;

/** A limit that a tool was given by its own means, and what it says became of it. `empty`: there was nothing to hold against it. */
export const ToolThreshold = z.object({
  /** As the tool names it: `http_req_failed: rate<0.01`. */
  text: z.string(),
  outcome: z.enum(['kept', 'broken', 'empty']),
  measured: z.string().optional(),
  /** What the limit is on, where the tool's own name for it tells. */
  of: z.enum(['latency', 'errors', 'throughput', 'checks', 'other']),
});
export type ToolThreshold = z.output<typeof ToolThreshold>;

/** A load that another tool made, as its own results tell of it. */
export const LoadTool = z.object({
  name: z.string(),
  version: z.string().optional(),
  /**
   * `open`: requests begin at their time, whatever the system does. `closed`: who waits for an answer asks nothing meanwhile, so the
   * times leave out what would have waited. `unknown`: the results do not say.
   */
  model: z.enum(['open', 'closed', 'unknown']),
  /** What its times span: `from sending to the last byte`. */
  times: z.string(),
  requests: z.number(),
  failed: z.number(),
  durationMs: z.number().optional(),
  thresholds: z.array(ToolThreshold),
  /** Why nothing that it measured counts. */
  doubt: z.string().optional(),
  sources: z.array(Source),
  /** What is odd and changes no number. Bounded. */
  notes: z.array(z.string()),
});
export type LoadTool = z.output<typeof LoadTool>;
