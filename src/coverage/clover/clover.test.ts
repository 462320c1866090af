import { join } from 'node:path';

import { expect, it } from 'vitest';

import { saidBy, saidByFile } from '../../../tests/contracts/coverage-support.ts';
import { clover } from './index.ts';

it('reads OpenClover, without the code of tests', async () => {
  expect(await saidByFile(clover, join(import.meta.dirname, 'fixtures/openclover-unverified.xml'))).toEqual({
    files: [
      {
        path: '/app/src/main/java/com/shop/Cart.java',
        lines: { 5: 2, 6: 0, 8: 2, 9: 2, 13: 0 },
        branches: [1, 2],
        functions: [1, 2],
      },
    ],
    notes: ['1 files of tests are not counted'],
  });
});

it("takes istanbul's branches from the metrics and its lines from every line", async () => {
  const said =
    await project(`<file name="a.ts" path="/app/a.ts"><metrics statements="3" coveredstatements="2" conditionals="4" coveredconditionals="3" methods="1" coveredmethods="1"/>
    <line num="1" count="1" type="stmt"/><line num="2" count="5" type="cond" truecount="3" falsecount="1"/></file>`);
  expect(said).toEqual({ files: [{ path: '/app/a.ts', lines: { 1: 1, 2: 5 }, branches: [3, 4], functions: [1, 1] }] });
});

it('counts the line of a method of PHPUnit only where its statements stand there', async () => {
  const oneLine = '<line num="3" type="method" name="f" count="1"/>';
  const said = await project(`<file name="/app/A.php">${oneLine}<metrics statements="1" coveredstatements="1"/></file>
    <file name="/app/B.php">${oneLine}<line num="4" type="stmt" count="0"/><metrics statements="1" coveredstatements="0"/></file>`);
  expect(said.files.map(({ lines }) => lines)).toEqual([{ 3: 1 }, { 4: 0 }]);
});

it('says when the project counts other statements than its files', async () => {
  const said = await project(
    '<file name="a"><line num="1" type="stmt" count="1"/><metrics statements="1"/></file><metrics statements="9"/>',
  );
  expect(said.notes).toEqual(['the project says 9 statements, its files say 1']);
});

it('takes a project that names no file at its own word', async () => {
  const metrics =
    '<metrics statements="10" coveredstatements="7" conditionals="4" coveredconditionals="1" methods="3" coveredmethods="2"/>';
  expect(await project(metrics)).toMatchObject({ files: [], totals: { lines: [7, 10], branches: [1, 4], functions: [2, 3] } });
  expect(await project(`<file name="a"><metrics statements="0"/></file>${metrics}`)).not.toHaveProperty('totals');
});

it('is no Cobertura, and Cobertura is not Clover', () => {
  const sniff = (text: string): boolean => clover.sniff({ path: 'coverage.xml', text });
  expect(sniff('<?xml version="1.0"?><coverage generated="1"><project timestamp="1">')).toBe(true);
  expect(sniff('<coverage line-rate="1" timestamp="1"><packages/>')).toBe(false);
  expect(sniff('<coverage version="1"><file path="a.ts">')).toBe(false);
});

function project(content: string) {
  return saidBy(clover, `<coverage generated="1"><project timestamp="1">${content}</project></coverage>`);
}
