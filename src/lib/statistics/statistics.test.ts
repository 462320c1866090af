import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { binomialFrom, binomialUpTo } from './binomial.ts';
import { meanInterval, quantileRanks, samplesFor, shareInterval } from './intervals.ts';

const share = fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true });

// What is exact here was computed with mpmath to 30 digits (the regularized incomplete beta function).
describe('tails of the binomial distribution', () => {
  it.each([
    [3, 10, 0.3, 0.6496107184],
    [18, 45, 0.4, 0.5642914444779624],
    [0, 2_995, 0.001, 0.04996170339735638],
    [0, 2_994, 0.001, 0.05001171511246885],
    [12, 812, 0.01, 0.9312474420584645],
    [1_010, 100_000, 0.01, 0.6324385161999427],
    [10_200, 10_000_000, 0.001, 0.9773049135672479],
    [9_900, 10_000_000, 0.001, 0.1597497314860813],
  ])('%d or fewer of %d at %d', (k, n, p, exact) => {
    expect(Math.abs(binomialUpTo(k, n, p) / exact - 1)).toBeLessThan(1e-11);
  });

  it('are one and zero at their ends', () => {
    expect([binomialUpTo(-1, 5, 0.5), binomialUpTo(5, 5, 0.5), binomialFrom(0, 5, 0.5), binomialFrom(6, 5, 0.5)]).toEqual([0, 1, 1, 0]);
    expect([binomialFrom(1, 10, 0), binomialUpTo(9, 10, 1)]).toEqual([0, 0]);
  });

  it('sum up to one, and grow', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), share, fc.double({ min: 0, max: 1, noNaN: true }), (n, p, part) => {
        const k = Math.floor(part * n);
        expect(binomialUpTo(k, n, p) + binomialFrom(k + 1, n, p)).toBeCloseTo(1, 9);
        expect(binomialUpTo(k + 1, n, p)).toBeGreaterThanOrEqual(binomialUpTo(k, n, p) - 1e-12);
      }),
    );
  });
});

describe('the interval of a share', () => {
  it.each([
    [0, 10, 0, 0.308497107818761],
    [5, 10, 0.187086028447399, 0.812913971552601],
    [10, 10, 0.691502892181239, 1],
    [1, 100, 0.000253146032977421, 0.0544593853920807],
    [0, 2_995, 0, 0.00123092107790244],
    [12, 812, 0.00765887605274367, 0.025672343741888],
  ])('of %d in %d', (hits, of, low, high) => {
    const found = shareInterval(hits, of);
    expect(found.low).toBeCloseTo(low, 12);
    expect(found.high).toBeCloseTo(high, 12);
  });

  it('holds the share that was seen, and is narrow after ten million', () => {
    const found = shareInterval(9_900, 10_000_000);
    expect(found.low).toBeGreaterThan(0.00097);
    expect(found.high).toBeLessThan(0.00101);
    expect(shareInterval(0, 0)).toEqual({ low: 0, high: 1 });
  });
});

describe('the ranks between which a quantile is', () => {
  it.each([
    [10, 0.5, 2, 9],
    [100, 0.5, 40, 61],
    [100, 0.95, 90, 100],
    [300, 0.99, 293, undefined],
    [368, 0.99, 360, 368],
    [5, 0.99, 4, undefined],
    [1, 0.5, undefined, undefined],
  ])('of %d samples at %d', (n, part, low, high) => {
    expect(quantileRanks(n, part)).toEqual({ low, high });
  });

  it('are as far apart as 95 % need, and no further', () => {
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 3_000 }), fc.double({ min: 0.2, max: 0.8, noNaN: true }), (n, part) => {
        const { low = 0, high = n + 1 } = quantileRanks(n, part);
        expect(binomialUpTo(high - 1, n, part) - binomialUpTo(low - 1, n, part)).toBeGreaterThanOrEqual(0.95);
        if (low > 0) expect(binomialUpTo(low, n, part)).toBeGreaterThan(0.025);
      }),
    );
  });
});

it('says how many clean samples a limit needs', () => {
  expect([0.01, 0.001, 0.05, 0.5, 1, 0].map(samplesFor)).toEqual([299, 2_995, 59, 5, 1, Number.POSITIVE_INFINITY]);
});

it('bounds a mean by its spread', () => {
  expect(meanInterval(10, 5, 100)).toEqual({ low: 10 - 0.98, high: 10 + 0.98 });
});
