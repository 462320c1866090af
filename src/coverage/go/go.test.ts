import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { files, pieces, withReports } from '../../../tests/contracts/results-support.ts';
import { inspectCoverage } from '../collect.ts';
import type { CoverageEvent } from '../contract.ts';
import { go } from './index.ts';

it('reads what Go writes', async () => {
  const events = await parse(await readFile(join(import.meta.dirname, 'fixtures/set.out'), 'utf8'));
  expect(events).toEqual([
    {
      type: 'file',
      record: {
        path: 'example.com/shop/a/a.go',
        lines: new Map([
          [3, 1],
          [4, 1],
          [5, 1],
          [6, 1],
          [7, 1],
          [10, 0],
        ]),
      },
    },
  ]);
});

it('takes a cover profile whose last line has no end for cut: its count may have been longer', async () => {
  const gap = await withReports({ a: 'mode: count\na.go:1.2,3.4 1 12\na.go:5.2,6.4 1 1' }, async (root, [path = '']) => {
    const read = await inspectCoverage(files, root, path);
    return read?.gap;
  });
  expect(gap).toMatchObject({ reason: 'truncated', message: 'a: line 3 ends in the middle' });
});

it('adds up the same block of merged profiles, takes the most visited block of a line, and leaves out blocks without statements', async () => {
  const events = await parse('mode: count\na.go:1.1,2.5 1 3\na.go:2.5,3.1 1 1\nmode: count\na.go:1.1,2.5 1 4\na.go:9.1,9.2 0 0\n');
  expect(events).toEqual([
    {
      type: 'file',
      record: {
        path: 'a.go',
        lines: new Map([
          [1, 7],
          [2, 7],
          [3, 1],
        ]),
      },
    },
  ]);
});

it.each([
  ['truncated', 'line 3 ends in the middle', 'mode: set\na.go:1.1,2.5 1 1\na.go:3.1,4'],
  ['malformed', 'line 3 is no block of a cover profile', 'mode: set\na.go:1.1,2.5 1 1\nhello\n'],
])('is %s with what was read until then', async (reason, message, text) => {
  expect(await parse(text)).toMatchObject([{ type: 'file' }, { type: 'gap', reason, message }]);
});

async function parse(text: string): Promise<CoverageEvent[]> {
  const events: CoverageEvent[] = [];
  await go.parse(pieces(text), (event) => events.push(event), { source: () => Promise.resolve(undefined) });
  return events;
}
