import { z } from 'zod';

import { parseDuration, parsePercentage, parseSize } from '../../model/units.ts';

// Kept as text, so that options read back from the journal are the same options.

export const DurationText = z
  .string()
  .refine((text) => parseDuration(text) !== undefined, 'is not a duration: write a number with a unit, such as 500ms or 30s')
  .meta({ description: 'a duration: 500ms, 30s' });

export const PercentageText = z
  .string()
  .refine((text) => {
    const ratio = parsePercentage(text);
    return ratio !== undefined && ratio > 0 && ratio <= 1;
  }, 'is not a percentage above 0%: write a number with its sign, such as 30%')
  .meta({ description: 'a percentage: 30%' });

export const SizeText = z
  .string()
  .refine((text) => parseSize(text) !== undefined, 'is not a size: write a number with a unit, such as 64kB or 1MB')
  .meta({ description: 'a size: 64kB, 1MB' });

/** An edge of the stack: the service that opens the connections, and the one that it opens them to. */
export const edgeFields = {
  from: z.string().min(1).describe('the service that asks'),
  to: z.string().min(1).describe('the service that is asked'),
  port: z.int().min(1).max(65_535).optional().describe('only this TCP port of it; all ports when left out'),
};

/** Of an edge: what is asked, what is answered, or both. */
export const Direction = z.enum(['request', 'answer', 'both']);
export type Direction = z.output<typeof Direction>;

/** Milliseconds of a checked duration. */
export function millisecondsOf(text: string): number {
  return parseDuration(text) ?? 0;
}

/** The ratio 0–1 of a checked percentage. */
export function ratioOf(text: string): number {
  return parsePercentage(text) ?? 0;
}

/** Bytes of a checked size. */
export function bytesOf(text: string): number {
  return parseSize(text) ?? 0;
}
