import { join } from 'node:path';

import { expect, it } from 'vitest';

import { saidBy, saidByFile } from '../../../tests/contracts/coverage-support.ts';
import { opencover } from './index.ts';

it('reads modules, points over several lines, branches and methods', async () => {
  expect(await saidByFile(opencover, join(import.meta.dirname, 'fixtures/modules-unverified.xml'))).toEqual({
    files: [
      { path: String.raw`C:\a\shop\src\Cart.cs`, lines: { 6: 2, 7: 0, 9: 2, 10: 2, 11: 2 }, branches: [1, 2], functions: [1, 1] },
      { path: String.raw`C:\a\shop\src\Till.cs`, lines: { 4: 0 }, functions: [0, 1] },
    ],
    notes: ['1 modules were not measured: Filter'],
  });
});

it('does not count what a call reaches over as run where a point of its own did not', async () => {
  const said = await session('<SequencePoint vc="1" sl="1" el="4"/><SequencePoint vc="0" sl="3" el="3"/>');
  expect(said.files[0]?.lines).toEqual({ 1: 1, 2: 1, 3: 0, 4: 1 });
});

it('tells a file of two modules once for each', async () => {
  const said = await saidBy(opencover, `<CoverageSession><Modules>${module('1')}${module('0')}</Modules></CoverageSession>`);
  expect(said.files.map(({ path, lines }) => [path, lines])).toEqual([
    ['/app/A.cs', { 1: 1 }],
    ['/app/A.cs', { 1: 0 }],
  ]);
});

it.each(['<SequencePoint vc="1" sl="1" el="0"/>', '<SequencePoint sl="1" el="1"/>', '<SequencePoint vc="1" sl="1" el="900000000"/>'])(
  'is malformed with %s',
  async (point) => {
    expect((await session(point)).gaps).toEqual(['malformed: S f: a sequence point without file, line or count']);
  },
);

it('takes a session without modules at the word of its summary', async () => {
  const summary =
    '<Summary numSequencePoints="10" visitedSequencePoints="4" numBranchPoints="6" visitedBranchPoints="2" numMethods="2" visitedMethods="1"/>';
  expect(await saidBy(opencover, `<CoverageSession>${summary}<Modules/></CoverageSession>`)).toEqual({
    files: [],
    totals: { lines: [4, 10], branches: [2, 6], functions: [1, 2] },
  });
});

it('does not count points that stand in no file, and says so', async () => {
  const said = await session('<SequencePoint vc="1" sl="1" el="1"/><SequencePoint vc="0" sl="7" el="7" fileid="0"/><SequencePoint/>');
  expect(said.files[0]?.lines).toEqual({ 1: 1 });
  expect(said.notes).toEqual(['1 sequence points stand in no file of the report and do not count']);
});

const FILES = '<Files><File uid="1" fullPath="/app/A.cs"/></Files>';

function module(visits: string): string {
  return `<Module>${FILES}<Classes><Class><FullName>S</FullName><Methods><Method visited="true"><Name>f</Name><FileRef uid="1"/><SequencePoints><SequencePoint vc="${visits}" sl="1" el="1"/></SequencePoints></Method></Methods></Class></Classes></Module>`;
}

function session(points: string) {
  const text = module('1').replace(/<SequencePoint vc="1" sl="1" el="1"\/>/, points);
  return saidBy(opencover, `<CoverageSession><Modules>${text}</Modules></CoverageSession>`);
}
