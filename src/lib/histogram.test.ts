import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { DistributionCounts, lowerBoundOf } from './histogram.ts';

const values = fc.array(fc.oneof(fc.nat(1_000), fc.nat(2 ** 31 - 1), fc.integer({ min: 0, max: 2 ** 39 })), {
  minLength: 1,
  maxLength: 200,
});

describe('DistributionCounts', () => {
  it('knows quantiles to within 0.4 %, the extremes and the count exactly', () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (samples, part) => {
        const counts = filled(samples);
        const sorted = samples.toSorted((a, b) => a - b);
        const exact = sorted[Math.max(1, Math.ceil(part * sorted.length)) - 1] ?? 0;
        expect(Math.abs(counts.quantile(part) - exact)).toBeLessThanOrEqual(exact / 256);
        expect([counts.count, counts.min, counts.max]).toEqual([samples.length, sorted[0], sorted.at(-1)]);
      }),
    );
  });

  it('merges to what one of all samples would be', () => {
    fc.assert(
      fc.property(values, values, (some, others) => {
        const merged = filled(some);
        merged.merge(filled(others).store());
        expect(merged.store()).toEqual(filled([...some, ...others]).store());
      }),
    );
  });

  it('has no quantile without samples', () => {
    expect(new DistributionCounts().quantile(0.5)).toBeNaN();
  });

  it('counts what is at most a value', () => {
    expect(filled([1, 2, 3, 400]).countUpTo(3)).toBe(3);
  });

  it('has buckets that follow one another', () => {
    for (let index = 1; index < 5_000; index += 1) expect(lowerBoundOf(index)).toBeGreaterThan(lowerBoundOf(index - 1));
  });
});

function filled(samples: readonly number[]): DistributionCounts {
  const counts = new DistributionCounts();
  for (const sample of samples) counts.record(sample);
  return counts;
}
