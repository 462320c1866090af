import { z } from 'zod';

import { StageName } from './stage.ts';

export const ChartUnit = z.enum(['milliseconds', 'bytes', 'ratio', 'count', 'per second']);
export type ChartUnit = z.output<typeof ChartUnit>;

/** A part of the time that a reader must know of to understand the lines: a load, a fault and what followed. */
export const ChartBand = z.object({ fromMs: z.number(), toMs: z.number(), label: z.string(), kind: z.enum(['load', 'fault', 'recovery']) });
export type ChartBand = z.output<typeof ChartBand>;

/** Lines over the time of a stage (`x` in milliseconds since the stage began) or over quantiles (`x` from 0 to 1). Bounded. */
export const Chart = z.object({
  stage: StageName,
  title: z.string(),
  x: z.enum(['time', 'quantile']),
  unit: ChartUnit,
  lines: z.array(z.object({ name: z.string(), points: z.array(z.tuple([z.number(), z.number()])) })),
  bands: z.array(ChartBand),
  /** What must not be exceeded, in the unit of the lines. */
  limits: z.array(z.object({ value: z.number(), text: z.string() })),
});
export type Chart = z.output<typeof Chart>;
