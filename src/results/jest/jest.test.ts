import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { pieces } from '../../../tests/contracts/results-support.ts';
import type { CaseResult } from '../../model/tests.ts';
import type { ResultEvent } from '../contract.ts';
import { jest } from './index.ts';

it('a file that cannot be loaded, or fails outside its tests, is an error beside the tests that it tells', async () => {
  const events = await parse(await readFile(join(import.meta.dirname, 'fixtures/jest-load.json'), 'utf8'));
  expect(cases(events).map(({ name, status, message }) => [name, status, message])).toEqual([
    ['passes before afterAll fails', 'passed', undefined],
    ['/app/jest/after-all.test.js', 'error', 'server does not stop'],
    ['/app/jest/syntax.test.js', 'error', 'Jest encountered an unexpected token'],
    ['/app/jest/import.test.js', 'error', "Cannot find module './no-such-module' from 'import.test.js'"],
    ['/app/jest/empty.test.js', 'error', 'Your test suite must contain at least one test.'],
  ]);
  expect(disagreements(events)).toEqual([]);
});

it('counts retries, tells where a test failed, and two tests of one title are two', async () => {
  const failure = 'Error: no\n    at Object.<anonymous> (/app/a.test.js:12:9)\n    at node:internal/x:1:1';
  const events = await parse(
    report([
      {
        name: '/app/a.test.js',
        status: 'failed',
        message: '',
        assertionResults: [
          {
            title: 'adds',
            ancestorTitles: ['math', 'sums'],
            status: 'passed',
            invocations: 3,
            retryReasons: ['a', 'b'],
            failureMessages: [],
          },
          {
            title: 'adds',
            ancestorTitles: ['math', 'sums'],
            status: 'failed',
            failureMessages: [failure],
            location: { line: 10, column: 1 },
          },
        ],
      },
    ]),
  );
  expect(events).toMatchObject([
    { sibling: true, result: { suite: 'math › sums', name: 'adds', status: 'passed', earlier: ['failed', 'failed'] } },
    { sibling: true, result: { status: 'failed', message: 'Error: no', location: { path: '/app/a.test.js', line: 12 } } },
  ]);
});

it('takes the failures in a test of vitest that passed for its earlier runs', async () => {
  const assertionResults = [{ title: 'a', status: 'passed', failureMessages: ['Error: first'] }];
  const events = await parse(report([{ name: 'a.test.ts', status: 'passed', message: '', assertionResults }]));
  expect(cases(events)).toMatchObject([{ status: 'passed', earlier: ['failed'] }]);
});

it.each([
  ['pending', 'skipped'],
  ['todo', 'skipped'],
  ['disabled', 'skipped'],
  ['focused', 'skipped'],
  ['skipped', 'skipped'],
  ['something new', 'error'],
])('a test that is %s is %s, and no pass', async (status, expected) => {
  const events = await parse(report([{ name: 'a', status: 'passed', message: '', assertionResults: [{ title: 't', status }] }]));
  expect(cases(events)).toMatchObject([{ status: expected }]);
});

it('is not green where the run failed and no test did, nor where it was interrupted', async () => {
  const fine = [{ name: 'a', status: 'passed', message: '', assertionResults: [{ title: 't', status: 'passed' }] }];
  expect(cases(await parse(report(fine, { success: false })))).toMatchObject([{ status: 'passed' }, { name: 'the run', status: 'error' }]);
  expect(await parse(report(fine, { wasInterrupted: true }))).toContainEqual(
    expect.objectContaining({ type: 'gap', reason: 'interrupted' }),
  );
});

it('obsolete snapshots fail nothing', async () => {
  const fine = [{ name: 'a', status: 'passed', message: '', assertionResults: [{ title: 't', status: 'passed' }] }];
  const events = await parse(report(fine, { success: true, snapshot: { unchecked: 3, filesRemoved: 1 } }));
  expect(events).toMatchObject([{ result: { status: 'passed' } }]);
});

it('checks what the report says of itself, in any order of its keys', async () => {
  const events = await parse(
    JSON.stringify({
      testResults: [{ status: 'passed', name: 'a', message: '', assertionResults: [{ title: 't', status: 'passed' }] }],
      numTotalTests: 2,
      numFailedTests: 1,
      numPendingTests: 0,
      numRuntimeErrorTestSuites: 0,
    }),
  );
  expect(disagreements(events)).toEqual([
    ['tests', 2, 1],
    ['failed', 1, 0],
  ]);
});

it('vitest before 1.0: a file that cannot be loaded is no pass, though the report calls it one', async () => {
  const events = await parse(report([{ name: 'a.test.ts', status: 'passed', message: 'Failed to load url ./x', assertionResults: [] }]));
  expect(cases(events)).toMatchObject([{ name: 'a.test.ts', status: 'error', message: 'Failed to load url ./x' }]);
});

it('vitest before 2.0: an empty title around all tests, and what was skipped is counted as passed', async () => {
  const told = async (first: string) => {
    const titles = [first, 'math'];
    const assertionResults = [
      { ancestorTitles: titles, title: 'adds', status: 'passed' },
      { ancestorTitles: titles, title: 'later', status: 'skipped' },
    ];
    const numbers = { numTotalTests: 2, numPassedTests: 2, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 };
    return await parse(report([{ name: 'a', status: 'passed', message: '', assertionResults }], numbers));
  };
  expect(cases(await told(''))).toMatchObject([{ suite: 'math' }, { suite: 'math', status: 'skipped' }]);
  expect(disagreements(await told(''))).toEqual([]);
  expect(disagreements(await told('all'))).toEqual([['skipped', 0, 1]]);
});

it('reads the form that results processors see', async () => {
  const events = await parse(
    report([{ testFilePath: 'a.test.js', failureMessage: null, testResults: [{ title: 't', status: 'failed', failureMessages: ['no'] }] }]),
  );
  expect(cases(events)).toMatchObject([{ name: 't', file: 'a.test.js', status: 'failed', message: 'no' }]);
  const broken = await parse(report([{ testFilePath: 'a.test.js', failureMessage: 'cannot load', testResults: [] }]));
  expect(cases(broken)).toMatchObject([{ name: 'a.test.js', status: 'error', message: 'cannot load' }]);
});

function report(testResults: readonly unknown[], more: Record<string, unknown> = {}): string {
  return JSON.stringify({ numFailedTestSuites: 0, ...more, testResults });
}

async function parse(text: string): Promise<ResultEvent[]> {
  const events: ResultEvent[] = [];
  await jest.parse(pieces(text, 11), (event) => events.push(event));
  return events;
}

function cases(events: readonly ResultEvent[]): CaseResult[] {
  return events.flatMap((event) => (event.type === 'case' ? [event.result] : []));
}

function disagreements(events: readonly ResultEvent[]): [string, number, number][] {
  return events.flatMap((event) =>
    event.type === 'declared' && event.declared !== event.counted
      ? [[event.what, event.declared, event.counted] as [string, number, number]]
      : [],
  );
}
