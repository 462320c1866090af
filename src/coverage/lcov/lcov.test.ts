import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import fc from 'fast-check';
import { expect, it } from 'vitest';

import { pieces } from '../../../tests/contracts/results-support.ts';
import type { CoverageEvent, CoverageRecord } from '../contract.ts';
import { lcov } from './index.ts';

it('reads what node:test writes', async () => {
  const events = await parse(await readFile(join(import.meta.dirname, 'fixtures/node-test.info'), 'utf8'));
  expect(events).toHaveLength(1);
  const record = events[0]?.type === 'file' ? events[0].record : undefined;
  const hits = linesOf(record);
  expect(record).toMatchObject({ path: 'src/price.js', branches: { covered: 3, total: 4 }, functions: { covered: 1, total: 2 } });
  expect([...hits].filter(([, count]) => count === 0).map(([line]) => line)).toEqual([5, 6, 11, 12]);
});

it.each([
  [
    'functions with an end line (lcov 1.16)',
    'SF:a.c\nFN:1,9,main\nFNDA:3,main\nDA:1,3\nend_of_record\n',
    { functions: { covered: 1, total: 1 } },
  ],
  [
    'functions by index (lcov 2)',
    'SF:a.c\nFNL:0,1,9\nFNA:0,3,main\nFNA:0,0,alias\nDA:1,3\nend_of_record\n',
    { functions: { covered: 1, total: 1 } },
  ],
  [
    'function names with commas',
    'SF:a.cc\nFN:1,f<int, int>(int)\nFNDA:0,f<int, int>(int)\nDA:1,0\nend_of_record\n',
    { functions: { covered: 0, total: 1 } },
  ],
  [
    'branches that were never reached',
    'SF:a.c\nBRDA:1,0,0,-\nBRDA:1,0,1,2\nDA:1,2\nend_of_record\n',
    { branches: { covered: 1, total: 2 } },
  ],
  ['checksums and Windows line ends', 'TN:x\r\nSF:a.c\r\nDA:1,2,abc\r\nend_of_record\r\n', { lines: new Map([[1, 2]]) }],
  [
    'negative and enormous counts',
    'SF:a.c\nDA:1,-4\nDA:2,1e+30\nend_of_record\n',
    {
      lines: new Map([
        [1, 0],
        [2, 2 ** 32 - 3],
      ]),
    },
  ],
])('reads %s', async (_, text, expected) => {
  const events = await parse(text);
  expect(events).toHaveLength(1);
  const record = events[0]?.type === 'file' ? { ...events[0].record, lines: linesOf(events[0].record) } : undefined;
  expect(record).toMatchObject(expected);
});

it('says where a record is damaged and goes on', async () => {
  const events = await parse('SF:a.c\nDA:x,1\nend_of_record\nSF:b.c\nDA:1,1\nend_of_record\n');
  expect(events.map(({ type }) => type)).toEqual(['file', 'file', 'gap']);
  expect(events.at(-1)).toMatchObject({ reason: 'malformed', message: 'line 2: "DA:x,1" is no line and count' });
});

it('gives back the lines that were written, however the stream is cut', async () => {
  const lines = fc.dictionary(fc.integer({ min: 1, max: 100_000 }).map(String), fc.nat({ max: 1_000_000 }), { maxKeys: 30 });
  await fc.assert(
    fc.asyncProperty(fc.array(lines, { maxLength: 5 }), fc.integer({ min: 1, max: 40 }), async (files, length) => {
      const text = files
        .map(
          (file, i) =>
            `TN:\nSF:src/f${i}.ts\n${Object.entries(file)
              .map(([line, hits]) => `DA:${line},${hits}\n`)
              .join('')}end_of_record\n`,
        )
        .join('');
      const events = await parse(text, length);
      expect(events.map((event) => (event.type === 'file' ? Object.fromEntries(linesOf(event.record)) : event))).toEqual(
        files.map((file) => ({ ...file })),
      );
    }),
    { numRuns: 200 },
  );
});

async function parse(text: string, length?: number): Promise<CoverageEvent[]> {
  const events: CoverageEvent[] = [];
  await lcov.parse(pieces(text, length), (event) => events.push(event), { source: () => Promise.resolve(undefined) });
  return events;
}

function linesOf(record: CoverageRecord | undefined): Map<number, number> {
  const lines = new Map<number, number>();
  record?.lines.forEach((hits, line) => lines.set(line, hits));
  return lines;
}
