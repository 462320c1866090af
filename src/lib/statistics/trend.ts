/** Exact chances are counted up to here; beyond, the sum of so many signs is normal to three digits. */
const EXACT = 40;

/**
 * How likely it is that numbers without any trend rise at least as steadily as these (Mann 1945, Kendall 1975; one-sided).
 * Assumes nothing about how they spread. Equal neighbours count as neither.
 */
export function risingByChance(values: readonly number[]): number {
  const n = values.length;
  let rises = 0;
  for (let i = 0; i < n; i += 1) for (let j = i + 1; j < n; j += 1) rises += Math.sign((values[j] ?? 0) - (values[i] ?? 0));
  if (rises <= 0) return 1;
  const ties = tiesIn(values);
  if (n <= EXACT && ties.length === 0) return atLeast(n, rises);
  const spread = Math.sqrt(varianceOf(n) - ties.reduce((sum, t) => sum + varianceOf(t), 0));
  return spread === 0 ? 1 : upperTail((rises - 1) / spread);
}

/** The slope of a line through points, and the smallest one that 95 % confidence leaves (Sen 1968, one side of it at 2.5 %). */
export interface Slope {
  /** The median of the slopes between all points: few of them that lie far off change nothing. */
  readonly value: number;
  /** `-Infinity` where there are too few points to say. */
  readonly low: number;
}

/** Theil's and Sen's slope of `[x, y]` points; 0 without any two that differ in x. */
export function slopeOf(points: readonly (readonly [x: number, y: number])[]): Slope {
  const slopes: number[] = [];
  for (const [index, [x, y]] of points.entries())
    for (const [otherX, otherY] of points.slice(index + 1)) if (otherX !== x) slopes.push((otherY - y) / (otherX - x));
  slopes.sort((a, b) => a - b);
  if (slopes.length === 0) return { value: 0, low: Number.NEGATIVE_INFINITY };
  const reach = 1.96 * Math.sqrt(varianceOf(points.length));
  const rank = Math.floor((slopes.length - reach) / 2);
  return { value: medianOf(slopes), low: rank < 1 ? Number.NEGATIVE_INFINITY : (slopes[rank - 1] ?? Number.NEGATIVE_INFINITY) };
}

/** The middle of numbers; NaN of none. */
export function medianOf(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}

/** Of the sum of signs over all pairs of `n` numbers in random order. */
function varianceOf(n: number): number {
  return (n * (n - 1) * (2 * n + 5)) / 18;
}

/** P(S >= rises) of `n` different numbers in random order: permutations by their inversions. */
function atLeast(n: number, rises: number): number {
  let chances = [1];
  for (let size = 2; size <= n; size += 1) {
    const next = Array.from({ length: chances.length + size - 1 }, () => 0);
    for (const [inversions, chance] of chances.entries())
      for (let more = 0; more < size; more += 1) next[inversions + more] = (next[inversions + more] ?? 0) + chance / size;
    chances = next;
  }
  // Every inversion takes two from the sum of an order without any.
  const most = Math.floor(((n * (n - 1)) / 2 - rises) / 2);
  return chances.slice(0, most + 1).reduce((sum, chance) => sum + chance, 0);
}

function tiesIn(values: readonly number[]): number[] {
  const times = new Map<number, number>();
  for (const value of values) times.set(value, (times.get(value) ?? 0) + 1);
  return [...times.values()].filter((count) => count > 1);
}

/** P(Z >= z) of the normal distribution (Abramowitz and Stegun 26.2.17, to seven digits). */
function upperTail(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
}
