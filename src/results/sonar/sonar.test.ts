import { expect, it } from 'vitest';

import { pieces } from '../../../tests/contracts/results-support.ts';
import type { ResultEvent } from '../contract.ts';
import { sonar } from './index.ts';

it.each([
  ['', { status: 'passed' }],
  ['<skipped message="later"/>', { status: 'skipped', message: 'later' }],
  ['<skipped message="later"/><failure message="no">trace</failure>', { status: 'failed', message: 'no', detail: 'trace' }],
  ['<error message="">first\nsecond</error>', { status: 'error', message: 'first', detail: 'first\nsecond' }],
])('a case with %j', async (inside, expected) => {
  const events = await read(`<file path="a.test.ts"><testCase name="a" duration="7">${inside}</testCase></file>`);
  expect(events).toMatchObject([
    { type: 'case', result: { name: 'a', file: 'a.test.ts', location: { path: 'a.test.ts' }, durationMs: 7, ...expected }, sibling: true },
  ]);
});

it('finds the line of a failure in its file', async () => {
  const trace = 'Error: no\n    at test/a.test.ts:12:5';
  const events = await read(`<file path="test/a.test.ts"><testCase name="a"><failure message="no">${trace}</failure></testCase></file>`);
  expect(events).toMatchObject([{ result: { location: { path: 'test/a.test.ts', line: 12 } } }]);
});

async function read(inside: string): Promise<ResultEvent[]> {
  const text = `<testExecutions version="1">${inside}</testExecutions>`;
  expect(sonar.sniff({ path: 'x', text })).toBe(true);
  const events: ResultEvent[] = [];
  await sonar.parse(pieces(text, 20), (event) => events.push(event));
  return events;
}
