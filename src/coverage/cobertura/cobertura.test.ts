import { join } from 'node:path';

import { expect, it } from 'vitest';

import { saidBy, saidByFile } from '../../../tests/contracts/coverage-support.ts';
import { cobertura } from './index.ts';

it('reads what coverage.py writes', async () => {
  expect(await saidByFile(cobertura, join(import.meta.dirname, 'fixtures/coverage-py.xml'))).toEqual({
    roots: ['/src/shop'],
    files: [
      { path: 'shop/__init__.py', lines: {} },
      { path: 'shop/price.py', lines: { 1: 1, 2: 1, 3: 1, 4: 0, 5: 1, 8: 1, 9: 0 }, branches: [1, 2] },
    ],
  });
});

it('merges the classes of one file and counts the lines of methods once', async () => {
  const said = await read(`
    <class name="A" filename="A.cs">
      <methods><method name="f"><lines><line number="1" hits="3"/></lines></method><method name="g"><lines><line number="2" hits="0"/></lines></method></methods>
      <lines><line number="1" hits="3"/><line number="2" hits="0" branch="True" condition-coverage="0% (0/2)"/></lines>
    </class>
    <class name="A.Inner" filename="A.cs"><methods><method name="h"><lines><line number="7" hits="1"/></lines></method></methods></class>`);
  expect(said).toEqual({ files: [{ path: 'A.cs', lines: { 1: 3, 2: 0, 7: 1 }, branches: [0, 2], functions: [2, 3] }] });
});

it('does not count a line twice that two classes of one file list, nor its conditions', async () => {
  const line = '<lines><line number="4" hits="1" branch="True" condition-coverage="50% (1/2)"/></lines>';
  const said = await read(`<class name="A" filename="A.cs">${line}</class><class name="A/&lt;F&gt;d__1" filename="A.cs">${line}</class>`);
  expect(said.files).toEqual([{ path: 'A.cs', lines: { 4: 2 }, branches: [1, 2] }]);
});

it('counts no line of a method where the class lists its own: istanbul names where functions begin', async () => {
  const method = '<methods><method name="f" hits="0" signature="()V"><lines><line number="2" hits="0"/></lines></method></methods>';
  const said = await read(`<class name="a.js" filename="a.js">${method}<lines><line number="1" hits="1"/></lines></class>`);
  expect(said.files).toEqual([{ path: 'a.js', lines: { 1: 1 }, functions: [0, 1] }]);
});

it.each([
  ['a ratio with blanks (VectorCAST)', '<line number="1" hits="1" branch="true" condition-coverage="50.0% ( 1 / 2 )"/>', [1, 2]],
  ['a ratio on a line that does not say whether it branches', '<line number="1" hits="1" condition-coverage="50% (1/2)"/>', [1, 2]],
  [
    'conditions one by one',
    '<line number="1" hits="1" branch="true"><conditions><condition number="0" type="jump" coverage="50%"/><condition number="1" type="jump" coverage="100%"/></conditions></line>',
    [3, 4],
  ],
  [
    'conditions beside their ratio, once',
    '<line number="1" hits="1" branch="true" condition-coverage="50% (1/2)"><conditions><condition number="0" type="jump" coverage="50%"/></conditions></line>',
    [1, 2],
  ],
  ['no ratio at all', '<line number="1" hits="1" branch="true" condition-coverage="50%"/>', undefined],
  ['a line that does not branch', '<line number="1" hits="1" branch="false" condition-coverage="100% (1/1)"/>', undefined],
])('reads branches of %s', async (_, lines, branches) => {
  const said = await read(`<class name="A" filename="a.c"><lines>${lines}</lines></class>`);
  expect(said.files).toEqual([{ path: 'a.c', lines: { 1: 1 }, ...(branches && { branches }) }]);
});

it('knows a function by what VectorCAST says of it', async () => {
  const methods =
    '<method name="f" signature="()" function-coverage="100.0% ( 1 / 1 )"/><method name="g" signature="()" function-coverage="0.0% (0/1)"/>';
  const said = await read(`<class name="a" filename="a.c"><methods>${methods}</methods><lines><line number="1" hits="1"/></lines></class>`);
  expect(said.files).toEqual([{ path: 'a.c', lines: { 1: 1 }, functions: [1, 2] }]);
});

it('does not count a line that stands nowhere, and says so', async () => {
  const said = await read('<class name="A" filename="a.c"><lines><line number="0" hits="0"/><line number="1" hits="1"/></lines></class>');
  expect(said).toEqual({
    files: [{ path: 'a.c', lines: { 1: 1 } }],
    notes: ['1 lines have the number 0: they stand nowhere and do not count'],
  });
});

it('says when the numbers of the report are not those of its lines', async () => {
  const said = await read(
    '<class name="A" filename="a.py"><lines><line number="1" hits="1"/></lines></class>',
    'lines-valid="9" lines-covered="9"',
  );
  expect(said.notes).toEqual(['the report says 9 of 9 lines, its lines are 1 of 1']);
});

it.each(['<class name="A"><lines/></class>', '<class name="A" filename="a.py"><lines><line number="1"/></lines></class>'])(
  'is malformed with %s',
  async (classes) => expect((await read(classes)).gaps?.[0]).toMatch(/^malformed: /),
);

it('leaves other XML with a root of the same name to others', () => {
  const sniff = (text: string): boolean => cobertura.sniff({ path: 'coverage.xml', text });
  expect(sniff('<coverage generated="1" clover="3.2.0"><project>')).toBe(false);
  expect(sniff('<coverage version="1"><file path="a.ts">')).toBe(false);
  expect(sniff('<report name="jacoco">')).toBe(false);
  expect(sniff('<?xml version="1.0"?>\n<!-- by gcovr -->\n<coverage lines-valid="1">')).toBe(true);
});

function read(classes: string, attributes = 'line-rate="0.5"') {
  return saidBy(cobertura, `<coverage ${attributes}><packages><package><classes>${classes}</classes></package></packages></coverage>`);
}
