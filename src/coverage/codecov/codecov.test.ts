import { join } from 'node:path';

import { expect, it } from 'vitest';

import { saidBy, saidByFile } from '../../../tests/contracts/coverage-support.ts';
import { codecov } from './index.ts';

it('reads lines by number and as a list', async () => {
  expect(await saidByFile(codecov, join(import.meta.dirname, 'fixtures/custom-unverified.json'))).toEqual({
    files: [
      { path: 'src/cart.rs', lines: { 1: 3, 2: 1, 4: 0, 7: 0 }, branches: [1, 4] },
      { path: 'src/till.rs', lines: { 1: 1, 2: 0, 4: 1 } },
    ],
  });
});

it.each([['none'], [{ 1: 'often' }], [{ 0: 1 }], [{ one: 1 }]])('is malformed with %j', async (file) => {
  const said = await saidBy(codecov, JSON.stringify({ coverage: { 'a.c': file, 'b.c': { 1: 1 } } }));
  expect(said.files.at(-1)).toEqual({ path: 'b.c', lines: { 1: 1 } });
  expect(said.gaps).toEqual(['malformed: a.c: no lines, or something else in them']);
});

it('leaves what SimpleCov writes, and what only mentions coverage, to others', () => {
  const sniff = (value: unknown): boolean => codecov.sniff({ path: 'x', text: JSON.stringify(value) });
  expect(sniff({ coverage: { 'a.rb': { lines: [null, 1] } } })).toBe(false);
  expect(sniff({ RSpec: { coverage: { 'a.rb': [1] } } })).toBe(false);
  expect(sniff({ coverage: '90%' })).toBe(false);
  expect(sniff({ coverage: { 'a.c': { 12: null } } })).toBe(true);
});
