import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { pieces } from '../../../tests/contracts/results-support.ts';
import type { ResultEvent } from '../contract.ts';
import { ctrf } from './index.ts';

it('reads tests, places, retries and what the summary states', async () => {
  const events = await parse(await readFile(join(import.meta.dirname, 'fixtures/playwright.json'), 'utf8'));
  const results = events.flatMap((event) => (event.type === 'case' ? [event.result] : []));
  expect(results.map(({ name, status, earlier }) => [name, status, earlier])).toEqual([
    ['adds up', 'passed', undefined],
    ['is flaky', 'passed', ['failed']],
    ['fails', 'failed', ['failed', 'failed']],
    ['is skipped', 'skipped', undefined],
    ['is to do', 'skipped', undefined],
  ]);
  expect(results[0]).toMatchObject({
    suite: 'shop.spec.ts › basket',
    parameters: 'chromium',
    location: { path: 'tests/shop.spec.ts', line: 4 },
    durationMs: 801,
  });
  expect(events.filter((event) => event.type === 'declared' && event.declared !== event.counted)).toEqual([]);
});

it('reads the names of the first version', async () => {
  const events = await parse(
    report([
      { name: 'a', status: 'passed', retry: 2, flake: true },
      { name: 'b', status: 'passed', flake: true },
      {
        name: 'c',
        status: 'failed',
        attempts: [
          { name: 'c', status: 'failed' },
          { name: 'c', status: 'other' },
        ],
      },
    ]),
  );
  expect(events).toMatchObject([
    { result: { earlier: ['failed', 'failed'] } },
    { result: { earlier: ['failed'] } },
    { result: { earlier: ['failed', 'error'] } },
    { type: 'declared' },
  ]);
});

it('the list of tests may stand before the summary, and must be there', async () => {
  const tests = [{ name: 'a', status: 'passed' }];
  const events = await parse(JSON.stringify({ results: { tests, summary: { tests: 2 } } }));
  expect(events).toMatchObject([{ type: 'case' }, { type: 'declared', declared: 2, counted: 1 }]);
  for (const none of ['{"results": {"summary": {}}}', '{"results": {"tests": {"a": {"name": "a", "status": "passed"}}}}'])
    expect(await parse(none)).toMatchObject([{ type: 'gap', reason: 'malformed' }]);
});

it('never passes a status that it does not know', async () => {
  const events = await parse(report([{ name: 'a', status: 'other', duration: 1 }]));
  expect(events).toMatchObject([
    { type: 'case', result: { status: 'error' } },
    { type: 'declared', what: 'tests', declared: 1, counted: 1 },
  ]);
});

it('reads what jest-ctrf-json-reporter writes: a `todo` is skipped, two tests of one title are two', async () => {
  const events = await parse(await readFile(join(import.meta.dirname, 'fixtures/jest.json'), 'utf8'));
  const results = events.flatMap((event) => (event.type === 'case' ? [event.result.status] : []));
  // Jest said: 9 failed, 1 skipped, 1 todo, 8 passed.
  const count = (status: string): number => results.filter((result) => result === status).length;
  expect([count('failed'), count('error'), count('skipped'), count('passed')]).toEqual([9, 0, 2, 8]);
  expect(events.filter((event) => event.type === 'declared' && event.declared !== event.counted)).toEqual([]);
  expect(events.filter((event) => event.type === 'case').every(({ sibling }) => sibling === true)).toBe(true);
});

it("takes playwright's `test.fail` that passes for the failure that it is", async () => {
  const extra = { annotations: [{ type: 'fail' }] };
  const events = await parse(
    report([
      { name: 'a', status: 'passed', rawStatus: 'passed', extra },
      { name: 'b', status: 'passed', rawStatus: 'failed', extra },
    ]),
  );
  expect(events).toMatchObject([{ result: { status: 'failed' } }, { result: { status: 'passed' } }, { type: 'declared' }]);
});

it('goes on behind a test that is none, and says where it stands', async () => {
  const events = await parse(report([{ name: 7 }, { name: 'b', status: 'passed' }]));
  expect(events[0]).toMatchObject({
    type: 'gap',
    reason: 'malformed',
    message: expect.stringContaining('results.tests[0]: name:') as string,
  });
  expect(events[1]).toMatchObject({ type: 'case', result: { name: 'b' } });
});

function report(tests: readonly unknown[]): string {
  return JSON.stringify({ results: { tool: { name: 'x' }, summary: { tests: tests.length }, tests } });
}

async function parse(text: string): Promise<ResultEvent[]> {
  const events: ResultEvent[] = [];
  await ctrf.parse(pieces(text), (event) => events.push(event));
  return events;
}
