import { expect, it } from 'vitest';

import { pieces } from '../../../tests/contracts/results-support.ts';
import type { ResultEvent } from '../contract.ts';
import { robot } from './index.ts';

it('fails what passed in a suite whose tear-down fails, as Robot does behind its own back', async () => {
  const events = await read(
    `<suite name="Outer" source="/app">${suite('A', test('a', 'PASS') + test('b', 'FAIL', 'by itself') + test('c', 'SKIP', 'no'), 'FAIL')}${suite('B', test('d', 'PASS'))}<status status="FAIL"/></suite>`,
  );
  expect(statuses(events)).toEqual([
    ['a', 'failed'],
    ['b', 'failed'],
    ['c', 'skipped'],
    ['d', 'passed'],
  ]);
  expect(cases(events)[0]).toMatchObject({ suite: 'Outer › A', message: 'Parent suite teardown failed: the server hangs' });
});

it('takes a keyword of a test that is called tear-down for none of the suite', async () => {
  const inner = '<kw name="k" type="TEARDOWN"><status status="FAIL">x</status></kw>';
  const events = await read(
    suite('A', `<test name="a">${inner}<status status="FAIL">Teardown failed:\nx</status></test>${test('b', 'PASS')}`),
  );
  expect(statuses(events)).toEqual([
    ['a', 'failed'],
    ['b', 'passed'],
  ]);
});

it.each([
  ['Setup failed:\nno database', 'failed', 'Setup failed: no database'],
  ['Teardown failed:\nno database', 'failed', 'Teardown failed: no database'],
  ['Parent suite setup failed:\nno database', 'failed', 'Parent suite setup failed: no database'],
  ['1 != 2\n\nAlso teardown failed:\nx', 'failed', '1 != 2'],
])('tells by its message what failed around a test: %j', async (said, status, message) => {
  expect(cases(await read(suite('A', test('a', 'FAIL', said))))).toMatchObject([{ status, message }]);
});

it('a suite that failed while none of its tests did is an error', async () => {
  expect(
    statuses(await read('<suite name="A"><test name="a"><status status="PASS"/></test><status status="FAIL">odd</status></suite>')),
  ).toEqual([
    ['A', 'error'],
    ['a', 'passed'],
  ]);
});

it('takes a test without a status that is known for an error, and one that was not run for skipped', async () => {
  const odd = '<test name="a"/><test name="b"><status status="NOT SET"/></test>';
  expect(statuses(await read(suite('A', `${odd}<test name="c"><status status="NOT RUN"/></test>`)))).toEqual([
    ['a', 'error'],
    ['b', 'error'],
    ['c', 'skipped'],
  ]);
});

it('reads times of Robot 3 to 6 and of 7', async () => {
  const events = await read(
    suite(
      'A',
      '<test name="a"><status status="PASS" starttime="20260131 12:00:00.250" endtime="20260131 12:00:01.500"/></test><test name="b"><status status="PASS" start="2026-01-31T12:00:00.25" elapsed="1.25"/></test><test name="c"><status status="PASS" starttime="N/A" endtime="N/A"/></test>',
    ),
  );
  expect(cases(events).map(({ durationMs }) => durationMs)).toEqual([1250, 1250, undefined]);
});

it('reads the line for all tests of the statistics, and shows where it lies', async () => {
  const statistics =
    '<statistics><total><stat pass="0" fail="9">Critical Tests</stat><stat pass="2" fail="0" skip="0">All Tests</stat></total><suite><stat pass="7" fail="7" id="s1">A</stat></suite></statistics>';
  const events = await read(suite('A', test('a', 'PASS') + test('b', 'FAIL', 'x')) + statistics);
  expect(events.filter((event) => event.type === 'declared' && event.declared !== event.counted)).toEqual([
    { type: 'declared', scope: 'statistics', what: 'failed', declared: 0, counted: 1 },
  ]);
});

it('notes errors outside the tests', async () => {
  const events = await read(
    `${suite('A', test('a', 'PASS'))}<errors><msg level="ERROR">no such library</msg><msg level="WARN">old</msg></errors>`,
  );
  expect(events.filter(({ type }) => type === 'note')).toMatchObject([{ message: expect.stringContaining('1 errors') as string }]);
});

it('takes what rebot merged for attempts', async () => {
  const merged =
    '*HTML* <span class="merge">Test has been re-executed and results merged.</span><hr><span class="new-status">New status:</span> <span class="pass">PASS</span><br><hr><span class="old-status">Old status:</span> <span class="fail">FAIL</span><br><span class="old-message">Old message:</span> x<br>';
  const events = await read(suite('A', `<test name="a"><status status="PASS">${merged.replaceAll('<', '&lt;')}</status></test>`));
  expect(cases(events)).toMatchObject([{ status: 'passed', earlier: ['failed'] }]);
});

function suite(name: string, tests: string, tearDown?: string): string {
  const after =
    tearDown === undefined
      ? ''
      : `<kw name="Stop" type="TEARDOWN"><kw name="x"><status status="PASS"/></kw><status status="${tearDown}">the server hangs</status></kw>`;
  return `<suite name="${name}" source="/app/${name}.robot">${tests}${after}<status status="${tearDown ?? 'PASS'}"/></suite>`;
}

function test(name: string, status: string, message = ''): string {
  return `<test name="${name}" line="3"><kw name="k"><status status="${status}"/></kw><status status="${status}">${message}</status></test>`;
}

async function read(inside: string): Promise<ResultEvent[]> {
  const events: ResultEvent[] = [];
  await robot.parse(pieces(`<robot generator="Robot 7.0">${inside}</robot>`), (event) => events.push(event));
  return events;
}

function cases(events: readonly ResultEvent[]) {
  return events.flatMap((event) => (event.type === 'case' ? [event.result] : []));
}

function statuses(events: readonly ResultEvent[]) {
  return cases(events).map(({ name, status }) => [name, status]);
}
