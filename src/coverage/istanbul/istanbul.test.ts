import { expect, it } from 'vitest';

import { saidBy } from '../../../tests/contracts/coverage-support.ts';
import { istanbul } from './index.ts';

it('gives a line the hits of its most visited statement, and leaves maps of sources alone', async () => {
  const file = {
    path: '/app/src/a.ts',
    statementMap: { 0: at(1), 1: at(1), 2: at(4), 3: at(9) },
    fnMap: { 0: { name: 'f', loc: at(1) }, 1: { name: 'g', loc: at(4) } },
    branchMap: { 0: { type: 'if', loc: at(1), locations: [at(1), at(2)] } },
    s: { 0: 2, 1: 3, 2: 0, 3: 1 },
    f: { 0: 3, 1: 0 },
    b: { 0: [3, 0] },
    inputSourceMap: { sourcesContent: ['x'.repeat(50_000)], statementMap: 1 },
  };
  expect(await saidBy(istanbul, JSON.stringify({ '/app/src/a.ts': file }))).toEqual({
    files: [{ path: '/app/src/a.ts', lines: { 1: 3, 4: 0, 9: 1 }, branches: [1, 2], functions: [1, 2] }],
  });
});

it('reads files that early versions wrap', async () => {
  const data = { path: 'a.js', statementMap: { 1: at(2) }, s: { 1: 1 } };
  expect(await saidBy(istanbul, JSON.stringify({ 'a.js': { data } }))).toEqual({ files: [{ path: 'a.js', lines: { 2: 1 } }] });
});

it('is malformed where a file has no statements to count', async () => {
  const said = await saidBy(
    istanbul,
    '{"a.js": {"path": "a.js", "s": {}}, "b.js": {"statementMap": {"0": {"start": {"line": 1}}}, "s": {"0": 1}}}',
  );
  expect(said).toEqual({
    files: [{ path: 'b.js', lines: { 1: 1 } }],
    gaps: ['malformed: a.js: no statementMap, or counts that do not belong to it'],
  });
});

it('counts what early versions skip over as run', async () => {
  const said = await saidBy(
    istanbul,
    JSON.stringify({
      'a.js': {
        path: 'a.js',
        statementMap: { 1: at(1), 2: { ...at(5), skip: true } },
        fnMap: { 1: { name: 'f', line: 1, loc: at(1), skip: true } },
        branchMap: { 1: { line: 1, type: 'if', locations: [at(1), { ...at(1), skip: true }] } },
        s: { 1: 0, 2: 0 },
        f: { 1: 0 },
        b: { 1: [0, 0] },
      },
    }),
  );
  expect(said.files).toEqual([{ path: 'a.js', lines: { 1: 0, 5: 1 }, branches: [1, 2], functions: [1, 1] }]);
});

it('leaves the report of a test runner that holds coverage to others', () => {
  const text = '{"numTotalTests": 1, "coverageMap": {"/app/a.js": {"path": "/app/a.js", "statementMap": {}}}}';
  expect(istanbul.sniff({ path: 'x', text })).toBe(false);
  expect(istanbul.sniff({ path: 'x', text: '{"a": "\\"statementMap\\": {}"}' })).toBe(false);
});

function at(line: number) {
  return { start: { line, column: 0 }, end: { line: line + 1, column: 0 } };
}
