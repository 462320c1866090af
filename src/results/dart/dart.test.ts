import { expect, it } from 'vitest';

import { pieces } from '../../../tests/contracts/results-support.ts';
import type { ResultEvent } from '../contract.ts';
import { dart } from './index.ts';

const START = { protocolVersion: '0.1.1', runnerVersion: '1.25.2', pid: 1, type: 'start', time: 0 };
const SUITE = { suite: { id: 0, platform: 'chrome', path: 'test/a_test.dart' }, type: 'suite', time: 0 };
const DONE = { success: true, type: 'done', time: 9 };

it.each([
  ['success', false, false, 'passed'],
  ['success', true, false, 'skipped'],
  ['failure', false, false, 'failed'],
  ['error', false, false, 'error'],
  ['failure', false, true, 'failed'],
  ['whatever', false, false, 'error'],
])('takes %s (skipped %s, hidden %s) for %s', async (result, skipped, hidden, status) => {
  expect(cases(await read(START, SUITE, start(1), done(1, result, { skipped, hidden }), DONE))).toMatchObject([
    { name: 'a', file: 'test/a_test.dart', parameters: 'chrome', status },
  ]);
});

it('counts no loading and no set-up that went well', async () => {
  expect(cases(await read(START, SUITE, start(1), done(1, 'success', { hidden: true }), DONE))).toEqual([]);
});

it('takes retries for attempts', async () => {
  const retry = { testID: 1, messageType: 'print', message: 'Retry: a', type: 'print' };
  const [result] = cases(await read(START, SUITE, start(1), error(1, 'first'), retry, error(1, 'second'), retry, done(1, 'success'), DONE));
  expect(result).toMatchObject({ status: 'passed', earlier: ['failed', 'failed'] });
});

it('counts an error that comes after the end of its test', async () => {
  expect(cases(await read(START, SUITE, start(1), done(1, 'success'), error(1, 'late'), { ...DONE, success: false }))).toMatchObject([
    { name: 'a', status: 'passed' },
    { name: 'a (after its end)', status: 'error', message: 'late' },
  ]);
});

it.each([
  [false, 'the run failed, and no test says why'],
  [null, 'the run was given up before its end'],
])('a run with success %s while nothing failed is an error', async (success, message) => {
  expect(cases(await read(START, SUITE, start(1), done(1, 'success'), { ...DONE, success }))).toMatchObject([
    { status: 'passed' },
    { status: 'error', message },
  ]);
});

it('a run without an end is a gap, and what was running an error', async () => {
  const events = await read(START, SUITE, start(1));
  expect(cases(events)).toMatchObject([{ name: 'a', status: 'error', message: 'the report ends before this test did' }]);
  expect(events.filter(({ type }) => type === 'gap')).toMatchObject([{ reason: 'truncated' }]);
});

it('says where the test stands: its own file before that of a helper, the failing line before both', async () => {
  const helper = { url: 'package:helpers/a.dart', line: 7, root_url: 'file:///app/test/a_test.dart', root_line: 3 };
  const [passing, failing] = cases(
    await read(
      START,
      SUITE,
      start(1, helper),
      done(1, 'success'),
      start(2, helper),
      { ...error(2, 'no'), stackTrace: 'package:matcher  expect\ntest/a_test.dart 12:5  main.<fn>\n' },
      done(2, 'failure'),
      DONE,
    ),
  );
  expect(passing?.location).toEqual({ path: '/app/test/a_test.dart', line: 3 });
  expect(failing?.location).toEqual({ path: 'test/a_test.dart', line: 12 });
});

it("reads flutter's lists of one, other output, and events in one long list", async () => {
  const text = `Running "flutter pub get"...\n[${JSON.stringify(START)},\n${JSON.stringify(SUITE)},\n[{"event":"test.startedProcess","params":{}}]\n${JSON.stringify(start(1))},\n${JSON.stringify(done(1, 'success'))},\n${JSON.stringify(DONE)}]\n`;
  expect(dart.sniff({ path: '', text })).toBe(true);
  expect(cases(await readText(text))).toMatchObject([{ name: 'a', status: 'passed' }]);
});

it('takes a broken event for one, and never for other output', async () => {
  const events = await read(START, SUITE, { type: 'testDone', testID: 'one', result: 'success' }, DONE);
  expect(events.filter(({ type }) => type === 'gap')).toMatchObject([{ reason: 'malformed' }]);
});

function start(id: number, more: object = {}): object {
  return {
    test: {
      id,
      name: 'a',
      suiteID: 0,
      groupIDs: [],
      metadata: { skip: false, skipReason: null },
      line: 1,
      column: 1,
      url: 'file:///app/test/a_test.dart',
      ...more,
    },
    type: 'testStart',
    time: 1,
  };
}

function done(testID: number, result: string, more: object = {}): object {
  return { testID, result, skipped: false, hidden: false, type: 'testDone', time: 2, ...more };
}

function error(testID: number, text: string): object {
  return { testID, error: text, stackTrace: '', isFailure: true, type: 'error', time: 1 };
}

function read(...events: readonly object[]): Promise<ResultEvent[]> {
  return readText(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
}

async function readText(text: string): Promise<ResultEvent[]> {
  const events: ResultEvent[] = [];
  await dart.parse(pieces(text), (event) => events.push(event));
  return events;
}

function cases(events: readonly ResultEvent[]) {
  return events.flatMap((event) => (event.type === 'case' ? [event.result] : []));
}
