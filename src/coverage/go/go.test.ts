import { join } from 'node:path';

import { expect, it } from 'vitest';

import { saidBy, saidByFile } from '../../../tests/contracts/coverage-support.ts';
import { files, withReports } from '../../../tests/contracts/results-support.ts';
import { inspectCoverage } from '../collect.ts';
import { go } from './index.ts';

it('reads what Go writes', async () => {
  expect(await saidByFile(go, join(import.meta.dirname, 'fixtures/set.out'))).toEqual({
    files: [{ path: 'example.com/shop/a/a.go', lines: { 3: 1, 4: 1, 5: 1, 6: 1, 7: 1, 10: 0 } }],
    notes: ['Go counts statements: 3 of 4 (75.0 %)'],
  });
});

it('takes a cover profile whose last line has no end for cut: its count may have been longer', async () => {
  const gap = await withReports({ a: 'mode: count\na.go:1.2,3.4 1 12\na.go:5.2,6.4 1 1' }, async (root, [path = '']) => {
    const read = await inspectCoverage(files, root, path);
    return read?.gap;
  });
  expect(gap).toMatchObject({ reason: 'truncated', message: 'a: line 3 ends in the middle' });
});

it('adds up the same block of merged profiles, takes the most visited block of a line, and leaves out blocks without statements', async () => {
  const said = await saidBy(go, 'mode: count\na.go:1.1,2.5 1 3\na.go:2.5,3.1 1 1\nmode: count\na.go:1.1,2.5 1 4\na.go:9.1,9.2 0 0\n');
  expect(said).toEqual({ files: [{ path: 'a.go', lines: { 1: 7, 2: 7, 3: 1 } }], notes: ['Go counts statements: 2 of 2 (100.0 %)'] });
});

it('counts the statements of a block once, however many profiles tell of it', async () => {
  const said = await saidBy(go, 'mode: set\na.go:1.1,2.5 4 0\na.go:3.1,4.5 1 0\na.go:1.1,2.5 4 1\na.go:3.1,4.5 1 0\n');
  expect(said.notes).toEqual(['Go counts statements: 4 of 5 (80.0 %)']);
});

it.each([
  ['truncated', 'line 3 ends in the middle', 'mode: set\na.go:1.1,2.5 1 1\na.go:3.1,4'],
  ['malformed', 'line 3 is no block of a cover profile', 'mode: set\na.go:1.1,2.5 1 1\nhello\n'],
])('is %s with what was read until then', async (reason, message, text) => {
  expect(await saidBy(go, text)).toMatchObject({ files: [{ lines: { 1: 1, 2: 1 } }], gaps: [`${reason}: ${message}`] });
});
