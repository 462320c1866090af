import { join } from 'node:path';

import { expect, it } from 'vitest';

import { saidBy, saidByFile } from '../../../tests/contracts/coverage-support.ts';
import { scoverage } from './index.ts';

it('reads statements: several on a line, arms, and what is left out', async () => {
  expect(await saidByFile(scoverage, join(import.meta.dirname, 'fixtures/sbt-unverified.xml'))).toEqual({
    files: [
      { path: '/app/src/main/scala/shop/Cart.scala', lines: { 4: 2, 5: 2, 9: 1 }, branches: [1, 2], functions: [1, 1] },
      { path: '/app/src/main/scala/shop/Till.java', lines: { 3: 0, 4: 0 }, functions: [0, 1] },
    ],
    notes: ['scoverage counts statements: 4 of 7'],
  });
});

it.each([
  'line="1" invocation-count="1"',
  'source="A.scala" invocation-count="1"',
  'source="A.scala" line="1"',
  'source="A.scala" line="x" invocation-count="1"',
])('is malformed with %s', async (attributes) => {
  const said = await saidBy(scoverage, `<scoverage><statement method="f" ${attributes}/></scoverage>`);
  expect(said.gaps).toEqual(['malformed: a statement of f without source, line or count']);
});
