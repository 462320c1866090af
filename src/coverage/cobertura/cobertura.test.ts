import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { pieces } from '../../../tests/contracts/results-support.ts';
import type { CoverageEvent } from '../contract.ts';
import { cobertura } from './index.ts';

it('reads what coverage.py writes', async () => {
  const events = await parse(await readFile(join(import.meta.dirname, 'fixtures/coverage-py.xml'), 'utf8'));
  expect(events).toEqual([
    { type: 'root', path: '/src/shop' },
    { type: 'file', record: { path: 'shop/__init__.py', lines: new Map() } },
    {
      type: 'file',
      record: {
        path: 'shop/price.py',
        lines: new Map([
          [1, 1],
          [2, 1],
          [3, 1],
          [4, 0],
          [5, 1],
          [8, 1],
          [9, 0],
        ]),
        branches: { covered: 1, total: 2 },
      },
    },
  ]);
});

it('merges the classes of one file and counts the lines of methods once', async () => {
  const events = await parse(`<coverage line-rate="0.5"><packages><package><classes>
    <class name="A" filename="A.cs">
      <methods><method name="f"><lines><line number="1" hits="3"/></lines></method><method name="g"><lines><line number="2" hits="0"/></lines></method></methods>
      <lines><line number="1" hits="3"/><line number="2" hits="0" branch="True" condition-coverage="0% (0/2)"/></lines>
    </class>
    <class name="A.Inner" filename="A.cs"><methods><method name="h"><lines><line number="7" hits="1"/></lines></method></methods></class>
  </classes></package></packages></coverage>`);
  expect(events).toEqual([
    {
      type: 'file',
      record: {
        path: 'A.cs',
        lines: new Map([
          [1, 3],
          [2, 0],
          [7, 1],
        ]),
        branches: { covered: 0, total: 2 },
        functions: { covered: 2, total: 3 },
      },
    },
  ]);
});

it('leaves other XML with a root of the same name to others', () => {
  const sniff = (text: string): boolean => cobertura.sniff({ path: 'coverage.xml', text });
  expect(sniff('<coverage generated="1" clover="3.2.0"><project>')).toBe(false);
  expect(sniff('<coverage version="1"><file path="a.ts">')).toBe(false);
  expect(sniff('<report name="jacoco">')).toBe(false);
  expect(sniff('<?xml version="1.0"?>\n<!-- by gcovr -->\n<coverage lines-valid="1">')).toBe(true);
});

async function parse(text: string): Promise<CoverageEvent[]> {
  const events: CoverageEvent[] = [];
  await cobertura.parse(pieces(text), (event) => events.push(event));
  return events;
}
