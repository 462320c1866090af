import { expect, it } from 'vitest';

import { saidBy } from '../../../tests/contracts/coverage-support.ts';
import { coveragePy } from './index.ts';

const META = { format: 3, version: '7.6', branch_coverage: true };

it('reads lines, jumps and functions', async () => {
  const file = {
    executed_lines: [1, 2],
    summary: { num_branches: 9 },
    missing_lines: [4],
    excluded_lines: [7],
    executed_branches: [[2, -1]],
    missing_branches: [[2, 4]],
    functions: {
      '': { executed_lines: [1], missing_lines: [] },
      f: { executed_lines: [2], missing_lines: [4] },
      g: { executed_lines: [], missing_lines: [] },
      h: { executed_lines: [], missing_lines: [5] },
    },
    classes: { f: { executed_lines: [99], missing_lines: [] } },
  };
  expect(await report({ 'src/a.py': file })).toEqual({
    files: [{ path: 'src/a.py', lines: { 1: 1, 2: 1, 4: 0 }, branches: [1, 2], functions: [1, 2] }],
  });
});

it('takes numbers of branches where no jumps are named', async () => {
  const file = { executed_lines: [1], missing_lines: [], summary: { num_branches: 4, num_partial_branches: 1 } };
  expect((await report({ 'a.py': file })).files[0]?.branches).toEqual([3, 4]);
});

it('is malformed without its missing lines: what did not run would not exist', async () => {
  expect((await report({ 'a.py': { executed_lines: [1] } })).gaps).toEqual(['malformed: a.py: no executed_lines or no missing_lines']);
});

it('takes a file that lists no line at the word of its summary', async () => {
  const said = await report({ 'a.py': { summary: { covered_lines: 3, num_statements: 4 } } });
  expect(said).toMatchObject({ files: [{ path: 'a.py', lines: {}, totals: [3, 4] }] });
  expect(said.gaps).toBeUndefined();
});

it('says when the totals are others', async () => {
  const said = await report({ 'a.py': { executed_lines: [1], missing_lines: [] } }, { covered_lines: 8, num_statements: 9 });
  expect(said.notes).toEqual(['the totals say 8 of 9 lines, its files are 1 of 1']);
});

function report(files: unknown, totals?: unknown) {
  return saidBy(coveragePy, JSON.stringify({ meta: META, files, totals }));
}
