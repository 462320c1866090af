import { expect, it } from 'vitest';

import { files, withReports } from '../../tests/contracts/results-support.ts';
import { collectCoverage, type CollectCoverageOptions, type CollectedCoverage } from './collect.ts';

const LCOV = (path: string, ...lines: readonly string[]): string =>
  `TN:\nSF:${path}\n${lines.map((line) => `DA:${line}\n`).join('')}end_of_record\n`;

it('merges mixed formats per line', async () => {
  const { coverage, gaps } = await collect(
    {
      'lcov.info': LCOV('src/a.py', '1,1', '2,0', '3,0', '5,0'),
      'cobertura.xml':
        '<coverage line-rate="1"><sources><source>/app/src</source></sources><packages><package><classes><class filename="a.py"><lines><line number="2" hits="4"/><line number="6" hits="0"/></lines></class></classes></package></packages></coverage>',
    },
    ['src/a.py', 'README.md'],
  );
  expect(gaps).toEqual([]);
  expect(coverage.lines).toEqual({ covered: 2, total: 5 });
  expect(coverage.files).toEqual([
    {
      path: 'src/a.py',
      lines: { covered: 2, total: 5 },
      uncovered: [
        [3, 3],
        [5, 6],
      ],
    },
  ]);
  expect(coverage.sources.map(({ format }) => format)).toEqual(['lcov', 'cobertura']);
});

it.each([
  ['a container path', '/app/src/x.ts', ['src/x.ts', 'lib/x.ts'], 'src/x.ts'],
  ['a path in the work folder of a container', '/app/main.go', ['main.go'], 'main.go'],
  ['a Go import path', 'example.com/shop/cart/cart.go', ['cart/cart.go', 'till/cart.go'], 'cart/cart.go'],
  ['a path of a package in a monorepo', 'src/x.ts', ['packages/a/src/x.ts', 'packages/b/src/y.ts'], 'packages/a/src/x.ts'],
  ['a Windows path', 'D:\\a\\shop\\src\\x.ts', ['src/x.ts'], 'src/x.ts'],
  ['a path with dots', './lib/../src/x.ts', ['src/x.ts'], 'src/x.ts'],
  ['a file URL', 'file:///app/src/x.ts', ['src/x.ts'], 'src/x.ts'],
])('maps %s', async (_, path, tracked, expected) => {
  const { coverage } = await collect({ a: LCOV(path, '1,1') }, tracked);
  expect(coverage.files.map((file) => file.path)).toEqual([expected]);
  expect(coverage.unmapped).toEqual([]);
});

it.each([
  ['two files fit', '/app/src/x.ts', ['a/src/x.ts', 'b/src/x.ts'], ['/app/src/x.ts could be a/src/x.ts or b/src/x.ts']],
  ['only the name is alike', '/app/vendor/index.ts', ['src/index.ts'], []],
  ['it is installed code', '/app/node_modules/x/src/index.ts', ['src/index.ts'], []],
])('maps nothing when %s', async (_, path, tracked, notes) => {
  const collected = await collect({ a: LCOV(path, '1,1') }, tracked);
  expect(collected.coverage.unmapped).toEqual([path]);
  expect(collected.coverage.lines.total).toBe(1);
  expect(collected.notes.map(({ message }) => message)).toEqual(notes);
});

it('says which report told nothing', async () => {
  const { coverage, gaps } = await collect(
    { 'a.info': LCOV('src/a.ts', '1,1'), 'b.info': 'TN:\nSF:src/b.ts\nend_of_record\n', 'c.info': '' },
    ['src/a.ts', 'src/b.ts'],
  );
  expect(coverage.lines).toEqual({ covered: 1, total: 1 });
  expect(gaps.map(({ reason, message }) => [reason, message])).toEqual([
    ['empty', 'b.info: the report tells of no line'],
    ['empty', 'c.info: the file is empty'],
  ]);
});

it('merges the branches of shards one by one, and of unlike reports takes the better sum', async () => {
  const record = (branches: string): string => `SF:src/a.ts\nDA:1,1\n${branches}end_of_record\n`;
  const shards = { a: record('BRDA:1,0,0,1\nBRDA:1,0,1,0\n'), b: record('BRDA:1,0,1,3\nBRDA:1,0,0,-\n') };
  expect((await collect(shards, ['src/a.ts'])).coverage.branches).toEqual({ covered: 2, total: 2 });
  const unlike = { a: shards.a, b: record('BRDA:1,0,0,1\nBRDA:1,0,1,1\nBRDA:1,0,2,0\n') };
  expect((await collect(unlike, ['src/a.ts'])).coverage.branches).toEqual({ covered: 2, total: 3 });
});

it('merges one file that two reports spell differently', async () => {
  const reports = { a: LCOV('/app/src/a.ts', '1,1', '2,0'), b: LCOV(String.raw`C:\ci\src\a.ts`, '2,1'), c: LCOV('./src/a.ts', '3,0') };
  const { coverage } = await collect(reports, ['src/a.ts']);
  expect(coverage.files).toMatchObject([{ path: 'src/a.ts', lines: { covered: 2, total: 3 }, uncovered: [[3, 3]] }]);
});

it('takes totals for what they are: no lines, and nothing about a change', async () => {
  const part = '{"total": 10, "covered": 7, "skipped": 0, "pct": 70}';
  const summary = `{"total": {"lines": ${part}, "statements": ${part}}, "/app/src/a.ts": {"lines": ${part}, "statements": ${part}}}`;
  const change = { base: 'abc', lines: new Map([['src/a.ts', new Set([1])]]) };
  const alone = await collect({ 'summary.json': summary }, ['src/a.ts'], { change });
  expect(alone.coverage).toMatchObject({
    lines: { covered: 7, total: 10 },
    changed: { lines: { covered: 0, total: 0 }, unlisted: ['src/a.ts'] },
  });
  expect(alone.coverage.files).toEqual([{ path: 'src/a.ts', lines: { covered: 7, total: 10 }, uncovered: [], detail: 'totals' }]);
  const both = await collect({ 'summary.json': summary, 'lcov.info': LCOV('src/a.ts', '1,0') }, ['src/a.ts'], { change });
  expect(both.coverage.lines).toEqual({ covered: 0, total: 1 });
  expect(both.coverage.changed).toEqual({
    base: 'abc',
    lines: { covered: 0, total: 1 },
    files: [{ path: 'src/a.ts', lines: { covered: 0, total: 1 }, uncovered: [[1, 1]] }],
  });
});

it('says of every changed file that nobody knows of it where a report only tells sums', async () => {
  const jacoco = '<report name="x"><sessioninfo id="h" start="1" dump="2"/><counter type="LINE" missed="1" covered="9"/></report>';
  const paths = ['src/A.java', 'src/ATest.java', 'README.md'];
  const change = { base: 'abc', lines: new Map(paths.map((path) => [path, new Set([1])])) };
  const alone = await collect({ 'jacoco.xml': jacoco }, paths, { change });
  expect(alone.gaps).toEqual([]);
  expect(alone.coverage).toMatchObject({ lines: { covered: 9, total: 10 }, files: [], changed: { unlisted: ['src/A.java'] } });
  const both = await collect({ 'jacoco.xml': jacoco, 'lcov.info': LCOV('src/A.java', '1,0') }, paths, { change });
  expect(both.gaps.map(({ reason, message }) => [reason, message])).toEqual([
    ['unsupported', 'jacoco.xml: the report names no file, so nobody knows whether the other reports tell of the same: it is not counted'],
  ]);
  const two = await collect({ a: jacoco, b: jacoco.replace('covered="9"', 'covered="0"') }, paths);
  expect(two.coverage.lines).toEqual({ covered: 9, total: 11 });
  expect(two.coverage.notes).toContain('a: the report names no file: all that is known is its total');
  expect(both.coverage).toMatchObject({ lines: { covered: 0, total: 1 }, changed: { lines: { covered: 0, total: 1 } } });
});

it("reads V8's offsets in the repository's own files, and says which are not there", async () => {
  const script = (url: string): string =>
    `{"scriptId": "1", "url": "${url}", "functions": [{"functionName": "", "ranges": [{"startOffset": 0, "endOffset": 20, "count": 1}, {"startOffset": 7, "endOffset": 14, "count": 0}], "isBlockCoverage": true}]}`;
  const reports = {
    'v8.json': `{"result": [${script('file:///app/src/a.js')}, ${script('node:fs')}]}`,
    'src/a.js': 'first;\nsecond;\nthird\n',
  };
  const there = await collect(reports, ['src/a.js'], { paths: ['v8.json'] });
  expect(there.gaps).toEqual([]);
  expect(there.coverage.files).toMatchObject([{ path: 'src/a.js', lines: { covered: 2, total: 3 }, uncovered: [[2, 2]] }]);
  const missing = await collect(reports, [], { paths: ['v8.json'] });
  expect(missing.gaps.map(({ reason, message }) => [reason, message])).toEqual([
    [
      'unsupported',
      'v8.json: the source of file:///app/src/a.js is not at hand: V8 counts in offsets, and lines cannot be told without them',
    ],
  ]);
});

it('names source files that no test loaded, and the changed lines in them', async () => {
  const reports = {
    'lcov.info': LCOV('src/a.ts', '1,1'),
    'src/new.ts': 'export const fresh = () => 1;\n',
    'go.mod': 'module example.com/shop\n',
  };
  const change = { base: 'abc', lines: new Map([['src/new.ts', new Set([1])]]) };
  const { coverage } = await collect(reports, ['src/a.ts', 'src/new.ts', 'go.mod'], { paths: ['lcov.info'], change });
  expect(coverage.lines).toEqual({ covered: 1, total: 1 });
  expect(coverage.neverLoaded).toEqual({ by: 'likeness', files: [{ path: 'src/new.ts', lines: 1 }], total: 1, lines: 1 });
  expect(coverage.changed?.neverLoaded).toEqual([{ path: 'src/new.ts', lines: 1, uncovered: [[1, 1]] }]);
});

it('keeps what a report states and does not list', async () => {
  const { coverage } = await collect({ 'lcov.info': 'SF:src/a.ts\nDA:1,1\nLF:9\nend_of_record\n' }, ['src/a.ts']);
  expect(coverage.disagreements).toEqual([{ file: 'lcov.info', scope: 'src/a.ts', what: 'lines', declared: 9, counted: 1 }]);
});

it('says in the evidence what is odd about a report', async () => {
  const { coverage } = await collect({ 'lcov.info': 'SF:src/a.ts\nDA:1,1\nDA:2,-4\nend_of_record\n' }, ['src/a.ts']);
  expect(coverage.notes).toEqual(['lcov.info: 1 negative counts are taken for none']);
});

it('doubts coverage of lines that the file does not have', async () => {
  const source = 'a();\nb();\n';
  const lcov = (last: number): string => LCOV('src/a.ts', '1,1', `${last},1`);
  const of = async (report: string) =>
    (await collect({ 'lcov.info': report, 'src/a.ts': source }, ['src/a.ts'], { paths: ['lcov.info'] })).gaps.map(({ message }) => message);
  // An empty last line is one to some tools.
  expect(await of(lcov(3))).toEqual([]);
  expect(await of(lcov(4))).toEqual([
    'the coverage is of another version of the sources: src/a.ts has 3 lines, and 4 is its last one in the report',
  ]);
});

it('doubts coverage of tests alone, unless they are called sources', async () => {
  const tracked = ['src/a.ts', 'test/a.test.ts'];
  const tests = { 'lcov.info': LCOV('test/a.test.ts', '1,1') };
  expect((await collect(tests, tracked)).gaps.map(({ reason, message }) => `${reason}: ${message}`)).toEqual([
    'matched-nothing: the coverage is of tests alone (test/a.test.ts): which lines of the sources ran is not known',
  ]);
  expect((await collect(tests, tracked, { include: ['test/**'] })).gaps).toEqual([]);
  expect((await collect({ 'lcov.info': tests['lcov.info'] + LCOV('src/a.ts', '1,1') }, tracked)).gaps).toEqual([]);
});

it.each([
  ['everything', { exclude: ['**'] }, true],
  ['all that is included', { include: ['src/**'], exclude: ['src/*.ts'] }, true],
  ['some', { exclude: ['lib/**'] }, false],
  ['what is no source', { exclude: ['**/*.md'] }, false],
])('doubts an exclude of %s', async (_, globs, doubted) => {
  const { gaps } = await collect({ 'lcov.info': LCOV('src/a.ts', '1,1') }, ['src/a.ts', 'src/b.ts', 'README.md'], globs);
  expect(gaps.map(({ message }) => message)).toEqual(
    doubted ? [expect.stringMatching(/^`coverage.exclude` .* takes out every source/)] : [],
  );
});

it('names so many ranges and counts the rest', async () => {
  const lines = Array.from({ length: 1_500 }, (_, index) => `${2 * index + 1},0`);
  const { coverage } = await collect({ a: LCOV('src/a.ts', ...lines) }, ['src/a.ts']);
  expect(coverage.files[0]).toMatchObject({ lines: { covered: 0, total: 1_500 }, omitted: 500 });
  expect(coverage.files[0]?.uncovered).toHaveLength(1_000);
});

function collect(
  reports: Readonly<Record<string, string>>,
  tracked: readonly string[],
  { paths, ...options }: { paths?: readonly string[] } & Pick<CollectCoverageOptions, 'change' | 'include' | 'exclude'> = {},
): Promise<CollectedCoverage> {
  return withReports(reports, (root, all) =>
    collectCoverage({ ports: { files }, root, paths: paths ?? all, tracked, redact: (text) => text, ...options }),
  );
}
