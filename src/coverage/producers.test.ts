import { dirname, join } from 'node:path';

import { expect, it } from 'vitest';

import { files, withReports } from '../../tests/contracts/results-support.ts';
import { inspectCoverage } from './collect.ts';

type Numbers = readonly [covered: number, total: number];

/** Real reports of one small file of our own; the numbers are those that the producer printed itself. */
const REPORTS: readonly (readonly [
  file: string,
  producer: string,
  lines: Numbers,
  branches: Numbers | undefined,
  functions: Numbers | undefined,
])[] = [
  ['cobertura/fixtures/gcovr.xml', 'gcovr 5.2', [4, 9], [1, 4], undefined],
  ['cobertura/fixtures/istanbul.xml', 'nyc', [3, 5], [1, 6], [1, 2]],
  ['cobertura/fixtures/gocover-cobertura.xml', 'gocover-cobertura', [5, 6], undefined, [1, 2]],
  ['lcov/fixtures/geninfo.info', 'geninfo of lcov 1.16, gcc 12.2', [4, 9], [1, 4], [2, 3]],
  ['lcov/fixtures/c8.info', 'c8', [5, 6], [2, 4], [1, 2]],
  ['lcov/fixtures/istanbul.info', 'nyc', [3, 5], [1, 6], [1, 2]],
];

it.each(REPORTS)('%s of %s', async (file, _producer, lines, branches, functions) => {
  const path = join(import.meta.dirname, file);
  const read = await inspectCoverage(files, dirname(path), path);
  const numbers = (ratio: { covered: number; total: number } | undefined) => ratio && [ratio.covered, ratio.total];
  expect([numbers(read?.lines), numbers(read?.branches), numbers(read?.functions)]).toEqual([lines, branches, functions]);
  expect(read?.gap).toBeUndefined();
});

it('takes a cover profile whose last line has no end for cut: its count may have been longer', async () => {
  const gap = await withReports({ a: 'mode: count\na.go:1.2,3.4 1 12\na.go:5.2,6.4 1 1' }, async (root, [path = '']) => {
    const read = await inspectCoverage(files, root, path);
    return read?.gap;
  });
  expect(gap).toMatchObject({ reason: 'truncated', message: 'a: line 3 ends in the middle' });
});
