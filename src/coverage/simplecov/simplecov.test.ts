import { expect, it } from 'vitest';

import { saidBy } from '../../../tests/contracts/coverage-support.ts';
import { simplecov } from './index.ts';

it('tells the files of each command, in the new form and the old', async () => {
  const said = await read({
    RSpec: { coverage: { '/app/a.rb': { lines: [1, null, 0], methods: { '["A", :f, 1]': 2, '["A", :g, 3]': 0 } } }, timestamp: 1 },
    Cucumber: { coverage: { '/app/a.rb': [0, null, 2] }, timestamp: 2 },
  });
  expect(said).toEqual({
    files: [
      { path: '/app/a.rb', lines: { 1: 1, 3: 0 }, functions: [1, 2] },
      { path: '/app/a.rb', lines: { 1: 0, 3: 2 } },
    ],
  });
});

it("reads the JSON formatter's report, without what is ignored", async () => {
  const said = await read({
    meta: { simplecov_version: '0.22.0' },
    coverage: {
      '/app/a.rb': {
        lines: [1, 'ignored', null, 0],
        branches: [
          { type: 'then', start_line: 1, end_line: 1, coverage: 1 },
          { type: 'else', start_line: 2, end_line: 2, coverage: 0 },
          { type: 'else', start_line: 3, end_line: 3, coverage: 'ignored' },
        ],
      },
    },
    groups: { Models: { lines: { covered_percent: 50 } } },
  });
  expect(said).toEqual({ files: [{ path: '/app/a.rb', lines: { 1: 1, 4: 0 }, branches: [1, 2] }] });
});

it("reads simplecov-json's list of files, in the new form and the old", async () => {
  const report = { timestamp: 1, command_name: 'RSpec', files: [{ filename: 'a.rb', covered_percent: 50, coverage: [1, null, 0] }] };
  const newer = { ...report, files: [{ filename: 'b.rb', covered_percent: 50, coverage: { lines: [null, 2, 0] } }] };
  expect(await read(report)).toEqual({ files: [{ path: 'a.rb', lines: { 1: 1, 3: 0 } }] });
  expect(await read(newer)).toEqual({ files: [{ path: 'b.rb', lines: { 2: 2, 3: 0 } }] });
  expect((await read({ files: [{ coverage: [1] }] })).gaps).toEqual(['malformed: : no list of lines, or something else in it']);
  for (const one of [report, newer]) expect(simplecov.sniff({ path: 'x', text: JSON.stringify(one) })).toBe(true);
});

it.each([[{ lines: 'none' }], [{ lines: [1, 'x'] }], [{}]])('is malformed with %j', async (file) => {
  expect((await read({ RSpec: { coverage: { 'a.rb': file } } })).gaps).toEqual([
    'malformed: a.rb: no list of lines, or something else in it',
  ]);
});

it('passes over a file that Ruby did not count', async () => {
  expect(await read({ RSpec: { coverage: { 'a.rb': null, 'b.rb': { lines: [1] } } } })).toEqual({
    files: [{ path: 'b.rb', lines: { 1: 1 } }],
  });
});

it('knows both reports, and nothing else that has coverage in it', () => {
  const sniff = (value: unknown): boolean => simplecov.sniff({ path: 'x', text: JSON.stringify(value) });
  expect(sniff({ RSpec: { coverage: { 'a.rb': { lines: [null, 1] } } } })).toBe(true);
  expect(sniff({ 'Unit Tests': { coverage: { 'a.rb': [1] } } })).toBe(true);
  expect(sniff({ meta: { simplecov_version: '1' }, coverage: {} })).toBe(true);
  expect(sniff({ result: { coverage: '90%' } })).toBe(false);
});

function read(report: unknown) {
  return saidBy(simplecov, JSON.stringify(report));
}
