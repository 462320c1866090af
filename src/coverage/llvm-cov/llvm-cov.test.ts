import { expect, it } from 'vitest';

import { saidBy } from '../../../tests/contracts/coverage-support.ts';
import { llvmCov } from './index.ts';

// [line, column, count, hasCount, isRegionEntry, isGapRegion]
it.each([
  [
    'a function with a branch that did not run',
    [
      [1, 1, 2, true, true, false],
      [2, 9, 0, true, true, false],
      [3, 3, 2, true, false, false],
      [4, 2, 0, false, false, false],
    ],
    { 1: 2, 2: 2, 3: 0, 4: 2 },
  ],
  [
    'a gap, which decides no line that something else is on',
    [
      [1, 1, 3, true, true, false],
      [2, 5, 0, true, true, true],
      [3, 1, 0, true, true, false],
      [4, 1, 0, false, false, false],
    ],
    { 1: 3, 2: 3, 3: 0, 4: 0 },
  ],
  [
    'a region that was left out',
    [
      [1, 1, 1, true, true, false],
      [2, 1, 0, false, true, false],
      [3, 1, 1, true, false, false],
      [4, 1, 0, false, false, false],
    ],
    { 1: 1, 4: 1 },
  ],
  [
    'two functions with lines between them',
    [
      [1, 1, 1, true, true, false],
      [2, 2, 0, false, false, false],
      [5, 1, 0, true, true, false],
      [6, 2, 0, false, false, false],
    ],
    { 1: 1, 2: 1, 5: 0, 6: 0 },
  ],
])('computes the lines of %s', async (_, segments, lines) => {
  const said = await report({ filename: 'a.c', segments });
  expect(said.files[0]?.lines).toEqual(lines);
});

it('reads a summary without lines', async () => {
  const summary = { lines: { count: 9, covered: 7 }, functions: { count: 2, covered: 1 }, branches: { count: 4, covered: 3 } };
  expect(await report({ filename: 'a.c', summary })).toEqual({
    files: [{ path: 'a.c', lines: {}, totals: [7, 9], branches: [3, 4], functions: [1, 2] }],
  });
});

it('counts both outcomes of a condition, and believes the summary where it knows of fewer', async () => {
  const segments = [
    [1, 1, 2, true, true, false],
    [2, 2, 0, false, false, false],
  ];
  const branches = [
    [1, 1, 1, 9, 2, 0, 0, 0, 4],
    [1, 4, 1, 6, 2, 0, 0, 0, 4],
  ];
  expect((await report({ filename: 'a.c', segments, branches })).files[0]?.branches).toEqual([2, 4]);
  const summary = { branches: { count: 2, covered: 1 } };
  expect((await report({ filename: 'a.c', segments, branches, summary })).files[0]?.branches).toEqual([1, 2]);
});

it.each([
  [
    'lines that go back',
    [
      [5, 1, 1, true, true, false],
      [2, 1, 1, true, true, false],
    ],
  ],
  [
    'a line of a hostile size',
    [
      [1, 1, 1, true, true, false],
      [4e9, 1, 1, true, true, false],
    ],
  ],
  ['no numbers', [['x', 1, 1, true, true, false]]],
])('is malformed with %s', async (_, segments) => {
  expect((await report({ filename: 'a.c', segments })).gaps).toEqual([
    'malformed: a file without its name, or with segments that are none',
  ]);
});

it('takes an export that names no file at the word of its totals', async () => {
  const totals = { lines: { count: 3, covered: 2 }, functions: { count: 1, covered: 1 }, regions: { count: 2, covered: 1 } };
  expect(await saidBy(llvmCov, JSON.stringify({ data: [{ files: [], totals }] }))).toEqual({
    files: [],
    totals: { lines: [2, 3], functions: [1, 1] },
  });
});

function report(file: unknown) {
  return saidBy(
    llvmCov,
    JSON.stringify({
      data: [{ files: [file], functions: [{ name: 'f', regions: [[1, 2, 3]] }], totals: {} }],
      type: 'llvm.coverage.json.export',
      version: '2.0.1',
    }),
  );
}
