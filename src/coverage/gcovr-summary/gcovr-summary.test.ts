import { join } from 'node:path';

import { expect, it } from 'vitest';

import { saidBy, saidByFile } from '../../../tests/contracts/coverage-support.ts';
import { gcovrSummary } from './index.ts';

it('reads the totals of each file', async () => {
  expect(await saidByFile(gcovrSummary, join(import.meta.dirname, 'fixtures/gcovr.json'))).toEqual({
    roots: ['.'],
    files: [
      { path: 'src/cart.c', lines: {}, totals: [4, 8], branches: [2, 4], functions: [1, 2] },
      { path: 'src/main.c', lines: {}, totals: [2, 2], functions: [1, 1] },
    ],
  });
});

it('reads what gcovr wrote before 5', async () => {
  const said = await read({ files: [{ file: 'a.c', line_total: 4, line_covered: 3, line_percent: 75 }] });
  expect(said.files).toEqual([{ path: 'a.c', lines: {}, totals: [3, 4] }]);
  const first = { 'gcovr/summary_format_version': 0.1, files: [{ file: 'a.c', covered: 3, total: 4, percent: 75 }], covered: 3, total: 4 };
  expect(gcovrSummary.sniff({ path: 'x', text: JSON.stringify(first) })).toBe(true);
  expect(await read(first)).toEqual({ files: [{ path: 'a.c', lines: {}, totals: [3, 4] }] });
});

it('says when the totals are others, and when a file has none', async () => {
  const said = await read({ files: [{ filename: 'a.c' }], line_total: 4, line_covered: 3 });
  expect(said.notes).toEqual(['the report says 3 of 4 lines, its files are 0 of 0']);
  expect(said.gaps).toEqual(['malformed: files[0]: no name, or no numbers of lines']);
});

function read(report: unknown) {
  return saidBy(gcovrSummary, JSON.stringify(report));
}
