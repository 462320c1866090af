import { expect, it } from 'vitest';

import { saidBy } from '../../../tests/contracts/coverage-support.ts';
import { istanbulSummary } from './index.ts';

it('tells totals of each file, no lines, and leaves the sum alone', async () => {
  const files = { total: part(9, 12), '/app/a.ts': part(5, 6), '/app/b.ts': part(4, 6) };
  expect(await saidBy(istanbulSummary, JSON.stringify(files))).toEqual({
    files: [
      { path: '/app/a.ts', lines: {}, totals: [5, 6], branches: [1, 2], functions: [1, 1] },
      { path: '/app/b.ts', lines: {}, totals: [4, 6], branches: [1, 2], functions: [1, 1] },
    ],
  });
});

it('says when the sum is another', async () => {
  const said = await saidBy(istanbulSummary, JSON.stringify({ total: part(90, 100), '/app/a.ts': part(5, 6) }));
  expect(said.notes).toEqual(['the total says 90 of 100 lines, its files are 5 of 6']);
});

it('takes the total where there is nothing else', async () => {
  const said = await saidBy(istanbulSummary, JSON.stringify({ total: part(9, 12) }));
  expect(said).toMatchObject({
    files: [],
    totals: { lines: [9, 12] },
  });
});

it('never covers more than there is', async () => {
  expect((await saidBy(istanbulSummary, JSON.stringify({ 'a.ts': part(50, 6) }))).files[0]?.totals).toEqual([6, 6]);
});

function part(covered: number, total: number) {
  const ratio = (hit: number, all: number) => ({ total: all, covered: hit, skipped: 0, pct: 50 });
  return { lines: ratio(covered, total), statements: ratio(covered, total), functions: ratio(1, 1), branches: ratio(1, 2) };
}
