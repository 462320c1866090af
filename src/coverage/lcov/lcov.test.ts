import { join } from 'node:path';

import fc from 'fast-check';
import { expect, it } from 'vitest';

import { saidBy, saidByFile } from '../../../tests/contracts/coverage-support.ts';
import { lcov } from './index.ts';

it('reads what node:test writes', async () => {
  const { files } = await saidByFile(lcov, join(import.meta.dirname, 'fixtures/node-test.info'));
  expect(files).toMatchObject([{ path: 'src/price.js', branches: [3, 4], functions: [1, 2] }]);
  const missed = Object.entries(files[0]?.lines ?? {}).filter(([, hits]) => hits === 0);
  expect(missed.map(([line]) => line)).toEqual(['5', '6', '11', '12']);
});

it.each([
  ['functions with an end line (lcov 1.16)', 'FN:1,9,main\nFNDA:3,main\nDA:1,3\n', { lines: { 1: 3 }, functions: [1, 1] }],
  ['calls before the functions', 'FNDA:3,main\nFN:1,main\nDA:1,3\n', { lines: { 1: 3 }, functions: [1, 1] }],
  [
    'functions by index (lcov 2.2)',
    'FNL:0,1,9\nFNA:0,3,main\nFNA:0,0,alias\nFNL:1,12\nFNA:1,0,other\nDA:1,3\n',
    { lines: { 1: 3 }, functions: [1, 2] },
  ],
  ['function names with commas', 'FN:1,f<int, int>(int)\nFNDA:0,f<int, int>(int)\nDA:1,0\n', { lines: { 1: 0 }, functions: [0, 1] }],
  [
    'functions of one name',
    'FN:1,anonymous\nFN:5,anonymous\nFN:9,anonymous\nFN:9,anonymous\nFNDA:2,anonymous\nFNDA:0,anonymous\nFNDA:1,anonymous\nDA:1,3\n',
    { lines: { 1: 3 }, functions: [2, 3] },
  ],
  ['branches that were never reached', 'BRDA:1,0,0,-\nBRDA:1,0,1,2\nDA:1,2\n', { lines: { 1: 2 }, branches: [1, 2] }],
  ['branches with an expression for a name', 'BRDA:1,0,a > 1, b,0\nBRDA:1,0,a > 1, c,1\nDA:1,2\n', { lines: { 1: 2 }, branches: [1, 2] }],
  ['checksums and Windows line ends', 'VER:1\r\nDA:1,2,abc\r\nDA:2,0\r\n', { lines: { 1: 2, 2: 0 } }],
  ['what never ran as gcov writes it', 'DA:1,=====\nDA:2,#####\nDA:3,4\n', { lines: { 1: 0, 2: 0, 3: 4 } }],
  ['a line that two tests list', 'DA:1,0\nDA:1,2\n', { lines: { 1: 2 } }],
  ['enormous counts', 'DA:2,1e+30\nDA:3,18446744073709551615\n', { lines: { 2: 2 ** 32 - 3, 3: 2 ** 32 - 3 } }],
  [
    'totals of branches and functions that are not listed',
    'FNF:4\nFNH:3\nBRF:2\nBRH:1\nDA:1,1\n',
    { lines: { 1: 1 }, branches: [1, 2], functions: [3, 4] },
  ],
])('reads %s', async (_, text, expected) => {
  for (const length of [1, 7, 1_000])
    expect(await saidBy(lcov, `TN:x\nSF:a.c\n${text}end_of_record\n`, { length })).toEqual({ files: [{ path: 'a.c', ...expected }] });
});

it('takes a negative count for none, and says so', async () => {
  expect(await saidBy(lcov, 'SF:a.c\nDA:1,-4\nend_of_record\n')).toEqual({
    files: [{ path: 'a.c', lines: { 1: 0 } }],
    notes: ['1 negative counts are taken for none'],
  });
});

it('does not count a line that stands nowhere, and says so', async () => {
  expect(await saidBy(lcov, 'SF:a.c\nDA:0,1\nDA:1,4\nend_of_record\n')).toEqual({
    files: [{ path: 'a.c', lines: { 1: 4 } }],
    notes: ['1 lines have the number 0: they stand nowhere and do not count'],
  });
});

it('tells of a record that the next one cuts short, and of none without a file', async () => {
  const said = await saidBy(lcov, 'SF:\nDA:1,1\nend_of_record\nSF:a.c\nDA:1,0\nSF:b.c\nDA:1,1\nend_of_record\n');
  expect(said.files.map(({ path }) => path)).toEqual(['a.c', 'b.c']);
  expect(said.gaps).toEqual(['malformed: line 1: a record without a file']);
  expect(lcov.sniff({ path: 'x', text: 'TN:\nSF:\n' })).toBe(true);
  expect(await saidBy(lcov, 'SF:\nLF:0\nend_of_record\n')).toEqual({ files: [] });
});

it('passes over what a shell left between the records, and not over lines that lost their file', async () => {
  const record = 'SF:a.c\nDA:1,1\nend_of_record\n';
  expect(await saidBy(lcov, `${record}EOF\n`)).toEqual({
    files: [{ path: 'a.c', lines: { 1: 1 } }],
    notes: ["1 lines between the records are none of LCOV's"],
  });
  expect((await saidBy(lcov, `${record}DA:1,0\nend_of_record\n`)).gaps).toEqual(['malformed: line 4: "DA:1,0" belongs to no file']);
  expect((await saidBy(lcov, 'SF:a.c\nDA:1,1\nEOF\nend_of_record\n')).gaps).toEqual(['malformed: line 3 is no LCOV record']);
});

it('says where a record states other totals than it lists', async () => {
  const said = await saidBy(lcov, 'SF:a.c\nDA:1,1\nLF:3\nLH:3\nend_of_record\nSF:b.c\nDA:1,1\nDA:1,1\nLF:2\nLH:1\nend_of_record\n');
  expect(said.disagreements).toEqual(['a.c: 3 lines stated, 1 listed', 'a.c: 3 covered lines stated, 1 listed']);
});

it.each(['DA:x,1', 'DA:1', 'DA:1,', 'DA:1,1,sum,more', 'DA:99999999999,1'])('says where %s is damaged and goes on', async (line) => {
  const said = await saidBy(lcov, `SF:a.c\n${line}\nend_of_record\nSF:b.c\nDA:1,1\nend_of_record\n`);
  expect(said.files.map(({ path }) => path)).toEqual(['a.c', 'b.c']);
  expect(said.gaps).toEqual([`malformed: line 2: "${line}" is no line and count`]);
});

it('leaves out the record that was cut', async () => {
  const said = await saidBy(lcov, 'SF:a.c\nDA:1,1\nend_of_record\nSF:b.c\nDA:1,1\nDA:2,');
  expect(said.files.map(({ path }) => path)).toEqual(['a.c']);
  expect(said.gaps).toContain('truncated: line 4: the record of b.c has no end_of_record');
});

it('gives back the lines that were written, however the stream is cut', async () => {
  const lines = fc.dictionary(fc.integer({ min: 1, max: 100_000 }).map(String), fc.nat({ max: 1_000_000 }), { maxKeys: 30 });
  await fc.assert(
    fc.asyncProperty(fc.array(lines, { maxLength: 5 }), fc.integer({ min: 1, max: 40 }), async (files, length) => {
      const record = (file: Readonly<Record<string, number>>, index: number): string =>
        `TN:\nSF:src/f${index}.ts\n${Object.entries(file)
          .map(([line, hits]) => `DA:${line},${hits}\n`)
          .join('')}end_of_record\n`;
      const said = await saidBy(lcov, files.map(record).join(''), { length });
      expect(said.files.map((file) => file.lines)).toEqual(files.map((file) => ({ ...file })));
      expect(said.gaps).toBeUndefined();
    }),
    { numRuns: 200 },
  );
});
