import { expect, it } from 'vitest';

import { saidBy } from '../../../tests/contracts/coverage-support.ts';
import { sonar } from './index.ts';

const report = (inside: string) => `<coverage version="1">\n <!-- made --> ${inside}</coverage>`;
const file = (lines: string, path = 'src/a.ts') => `<file path="${path}">${lines}</file>`;

it('tells lines and the branches on them', async () => {
  const lines =
    '<lineToCover lineNumber="1" covered="true" branchesToCover="2" coveredBranches="1"/><lineToCover lineNumber="3" covered="false" branchesToCover="2"/>';
  expect(await saidBy(sonar, report(file(lines)))).toEqual({ files: [{ path: 'src/a.ts', lines: { 1: 1, 3: 0 }, branches: [1, 4] }] });
});

it.each([
  ['a line that does not say whether it ran', file('<lineToCover lineNumber="1"/>')],
  ['a line of no number', file('<lineToCover lineNumber="x" covered="true"/>')],
  ['a file of no name', file('<lineToCover lineNumber="1" covered="true"/>', '')],
])('%s is a gap', async (_, inside) => {
  expect((await saidBy(sonar, report(inside))).gaps).toEqual([expect.stringContaining('malformed: ')]);
});

it('is told from Cobertura and Clover, which have the same root', () => {
  expect(sonar.sniff({ path: 'x', text: report(file('')) })).toBe(true);
  for (const other of [
    '<coverage version="1"><packages/></coverage>',
    '<coverage generated="1"><project/></coverage>',
    '<coverage version="1"/>',
  ])
    expect(sonar.sniff({ path: 'x', text: other })).toBe(false);
});
