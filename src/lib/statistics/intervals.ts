import { binomialFrom, binomialUpTo } from './binomial.ts';

/** How sure a statement must be: one in twenty may be wrong. */
export const CONFIDENCE = 0.95;

/** How much may be wrong on each side of an interval. */
const SIDE = (1 - CONFIDENCE) / 2;

/** Where the true value is, with 95 % confidence. A side that the samples say nothing about is open. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** The exact interval of a share (Clopper and Pearson 1934) after `hits` of `of`; no share is excluded without trials. */
export function shareInterval(hits: number, of: number): Interval {
  if (of <= 0) return { low: 0, high: 1 };
  return {
    low: hits <= 0 ? 0 : borderOf((share) => binomialFrom(hits, of, share) <= SIDE),
    high: hits >= of ? 1 : borderOf((share) => binomialUpTo(hits, of, share) > SIDE),
  };
}

/** The largest share for which `holds` is true: it is for smaller shares, and not for larger ones. */
function borderOf(holds: (share: number) => boolean): number {
  let [low, high] = [0, 1];
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * The ranks (from 1) of the samples between which a quantile is, whatever the distribution; `undefined` where `n` samples are too few
 * to bound that side. https://doi.org/10.1002/9781118594841 (Hahn, Meeker: Statistical Intervals, 5.2)
 */
export function quantileRanks(n: number, part: number): { readonly low: number | undefined; readonly high: number | undefined } {
  const low = countWhile(n, (rank) => binomialUpTo(rank - 1, n, part) <= SIDE);
  const high = n + 1 - countWhile(n, (rank) => binomialFrom(n + 1 - rank, n, part) <= SIDE);
  return { low: low === 0 ? undefined : low, high: high > n ? undefined : high };
}

/** How many of 1, 2, … `n` hold, where all do up to the last that does. */
function countWhile(n: number, holds: (count: number) => boolean): number {
  let [low, high] = [0, n];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** How many samples without a single bad one show that fewer than this share (0–1) are bad. */
export function samplesFor(share: number): number {
  if (share <= 0) return Number.POSITIVE_INFINITY;
  if (share >= 1) return 1;
  return Math.ceil(Math.log(1 - CONFIDENCE) / Math.log1p(-share));
}

/** Fewer samples than these say nothing about how a mean of them spreads. */
export const MEAN_SAMPLES = 30;

/** The interval of a mean, from the spread of its `n` samples and the central limit theorem. */
export function meanInterval(mean: number, deviation: number, n: number): Interval {
  const reach = (1.96 * deviation) / Math.sqrt(n);
  return { low: mean - reach, high: mean + reach };
}
