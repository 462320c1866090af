import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { expect, it } from 'vitest';

import { saidBy } from '../../../tests/contracts/coverage-support.ts';
import { files, withReports } from '../../../tests/contracts/results-support.ts';
import { inspectCoverage } from '../collect.ts';
import { gcov } from './index.ts';

const LINE = { line_number: 3, count: 2, branches: [{ count: 2 }, { count: 0 }], function_name: 'f' };
const DOCUMENT = {
  gcc_version: '12.2.0',
  files: [
    {
      lines: [LINE, { ...LINE, count: 0, function_name: 'g' }],
      functions: [{ name: 'f', start_line: 3, execution_count: 2 }],
      file: 'a.c',
    },
  ],
  current_working_directory: '/app/build',
};

it('reads a line of two functions once, and names that come behind the lines', async () => {
  expect(await saidBy(gcov, JSON.stringify(DOCUMENT))).toEqual({
    roots: ['/app/build'],
    files: [{ path: 'a.c', lines: { 3: 2 }, branches: [2, 4], functions: [1, 1] }],
  });
});

it.each([1, 7, 10_000])('reads one document after the other, in pieces of %i', async (length) => {
  const text = `${JSON.stringify(DOCUMENT)}\n${JSON.stringify(DOCUMENT)}\n`;
  const said = await saidBy(gcov, text, { length });
  expect(said.files).toHaveLength(2);
  expect(said.gaps).toBeUndefined();
});

it('is truncated where the second document is', async () => {
  const text = `${JSON.stringify(DOCUMENT)}\n${JSON.stringify(DOCUMENT).slice(0, 90)}`;
  const said = await saidBy(gcov, text);
  expect(said.files).toHaveLength(1);
  expect(said.gaps?.[0]).toMatch(/^truncated: /);
});

it('reads the same gzipped, as gcov writes it', async () => {
  const plain = await readFile(join(import.meta.dirname, 'fixtures/gcc-12.json'));
  const zipped = gzipSync(plain);
  await withReports({ plain, zipped, cut: zipped.subarray(0, zipped.length - 20) }, async (root) => {
    const [one, other, cut] = await Promise.all(['plain', 'zipped', 'cut'].map((name) => inspectCoverage(files, root, name)));
    expect({ ...other, file: 'plain' }).toEqual(one);
    expect(cut?.gap?.reason).toBe('truncated');
  });
});

it('reads what gcov -i wrote before GCC 9', async () => {
  const text = `file:a.c
function:1,3,main
function:7,9,0,other
lcount:1,3
lcount:2,-5
lcount:7,0,1
branch:2,taken
branch:2,nottaken
branch:7,notexec
file:b.h
lcount:4,12
`;
  expect(gcov.sniff({ path: 'x', text })).toBe(true);
  expect(gcov.sniff({ path: 'x', text: 'file:a.c is not here\n' })).toBe(false);
  expect(await saidBy(gcov, text)).toEqual({
    files: [
      { path: 'a.c', lines: { 1: 3, 2: 0, 7: 0 }, branches: [1, 3], functions: [1, 2] },
      { path: 'b.h', lines: { 4: 12 } },
    ],
  });
  expect((await saidBy(gcov, 'file:a.c\nlcount:1,1\nlcount:x,1\n')).gaps).toEqual(["malformed: line 3 is no line of gcov's"]);
});

it('reads the text: exceptional and unexecuted lines, stars, short numbers and instantiations', async () => {
  const text = `        -:    0:Source:a.cc
        -:    0:Working directory:/app
        -:    1:#include <x>
     1.5k:    2:int f() {
       1*:    3:  return g();
    #####:    4:  throw 1;
    =====:    5:  catch (...)
branch  0 taken 5 (fallthrough)
branch  1 never executed
call    0 returned 5
------------------
f<int>:
function f<int> called 3 returned 100% blocks executed 75%
        3:    6:template
------------------
f<long>:
function f<long> called 0 returned 0% blocks executed 0%
    #####:    6:template
------------------
`;
  expect(await saidBy(gcov, text)).toEqual({
    roots: ['/app'],
    files: [{ path: 'a.cc', lines: { 2: 2, 3: 1, 4: 0, 5: 0, 6: 3 }, branches: [1, 2], functions: [1, 2] }],
  });
});
