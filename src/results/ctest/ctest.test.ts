import { join } from 'node:path';
import { readFile } from 'node:fs/promises';

import { expect, it } from 'vitest';

import { pieces } from '../../../tests/contracts/results-support.ts';
import type { ResultEvent } from '../contract.ts';
import { ctest } from './index.ts';

it('tells what failed, what could not be run and what was called off', async () => {
  const events = await read(await readFile(join(import.meta.dirname, 'fixtures/test.xml'), 'utf8'));
  const told = events.flatMap((event) => (event.type === 'case' ? [[event.result.name, event.result.status, event.result.message]] : []));
  expect(told).toEqual([
    ['passes', 'passed', undefined],
    ['fails', 'failed', 'Failed'],
    ['crashes', 'failed', 'SEGFAULT'],
    ['hangs', 'failed', 'Timeout'],
    ['absent', 'error', 'Unable to find executable'],
    ['later', 'skipped', 'Disabled'],
    ['skips', 'skipped', 'SKIP_RETURN_CODE=77'],
    ['db', 'failed', 'Failed'],
    ['needs_db', 'error', 'Fixture dependency failed'],
    ['must_fail', 'passed', undefined],
  ]);
  expect(events).toContainEqual({ type: 'declared', scope: 'the list of tests', what: 'tests', declared: 10, counted: 10 });
});

it('finds the place of a failure in what the test printed, and leaves packed output alone', async () => {
  const test = (value: string) =>
    `<Site><Testing><TestList><Test>./a</Test><Test>./b</Test></TestList><Test Status="failed"><Name>a</Name><Results><Measurement>${value}</Measurement></Results></Test></Testing></Site>`;
  const [plain, list] = await read(test('<Value>  at main (/app/src/a.js:3:5)\n</Value>'));
  expect(plain).toMatchObject({ result: { status: 'failed', location: { path: '/app/src/a.js', line: 3 } } });
  expect(list).toMatchObject({ declared: 2, counted: 1 });
  const [packed] = await read(test('<Value encoding="base64" compression="gzip">eJwLSS0uUUgsBQA=</Value>'));
  expect(packed).toMatchObject({ result: { status: 'failed' } });
  expect(packed?.type === 'case' && packed.result.detail).toBeUndefined();
});

it('knows no other document of CDash', () => {
  expect(ctest.sniff({ path: 'x', text: '<Site BuildName="a"><Build><Log/></Build></Site>' })).toBe(false);
});

async function read(text: string): Promise<ResultEvent[]> {
  expect(ctest.sniff({ path: 'x', text })).toBe(true);
  const events: ResultEvent[] = [];
  await ctest.parse(pieces(text, 20), (event) => events.push(event));
  return events;
}
