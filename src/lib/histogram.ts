/**
 * A distribution of whole, non-negative numbers (microseconds, bytes) in buckets that are never wider than 1/256 of their
 * lower bound, so that a quantile is off by 0.4 % at most. Two of them merge exactly by adding their counts, whatever
 * machine they come from: the form that is stored is `[bucket, count]` pairs with the sum and the extremes.
 *
 * Bucket `i` below 512 holds the number `i` alone; above, each power of two is divided into 256 buckets, as in
 * HdrHistogram (https://hdrhistogram.github.io/HdrHistogram/).
 */
export class DistributionCounts {
  /** Most of the many that a load keeps for its slices stay empty for long. */
  #counts = NONE;
  #count = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = 0;

  get count(): number {
    return this.#count;
  }

  get mean(): number {
    return this.#count === 0 ? Number.NaN : this.#sum / this.#count;
  }

  get min(): number {
    return this.#min;
  }

  get max(): number {
    return this.#max;
  }

  /** Negative numbers count as 0, fractions are rounded, numbers past `MOST` count as `MOST`. */
  record(value: number, times = 1): void {
    const whole = Math.min(MOST, Math.max(0, Math.round(value)));
    const index = bucketOf(whole);
    if (index >= this.#counts.length) this.#grow(index);
    this.#counts[index] = (this.#counts[index] ?? 0) + times;
    this.#count += times;
    this.#sum += whole * times;
    if (whole < this.#min) this.#min = whole;
    if (whole > this.#max) this.#max = whole;
  }

  merge(other: StoredCounts): void {
    // The extremes of nothing are no extremes.
    if (other.buckets.length === 0) return;
    for (const [index, times] of other.buckets) {
      if (index >= this.#counts.length) this.#grow(index);
      this.#counts[index] = (this.#counts[index] ?? 0) + times;
      this.#count += times;
    }
    this.#sum += other.sum;
    this.#min = Math.min(this.#min, other.min);
    this.#max = Math.max(this.#max, other.max);
  }

  /** The smallest recorded number that at least this part (0–1) of all is not above; NaN without samples. */
  quantile(part: number): number {
    if (this.#count === 0) return Number.NaN;
    return this.atRank(Math.max(1, Math.ceil(part * this.#count)));
  }

  /** The number at a rank from 1 to `count`, in ascending order. */
  atRank(rank: number): number {
    let seen = 0;
    for (const [index, times] of this.#counts.entries()) {
      seen += times;
      // The middle of the bucket, and never outside what was seen.
      if (seen >= rank) return Math.min(this.#max, Math.max(this.#min, middleOf(index)));
    }
    return this.#max;
  }

  /** How many are below or in the bucket of `value`. */
  countUpTo(value: number): number {
    const last = bucketOf(Math.min(MOST, Math.max(0, Math.round(value))));
    let seen = 0;
    for (let index = 0; index <= Math.min(last, this.#counts.length - 1); index += 1) seen += this.#counts[index] ?? 0;
    return seen;
  }

  store(): StoredCounts {
    const buckets: [number, number][] = [];
    for (const [index, times] of this.#counts.entries()) if (times > 0) buckets.push([index, times]);
    return { buckets, sum: this.#sum, min: this.#count === 0 ? 0 : this.#min, max: this.#max };
  }

  #grow(index: number): void {
    const counts = new Float64Array(Math.max(LEAST, index + 1, 2 * this.#counts.length));
    counts.set(this.#counts);
    this.#counts = counts;
  }
}

/** `[bucket, count]` pairs in ascending order of buckets, see {@link DistributionCounts}. */
export interface StoredCounts {
  readonly buckets: readonly (readonly [index: number, times: number])[];
  readonly sum: number;
  readonly min: number;
  readonly max: number;
}

const NONE = new Float64Array(0);
const LEAST = 1_024;
/** Numbers beyond count as this one: in microseconds, twelve days. */
const MOST = 2 ** 40;
const PARTS = 256;

function bucketOf(value: number): number {
  if (value < 2 * PARTS) return value;
  // clz32 knows 32 bits.
  const shift = (value < 2 ** 31 ? 31 - Math.clz32(value) : Math.floor(Math.log2(value))) - 8;
  return shift * PARTS + Math.floor(value / 2 ** shift);
}

/** The smallest number of a bucket. */
export function lowerBoundOf(index: number): number {
  if (index < 2 * PARTS) return index;
  const shift = Math.floor(index / PARTS) - 1;
  return (index - shift * PARTS) * 2 ** shift;
}

function middleOf(index: number): number {
  const lower = lowerBoundOf(index);
  return Math.floor((lower + lowerBoundOf(index + 1) - 1) / 2);
}
