import { join } from 'node:path';

import { expect, it } from 'vitest';

import { saidBy, saidByFile } from '../../../tests/contracts/coverage-support.ts';
import { xccov } from './index.ts';

it('tells totals and functions of sources, not of tests', async () => {
  expect(await saidByFile(xccov, join(import.meta.dirname, 'fixtures/report-unverified.json'))).toEqual({
    files: [
      { path: '/app/Sources/Shop/Cart.swift', lines: {}, totals: [5, 6], functions: [2, 2] },
      { path: '/app/Sources/Shop/Till.swift', lines: {}, totals: [0, 3], functions: [0, 1] },
    ],
    notes: ['1 files of tests are not counted'],
  });
});

it('says where numbers are missing', async () => {
  const said = await saidBy(xccov, '{"executableLines":1,"targets":[{"name":"A","files":[{"path":"/a.swift","coveredLines":1}]}]}');
  expect(said.gaps).toEqual(['malformed: a file without a path or numbers in A']);
});
