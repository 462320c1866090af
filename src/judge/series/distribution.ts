import { DistributionCounts, lowerBoundOf } from '../../lib/histogram.ts';
import { meanInterval, quantileRanks, type Interval } from '../../lib/statistics/intervals.ts';
import { PER_BASE_UNIT } from '../../model/histogram-unit.ts';
import { keeps, type Limit } from '../../model/limit.ts';
import type { Histogram } from '../../model/load.ts';
import type { Estimate } from '../../model/report-performance.ts';

/** A stored distribution in the base unit of limits: milliseconds, ratio, bytes, count. */
export class Distribution {
  readonly #stored: Histogram;
  readonly #factor: number;
  readonly #counts = new DistributionCounts();

  constructor(stored: Histogram) {
    this.#stored = stored;
    this.#factor = PER_BASE_UNIT[stored.unit];
    this.#counts.merge(stored);
  }

  get count(): number {
    return this.#counts.count;
  }

  get min(): number {
    return this.#stored.min / this.#factor;
  }

  get max(): number {
    return this.#stored.max / this.#factor;
  }

  get mean(): number {
    return this.#stored.sum / this.count / this.#factor;
  }

  quantile(part: number): number {
    return this.#counts.quantile(part) / this.#factor;
  }

  /** A quantile with the samples between which it is, whatever the distribution. */
  estimate(part: number): Estimate {
    const { low, high } = quantileRanks(this.count, part);
    return {
      value: this.quantile(part),
      ...(low === undefined ? {} : { low: this.#counts.atRank(low) / this.#factor }),
      ...(high === undefined ? {} : { high: this.#counts.atRank(high) / this.#factor }),
    };
  }

  meanInterval(): Interval {
    const { mean } = this;
    const squares = this.#stored.buckets.reduce((sum, [index, times]) => {
      const middle = (lowerBoundOf(index) + lowerBoundOf(index + 1) - 1) / 2 / this.#factor;
      return sum + times * (middle - mean) ** 2;
    }, 0);
    return meanInterval(mean, Math.sqrt(squares / Math.max(1, this.count - 1)), this.count);
  }

  /** How many samples break the limit: for certain, and at most, where a bucket holds both. */
  breaking(limit: Limit): { readonly certain: number; readonly most: number } {
    let [certain, most] = [0, 0];
    for (const [index, times] of this.#stored.buckets) {
      const ends = [lowerBoundOf(index), lowerBoundOf(index + 1) - 1].map((end) => keeps(end / this.#factor, limit));
      if (ends.includes(false)) most += times;
      if (!ends.includes(true)) certain += times;
    }
    return { certain, most };
  }
}
