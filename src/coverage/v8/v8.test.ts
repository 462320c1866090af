import { expect, it } from 'vitest';

import { saidBy } from '../../../tests/contracts/coverage-support.ts';
import { v8 } from './index.ts';

const SOURCE = `function used() {
  return 1;
}
function unused() {
  return 2;
}
used();
/* c8 ignore next */
function left() { }
`;
const URL = 'file:///app/src/a.js';
const FUNCTIONS = [
  scope('', [[0, SOURCE.length, 1]]),
  scope('used', [[0, 31, 1]]),
  { ...scope('unused', [[32, 65, 0]]), isBlockCoverage: false },
  { ...scope('left', [[SOURCE.indexOf('function left'), SOURCE.length - 1, 0]]), isBlockCoverage: false },
];
const LINES = { 1: 1, 2: 1, 3: 1, 4: 0, 5: 0, 6: 0, 7: 1, 8: 1, 9: 1 };

it('computes lines as c8 does, from the file of the repository', async () => {
  const said = await report([{ scriptId: '1', url: URL, functions: FUNCTIONS }], { [URL]: SOURCE });
  expect(said).toEqual({ files: [{ path: URL, lines: LINES, branches: [2, 2], functions: [2, 3] }] });
});

it('takes a line for run that a block covers only in part, and an inner block for right over an outer one', async () => {
  const blocks = [
    scope('', [
      [0, 14, 1],
      [2, 9, 0],
      [5, 6, 4],
    ]),
  ];
  const said = await report([{ scriptId: '1', url: URL, functions: blocks }], { [URL]: 'abcd\ne\nfgh\nij\n' });
  expect(said.files[0]?.lines).toEqual({ 1: 1, 2: 4, 3: 1, 4: 1 });
});

it('takes the source that Playwright puts into its report', async () => {
  const scripts = [{ url: 'http://localhost/app/a.js', scriptId: '1', source: SOURCE, functions: FUNCTIONS }];
  expect((await saidBy(v8, JSON.stringify(scripts))).files[0]).toMatchObject({ path: 'http://localhost/app/a.js', lines: LINES });
});

it('says that there is no source, and what can be told without', async () => {
  const said = await report([{ scriptId: '1', url: URL, functions: FUNCTIONS }]);
  expect(said.files).toEqual([{ path: URL, lines: {}, branches: [2, 2], functions: [1, 3] }]);
  expect(said.gaps).toEqual([
    `unsupported: the source of ${URL} is not at hand: V8 counts in offsets, and lines cannot be told without them`,
  ]);
});

it('counts neither Node itself, nor installed packages, nor tests', async () => {
  const urls = [
    'node:fs',
    'evalmachine.<anonymous>',
    'file:///app/node_modules/x/index.js',
    'file:///app/src/a.test.js',
    'file:///app/test/a.js',
  ];
  const said = await report(urls.map((url) => ({ scriptId: '1', url, functions: FUNCTIONS })));
  expect(said).toEqual({ files: [], notes: ['2 files of tests are not counted'] });
});

it('says that source maps are not followed', async () => {
  const text = JSON.stringify({
    result: [{ scriptId: '1', url: URL, functions: FUNCTIONS }],
    'source-map-cache': { [URL]: { data: null } },
  });
  const said = await saidBy(v8, text, { sources: { [URL]: SOURCE } });
  expect(said.notes?.[0]).toContain('source maps, which are not followed');
});

it("reads Puppeteer's stretches of what ran, and no style sheet", async () => {
  const text = 'one();\ntwo();\nif (x) three();\nfour();\n';
  const ranges = [
    { start: 0, end: 7 },
    { start: 14, end: 21 },
  ];
  const script = { url: 'http://localhost/a.js', ranges, text };
  const document = JSON.stringify([script, { url: 'http://localhost/a.css', ranges: [], text }]);
  expect(v8.sniff({ path: 'x', text: document })).toBe(true);
  expect(await saidBy(v8, document)).toEqual({ files: [{ path: 'http://localhost/a.js', lines: { 1: 1, 2: 0, 3: 1, 4: 0 } }] });
});

it('is malformed with a function without ranges', async () => {
  const said = await report([{ scriptId: '1', url: URL, functions: [{ functionName: 'f', ranges: [] }] }], { [URL]: SOURCE });
  expect(said.gaps).toEqual([`malformed: ${URL}: a function without ranges`]);
});

function scope(functionName: string, ranges: readonly (readonly [number, number, number])[]) {
  return {
    functionName,
    ranges: ranges.map(([startOffset, endOffset, count]) => ({ startOffset, endOffset, count })),
    isBlockCoverage: true,
  };
}

function report(result: unknown, sources: Readonly<Record<string, string>> = {}) {
  return saidBy(v8, JSON.stringify({ result, timestamp: 1 }), { sources });
}
