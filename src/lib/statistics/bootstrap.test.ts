import { expect, it } from 'vitest';

import { randomOf } from '../random.ts';
import { bootstrapInterval } from './bootstrap.ts';
import { medianOf } from './trend.ts';

const mean = (items: readonly number[]) => items.reduce((sum, item) => sum + item, 0) / items.length;

it('holds the truth about as often as it says', () => {
  const random = randomOf(11);
  let held = 0;
  const rounds = 300;
  for (let round = 0; round < rounds; round += 1) {
    const groups = Array.from({ length: 3 }, () => Array.from({ length: 10 }, random));
    const { low, high } = bootstrapInterval(groups, mean, random);
    held += low <= 0.5 && 0.5 <= high ? 1 : 0;
  }
  expect(held / rounds).toBeGreaterThan(0.9);
});

it('draws from each group on its own, and the same with the same seed', () => {
  const groups = [
    [1, 1, 1],
    [9, 9, 9],
  ];
  expect(bootstrapInterval(groups, mean, randomOf(1))).toEqual({ low: 5, high: 5 });
  const spread = [[1, 4, 2, 8, 5, 7]];
  expect(bootstrapInterval(spread, medianOf, randomOf(2))).toEqual(bootstrapInterval(spread, medianOf, randomOf(2)));
});
