import { risingByChance, slopeOf, type Slope } from '../../lib/statistics/trend.ts';

/** What was seen at rest after so many walks, in their order. */
export type Points = readonly (readonly [walks: number, value: number])[];

/** What may be left behind: by a walk, and by a round however few walks it has. */
export interface Floor {
  readonly perWalk: number;
  readonly perRound: number;
}

/** Part of the looks at the beginning in which caches fill and code is compiled. */
const WARM_UP = 1 / 3;
/** Fewer looks than these cannot show that a rise is more than chance. */
const LEAST = 6;
const BY_CHANCE = 0.05;

export interface Growth {
  readonly state: 'grows' | 'rests' | 'too-few';
  /** Of what was left of the points after the warm-up. */
  readonly looks: number;
  /** Per walk. */
  readonly slope: Slope;
  /** As it was held against, per walk. */
  readonly floor: number;
  readonly chance: number;
}

/**
 * Whether something still grows with every walk when all has warmed up: a rise that chance does not explain, that is more than the floor
 * for each walk with 95 % confidence, and that has not come to its end in the last half. Healthy services grow too, by a few bytes and
 * for a while (docs/leaks.md has what was measured).
 */
export function growthOf(points: Points, { perWalk, perRound }: Floor): Growth {
  const warm = points.slice(Math.ceil(points.length * WARM_UP));
  const [first = [0], last = [0]] = [warm[0], warm.at(-1)];
  const walks = (last[0] - first[0]) / Math.max(1, warm.length - 1);
  const floor = Math.max(perWalk, walks > 0 ? perRound / walks : 0);
  const slope = slopeOf(warm);
  const chance = risingByChance(warm.map(([, value]) => value));
  const late = slopeOf(warm.slice(Math.floor(warm.length / 2))).value;
  const found = { looks: warm.length, slope, chance, floor };
  if (warm.length < LEAST || slope.low === Number.NEGATIVE_INFINITY) return { state: 'too-few', ...found };
  const grows = chance < BY_CHANCE && slope.low > floor && late > floor;
  return { state: grows ? 'grows' : 'rests', ...found };
}
