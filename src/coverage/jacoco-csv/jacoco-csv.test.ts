import { expect, it } from 'vitest';

import { saidBy } from '../../../tests/contracts/coverage-support.ts';
import { jacocoCsv } from './index.ts';

const HEAD =
  'GROUP,PACKAGE,CLASS,INSTRUCTION_MISSED,INSTRUCTION_COVERED,BRANCH_MISSED,BRANCH_COVERED,LINE_MISSED,LINE_COVERED,COMPLEXITY_MISSED,COMPLEXITY_COVERED,METHOD_MISSED,METHOD_COVERED\n';

it('adds up its classes, also those with a comma in their name', async () => {
  const said = await saidBy(jacocoCsv, `${HEAD}a,b,C,1,2,1,3,2,6,0,0,1,3\na,b,"D, E",1,2,0,0,4,0,0,0,2,0\n`);
  expect(said).toEqual({ files: [], totals: { lines: [6, 12], branches: [3, 4], functions: [3, 6] } });
});

it.each([
  ['ends in the middle', 'a,b,C,1,2,1,3,2,6,0,0,1,3\na,b,D,1', 'truncated: line 3 ends in the middle'],
  ['is damaged', 'a,b,C,1,2\n', 'malformed: line 2 has no LINE counter'],
])('says when it %s', async (_, lines, gap) => {
  expect((await saidBy(jacocoCsv, `${HEAD}${lines}`)).gaps).toEqual([gap]);
});
