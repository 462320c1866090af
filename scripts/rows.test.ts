import { resolve } from 'node:path';

import { expect, test } from 'vitest';

import { parseCatalogue, readCatalogue } from './catalogue.ts';
import { readOwners, rowProblems } from './rows.ts';
import type { Owner } from './rows.ts';

const ROOT = resolve(import.meta.dirname, '..');
const MARKDOWN = `# Check catalogue

## SEC — secrets and keys (2)

| id | seed | what it verifies | how a generic tool verifies it | inputs | priority | evidence in the finding |
|---|---|---|---|---|---|---|
| SEC-01 | 000 | Secret file is not readable | [S] \`stat\` | Z | P0 | path, mode |
| SEC-02 | 003,000 † | No secret is committed | [L] \`a \\| b\` | M: paths | P1 | file:line |
`;
const catalogue = parseCatalogue(MARKDOWN);
const none = (): Promise<undefined> => Promise.resolve(undefined);

test('a catalogue row is read whole, escaped pipes and marks included', () => {
  expect(catalogue.rows[1]).toEqual({
    id: 'SEC-02',
    family: 'SEC',
    seeds: ['003', '000'],
    derived: true,
    title: 'No secret is committed',
    how: '[L] `a | b`',
    inputs: 'M: paths',
    priority: 'P1',
    evidence: 'file:line',
  });
});

test('a family that does not have as many rows as its heading says is refused', () => {
  expect(() => parseCatalogue(MARKDOWN.replace('(2)', '(3)'))).toThrow('SEC: the heading says 3 rows, 2 were read');
});

test('a row without an owner is a problem', async () => {
  expect(await rowProblems(catalogue, [notYet('SEC-01')], none)).toEqual([
    'SEC-02 has no owner: add "- { row: SEC-02, owner: …, state: not-yet }"',
  ]);
});

test('a row with two owners is a problem', async () => {
  expect(await rowProblems(catalogue, [notYet('SEC-01'), notYet('SEC-02'), notYet('SEC-02')], none)).toEqual([
    'SEC-02 has 2 owners: keep one',
  ]);
});

test('an owner of a row that does not exist is a problem', async () => {
  expect(await rowProblems(catalogue, [notYet('SEC-01'), notYet('SEC-02'), notYet('SEC-99')], none)).toEqual([
    'SEC-99 is not in catalogue/rows.json: correct or remove the entry',
  ]);
});

test('an implemented row names tests that exist', async () => {
  const owner: Owner = {
    row: 'SEC-01',
    owner: 'checks',
    state: 'implemented',
    finds: 'tests/a.test.ts#it finds',
    silent: 'tests/b.test.ts#it is silent',
  };
  const read = (path: string): Promise<string | undefined> =>
    Promise.resolve(path === 'tests/a.test.ts' ? "test('it looks', …" : undefined);
  expect(await rowProblems(catalogue, [owner, notYet('SEC-02')], read)).toEqual([
    'SEC-01 finds: tests/a.test.ts has no test called "it finds"',
    'SEC-01 silent: there is no tests/b.test.ts',
  ]);
});

test('the committed catalogue has its 307 rows in 20 families, each owned once', async () => {
  const committed = await readCatalogue(ROOT);
  expect([committed.rows.length, committed.families.length]).toEqual([307, 20]);
  const owners = await readOwners(ROOT);
  expect(owners.map(({ row }) => row).toSorted()).toEqual(committed.rows.map(({ id }) => id).toSorted());
});

function notYet(row: string): Owner {
  return { row, owner: 'checks', state: 'not-yet' };
}
