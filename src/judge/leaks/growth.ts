import { risingByChance, slopeOf, type Slope } from '../../lib/statistics/trend.ts';

/** What was seen at rest after so many walks, in their order. */
export type Points = readonly (readonly [walks: number, value: number])[];

/** Part of the looks at the beginning in which caches fill and code is compiled. */
const WARM_UP = 0.4;
/** Fewer looks than these cannot show that a rise is more than chance. */
const LEAST = 5;
const BY_CHANCE = 0.05;

export interface Growth {
  readonly state: 'grows' | 'rests' | 'too-few';
  /** Of what was left of the points after the warm-up. */
  readonly looks: number;
  /** Per walk. */
  readonly slope: Slope;
  readonly chance: number;
}

/**
 * Whether something still grows with every walk when all has warmed up: a rise that chance does not explain, that is more than `floor`
 * for each walk with 95 % confidence, and that has not come to its end in the last half. Healthy services grow too, by a few bytes and
 * for a while (docs/leaks.md has what was measured).
 */
export function growthOf(points: Points, floor: number): Growth {
  const warm = points.slice(Math.ceil(points.length * WARM_UP));
  const slope = slopeOf(warm);
  const chance = risingByChance(warm.map(([, value]) => value));
  const late = slopeOf(warm.slice(Math.floor(warm.length / 2))).value;
  const found = { looks: warm.length, slope, chance };
  if (warm.length < LEAST) return { state: 'too-few', ...found };
  const grows = chance < BY_CHANCE && slope.low > floor && late > floor;
  return { state: grows ? 'grows' : 'rests', ...found };
}
