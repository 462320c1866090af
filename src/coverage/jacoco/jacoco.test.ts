import { join } from 'node:path';

import { expect, it } from 'vitest';

import { saidBy, saidByFile } from '../../../tests/contracts/coverage-support.ts';
import { jacoco } from './index.ts';

it('reads groups, classes and source files', async () => {
  expect(await saidByFile(jacoco, join(import.meta.dirname, 'fixtures/groups-unverified.xml'))).toEqual({
    files: [
      { path: 'com/shop/cart/Cart.java', within: 'cart', lines: { 5: 3, 8: 4, 9: 0, 11: 2, 14: 0 }, branches: [1, 2], functions: [2, 3] },
      { path: 'com/shop/till/Till.kt', within: 'till', lines: { 3: 0 }, functions: [0, 1] },
    ],
  });
});

it('says when the counters of the report are not those of its lines', async () => {
  const said = await report(`${LINE}<counter type="LINE" missed="3" covered="9"/>`);
  expect(said.notes).toEqual(['the report says 9 of 12 lines, its lines are 1 of 1']);
});

it('takes a file without lines at the word of its counter', async () => {
  const said = await report(
    '<package name="a"><sourcefile name="B.java"><counter type="LINE" missed="1" covered="2"/></sourcefile></package>',
  );
  expect(said.files).toEqual([{ path: 'a/B.java', lines: {}, totals: [2, 3] }]);
});

it('takes the counter where lines do not say whether they ran, as gcovr writes them', async () => {
  const lines =
    '<line nr="1"/><line nr="2" mb="1" cb="1"/><counter type="LINE" missed="1" covered="1"/><counter type="METHOD" missed="0" covered="1"/>';
  const said = await report(`<package name=""><sourcefile name="a.c">${lines}</sourcefile></package>`);
  expect(said).toEqual({ files: [{ path: 'a.c', lines: {}, totals: [1, 2], branches: [1, 2], functions: [1, 1] }] });
});

it('names classes without source, and a line that says nothing', async () => {
  const said = await report('<package name="a"><class name="a/B"/><sourcefile name="B.java"><line nr="1"/></sourcefile></package>');
  expect(said).toMatchObject({
    notes: ['1 classes name no source file: they were compiled without debug information'],
    gaps: ['malformed: a/B.java: a line without mi or ci'],
  });
});

it('leaves out the file that was cut', async () => {
  const said = await saidBy(jacoco, `<report name="x">${LINE}<package name="b"><sourcefile name="C.java"><line nr="1" mi="0" ci="1"/>`);
  expect(said.files.map(({ path }) => path)).toEqual(['a/B.java']);
  expect(said.gaps?.[0]).toMatch(/^truncated: /);
});

const LINE = '<package name="a"><sourcefile name="B.java"><line nr="1" mi="0" ci="1" mb="0" cb="0"/></sourcefile></package>';

function report(content: string) {
  return saidBy(jacoco, `<report name="x">${content}</report>`);
}

it('takes the sums of a report that names no file, and those of its packages where it has none', async () => {
  const sums = (lines: string): string =>
    `<counter type="LINE" ${lines}/><counter type="BRANCH" missed="1" covered="3"/><counter type="METHOD" missed="0" covered="2"/>`;
  const text = (body: string): string => `<report name="x"><sessioninfo id="h" start="1" dump="2"/>${body}</report>`;
  const whole = { files: [], totals: { lines: [4, 5], branches: [3, 4], functions: [2, 2] } };
  expect(await saidBy(jacoco, text(sums('missed="1" covered="4"')))).toEqual(whole);
  expect(await saidBy(jacoco, text(`<package name="a">${sums('missed="1" covered="4"')}</package>`))).toEqual(whole);
  const inner = `<group name="b">${sums('missed="0" covered="1"')}</group>`;
  expect(await saidBy(jacoco, text(`<group name="a">${inner}${sums('missed="1" covered="4"')}</group>`))).toEqual(whole);
  expect(await report(`${LINE}<counter type="LINE" missed="0" covered="1"/>`)).not.toHaveProperty('totals');
});

it('takes the branches of a file without lines at the word of its counter', async () => {
  const said = await report(
    '<package name="a"><sourcefile name="B.java"><counter type="LINE" missed="1" covered="2"/><counter type="BRANCH" missed="1" covered="3"/></sourcefile></package>',
  );
  expect(said.files).toEqual([{ path: 'a/B.java', lines: {}, totals: [2, 3], branches: [3, 4] }]);
});

it('knows a method by its instructions where it is not counted as one, as Kover writes it', async () => {
  const method = (name: string, covered: number): string =>
    `<method name="${name}" desc="()V"><counter type="INSTRUCTION" missed="1" covered="${covered}"/><counter type="LINE" missed="1" covered="${covered}"/></method>`;
  const said = await report(
    `<package name="a"><class name="a/B" sourcefilename="B.kt">${method('f', 2)}${method('g', 0)}</class><sourcefile name="B.kt"><line nr="3" mi="1" ci="2" mb="0" cb="0"/></sourcefile></package>`,
  );
  expect(said.files).toEqual([{ path: 'a/B.kt', lines: { 3: 2 }, functions: [1, 2] }]);
});
