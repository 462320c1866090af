import { expect, it } from 'vitest';

import { files, withReports } from '../../tests/contracts/results-support.ts';
import { collectCoverage, type CollectedCoverage } from './collect.ts';

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

function collect(reports: Readonly<Record<string, string>>, tracked: readonly string[]): Promise<CollectedCoverage> {
  return withReports(reports, (root, paths) => collectCoverage({ ports: { files }, root, paths, tracked, redact: (text) => text }));
}
