import { join } from 'node:path';

import { expect, it } from 'vitest';

import { saidBy, saidByFile } from '../../../tests/contracts/coverage-support.ts';
import { coveralls } from './index.ts';

it('reads one entry a line, and four numbers a branch', async () => {
  expect(await saidByFile(coveralls, join(import.meta.dirname, 'fixtures/request-unverified.json'))).toEqual({
    files: [
      { path: 'src/cart.py', lines: { 1: 1, 3: 3, 4: 2, 5: 0, 7: 1 }, branches: [1, 2] },
      { path: 'src/till.py', lines: { 2: 0 } },
      { path: 'src/empty.py', lines: {} },
    ],
  });
});

it('reads the lists that Code Climate writes as text', async () => {
  const said = await saidBy(coveralls, JSON.stringify({ source_files: [{ name: 'a.rb', blob_id: '0', coverage: '[1,null,0]' }] }));
  expect(said).toEqual({ files: [{ path: 'a.rb', lines: { 1: 1, 3: 0 } }] });
});

it.each([
  [{ name: 'a.py' }],
  [{ name: 'a.py', coverage: '[1,' }],
  [{ coverage: [1] }],
  [{ name: 'a.py', coverage: [1, 'x'] }],
  [{ name: 'a.py', coverage: [true] }],
])('is malformed with %j', async (file) => {
  const said = await saidBy(coveralls, JSON.stringify({ source_files: [file, { name: 'b.py', coverage: [1] }] }));
  expect(said).toEqual({
    files: [{ path: 'b.py', lines: { 1: 1 } }],
    gaps: ['malformed: source_files[0]: no name, or no list of lines, or something else in it'],
  });
});
