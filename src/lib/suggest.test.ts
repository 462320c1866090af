import { expect, test } from 'vitest';

import { distance, suggest } from './suggest.ts';

test.each([
  ['', '', 0],
  ['', 'abc', 3],
  ['kitten', 'sitting', 3],
  ['covreage', 'coverage', 1],
  ['ab', 'ba', 1],
  ['same', 'same', 0],
])('distance of "%s" and "%s" is %i', (left, right, slips) => {
  expect(distance(left, right)).toBe(slips);
  expect(distance(right, left)).toBe(slips);
});

test.each([
  ['coverge', 'coverage'],
  ['Fail-Fast', 'fail_fast'],
  ['journies', 'journeys'],
  ['rnu', 'run'],
  ['kubernetes', undefined],
])('"%s" means %s', (word, meant) => {
  expect(suggest(word, ['run', 'results', 'coverage', 'fail_fast', 'journeys'])).toBe(meant);
});
