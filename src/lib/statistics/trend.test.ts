import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { randomOf } from '../random.ts';
import { medianOf, risingByChance, slopeOf } from './trend.ts';

// Kendall's own table of the chances of S (Rank Correlation Methods, 1975, appendix 1).
describe('how likely a rise is by chance', () => {
  it.each([
    [4, 6, 1 / 24],
    [5, 8, 0.042],
    [9, 20, 0.022],
    [10, 21, 0.036],
    [8, 0, 1],
  ])('of %d numbers with S %d', (n, s, chance) => {
    expect(risingByChance(withS(n, s))).toBeCloseTo(chance, 3);
  });

  it('is as rare as it says among numbers without a trend', () => {
    const random = randomOf(7);
    const rounds = 20_000;
    let seen = 0;
    for (let round = 0; round < rounds; round += 1) seen += risingByChance(Array.from({ length: 9 }, random)) < 0.05 ? 1 : 0;
    // The nearest chance below 5 % that nine numbers have is 3.8 %.
    expect(Math.abs(seen / rounds - 0.038)).toBeLessThan(0.005);
  });

  it('counts equal numbers as neither, and long series by the normal distribution', () => {
    expect(risingByChance([1, 1, 1, 1, 1])).toBe(1);
    expect(risingByChance([1, 1, 2, 2, 3, 3, 4, 4])).toBeLessThan(0.01);
    expect(risingByChance(Array.from({ length: 60 }, (_, index) => index))).toBeLessThan(1e-9);
  });
});

describe('a slope', () => {
  it('is that of the line, whatever a few points do', () => {
    const points = Array.from({ length: 20 }, (_, x): [number, number] => [x, 3 * x + (x === 7 ? 500 : 0)]);
    expect(slopeOf(points)).toEqual({ value: 3, low: 3 });
  });

  it('is bounded only where there are enough points', () => {
    expect(
      slopeOf([
        [0, 0],
        [1, 1],
        [2, 2],
        [3, 3],
      ]).low,
    ).toBe(Number.NEGATIVE_INFINITY);
    expect(
      slopeOf([
        [1, 1],
        [1, 5],
      ]),
    ).toEqual({ value: 0, low: Number.NEGATIVE_INFINITY });
  });

  it('lies above its bound, which holds the truth as often as it says', () => {
    const random = randomOf(3);
    let above = 0;
    for (let round = 0; round < 2_000; round += 1) {
      const found = slopeOf(Array.from({ length: 9 }, (_, x): [number, number] => [x, 2 * x + 10 * random()]));
      expect(found.low).toBeLessThanOrEqual(found.value);
      above += found.low > 2 ? 1 : 0;
    }
    expect(above / 2_000).toBeLessThan(0.035);
  });
});

it('the median is between the middle ones', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1 }), (values) => {
      const middle = medianOf(values);
      const below = values.filter((value) => value < middle).length;
      const above = values.filter((value) => value > middle).length;
      expect(below).toBeLessThanOrEqual(values.length / 2);
      expect(above).toBeLessThanOrEqual(values.length / 2);
    }),
  );
});

/** Numbers from 1 to `n` in an order with this sum of signs: the smallest first, as far as needed moved back. */
function withS(n: number, s: number): number[] {
  const order = Array.from({ length: n }, (_, index) => index);
  let inversions = ((n * (n - 1)) / 2 - s) / 2;
  for (let end = n - 1; inversions > 0; end -= 1)
    for (let at = 0; at < end && inversions > 0; at += 1, inversions -= 1) {
      const [one = 0, other = 0] = [order[at], order[at + 1]];
      order[at] = other;
      order[at + 1] = one;
    }
  return order;
}
