import type { Histogram } from './load.ts';

/** How many of a stored histogram's unit make one of the base unit: millisecond, byte, one. */
export const PER_BASE_UNIT: Readonly<Record<Histogram['unit'], number>> = { microseconds: 1_000, millionths: 1e6, bytes: 1, count: 1 };
