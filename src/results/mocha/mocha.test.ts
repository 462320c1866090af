import { expect, it } from 'vitest';

import { pieces } from '../../../tests/contracts/results-support.ts';
import type { CaseResult } from '../../model/tests.ts';
import type { ResultEvent } from '../contract.ts';
import { mocha } from './index.ts';

const ERR = { message: 'no', stack: 'Error: no\n    at Context.<anonymous> (test/a.js:12:9)\n    at node:internal/x:1:1' };
const test = (title: string, more: Record<string, unknown> = {}) => ({
  title,
  fullTitle: `shop ${title}`,
  file: '/app/test/a.js',
  err: {},
  ...more,
});

it('counts each test once, though three lists tell of it', async () => {
  const [adds, fails, later] = [test('adds', { duration: 3, currentRetry: 2 }), test('fails', { err: ERR }), test('later')];
  const stats = { tests: 3, passes: 1, pending: 1, failures: 1 };
  const events = await parse(JSON.stringify({ stats, tests: [adds, fails, later], pending: [later], failures: [fails], passes: [adds] }));
  expect(cases(events)).toMatchObject([
    { name: 'later', status: 'skipped' },
    { suite: 'shop', name: 'fails', status: 'failed', message: 'no', location: { path: '/app/test/a.js', line: 12 } },
    { name: 'adds', status: 'passed', earlier: ['failed', 'failed'], durationMs: 3 },
  ]);
  expect(disagreements(events)).toEqual([]);
});

it('places of Windows, and frames of Node itself', async () => {
  const file = 'C:\\work\\shop\\test\\a.js';
  const failures = [
    test('fails', { file, err: { message: 'no', stack: 'Error: no\n    at Context.<anonymous> (test\\a.js:12:9)' } }),
    test('hangs', {
      file,
      err: { message: 'Timeout of 1ms', stack: 'Error: Timeout of 1ms\n    at listOnTimeout (internal/timers.js:554:17)' },
    }),
  ];
  expect(cases(await parse(JSON.stringify({ stats: {}, failures })))).toMatchObject([
    { name: 'fails', location: { path: file, line: 12 } },
    { name: 'hangs', location: { path: file } },
  ]);
});

it('a hook that fails is an error, and no test', async () => {
  const hook = test('"before each" hook for "adds"', { err: ERR });
  const events = await parse(
    JSON.stringify({ stats: { tests: 0, pending: 0, failures: 1 }, tests: [], pending: [], failures: [hook], passes: [] }),
  );
  expect(cases(events)).toMatchObject([{ suite: 'shop', name: '"before each" hook for "adds"', status: 'error', message: 'no' }]);
  expect(disagreements(events)).toEqual([]);
});

it('a test that passes and then calls back once more has failed', async () => {
  const again = 'done() called multiple times in test <twice>';
  const twice = test('twice', { err: { message: again, stack: 'Error: done() …' } });
  const document = await parse(JSON.stringify({ stats: { tests: 1, failures: 1 }, tests: [twice], failures: [twice], passes: [twice] }));
  expect(cases(document)).toMatchObject([{ name: 'twice', status: 'failed' }]);
  expect(disagreements(document)).toEqual([]);
  const stream = await parse(
    lines(['start', { total: 1 }], ['pass', test('twice')], ['fail', test('twice', { err: again })], ['end', { tests: 1, failures: 1 }]),
  );
  expect(stream.slice(0, 2)).toMatchObject([
    { sibling: true, result: { status: 'passed' } },
    { sibling: false, result: { status: 'failed' } },
  ]);
  expect(disagreements(stream)).toEqual([]);
});

it('a pass with an error that no failure tells of is a failure', async () => {
  const events = await parse(JSON.stringify({ stats: {}, tests: [], failures: [], passes: [test('odd', { err: ERR })] }));
  expect(cases(events)).toMatchObject([{ name: 'odd', status: 'failed' }]);
});

it('a stream tells of pending tests only their number, and of its end by its last event', async () => {
  const begin = [
    ['start', { total: 2 }],
    ['pass', test('adds')],
  ] as const;
  const end = ['end', { tests: 2, pending: 1, failures: 0 }];
  const whole = await parse(`> npm test\n${lines(...begin)}debug: listening\n${lines(end)}`);
  expect(cases(whole)).toMatchObject([{ name: 'adds' }, { name: 'a pending test', status: 'skipped' }]);
  expect(whole.filter(({ type }) => type === 'note')).toHaveLength(1);
  expect(disagreements(whole)).toEqual([]);
  expect(await parse(lines(...begin))).toMatchObject([{ type: 'case' }, { type: 'gap', reason: 'truncated' }]);
});

it('mochawesome: suites in suites, hooks apart, tests behind a hook that failed are skipped', async () => {
  const inner = {
    title: 'inner',
    file: '',
    beforeHooks: [
      { title: '"before all" hook', state: 'failed', fail: true, isHook: true, err: { message: 'Error: no', estack: 'Error: no' } },
    ],
    tests: [{ title: 'never', state: null, pass: false, fail: false, pending: false, skipped: true, err: {} }],
    afterHooks: [],
    suites: [],
  };
  const outer = {
    title: 'outer',
    file: '',
    beforeHooks: [],
    tests: [{ title: 'ok', state: 'passed', pass: true, err: {} }],
    afterHooks: [],
    suites: [inner],
  };
  const root = {
    title: '',
    fullFile: 'cypress/e2e/a.cy.js',
    file: 'cypress/e2e/a.cy.js',
    root: true,
    beforeHooks: [],
    tests: [],
    suites: [outer],
  };
  const stats = { tests: 1, testsRegistered: 2, passes: 1, pending: 0, failures: 0, other: 1, hasOther: true, skipped: 1 };
  const events = await parse(JSON.stringify({ stats, results: [root], meta: {} }));
  expect(cases(events)).toMatchObject([
    { suite: 'outer', name: 'ok', status: 'passed', file: 'cypress/e2e/a.cy.js' },
    { suite: 'outer › inner', name: 'never', status: 'skipped', message: 'a hook failed before it could run' },
    { suite: 'outer › inner', name: '"before all" hook', status: 'error', message: 'Error: no' },
  ]);
  expect(disagreements(events)).toEqual([]);
});

it('merged reports of mochawesome count no hooks that failed', async () => {
  const hook = { title: '"before all" hook', state: 'failed', fail: true, isHook: true, err: { message: 'no' } };
  const told = async (stats: unknown) =>
    disagreements(
      await parse(JSON.stringify({ stats, results: [{ title: '', rootEmpty: true, beforeHooks: [hook], tests: [], suites: [] }] })),
    );
  expect(await told({ testsRegistered: 0, pending: 0, failures: 0, other: 0 })).toEqual([]);
  expect(await told({ testsRegistered: 0, pending: 0, failures: 0, other: 2 })).toEqual([['failed', 2, 1]]);
});

it('shows the failure that old versions of mochawesome take for a skip', async () => {
  const tests = [{ title: 'retried', state: null, pass: false, fail: false, pending: false, skipped: true, err: {} }];
  const stats = { tests: 1, testsRegistered: 1, passes: 0, pending: 0, failures: 0, other: 1, skipped: 0 };
  const events = await parse(JSON.stringify({ stats, suites: { title: '', root: true, rootEmpty: false, tests, suites: [] } }));
  expect(cases(events)).toMatchObject([{ name: 'retried', status: 'skipped' }]);
  expect(disagreements(events)).toEqual([['failed', 1, 0]]);
});

it('shows where the statistics contradict the tests', async () => {
  const events = await parse(
    JSON.stringify({ stats: { tests: 5, pending: 1, failures: 0 }, tests: [], failures: [test('a', { err: ERR })], passes: [] }),
  );
  expect(disagreements(events)).toEqual([
    ['tests', 5, 1],
    ['failed', 0, 1],
    ['skipped', 1, 0],
  ]);
});

function lines(...events: readonly unknown[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join('');
}

async function parse(text: string): Promise<ResultEvent[]> {
  const events: ResultEvent[] = [];
  await mocha.parse(pieces(text, 13), (event) => events.push(event));
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
