import { expect, it } from 'vitest';

import { pieces } from '../../../tests/contracts/results-support.ts';
import type { ResultEvent } from '../contract.ts';
import { nunit } from './index.ts';

it.each([
  ['result="Passed"', 'passed'],
  ['result="Warning"', 'passed'],
  ['result="Failed"', 'failed'],
  ['result="Failed" label="Error"', 'error'],
  ['result="Failed" label="Invalid"', 'error'],
  ['result="Failed" label="Cancelled"', 'error'],
  ['result="Failed" site="SetUp"', 'error'],
  ['result="Failed" site="TearDown"', 'error'],
  ['result="Failed" site="Parent"', 'error'],
  ['result="Failed:Error"', 'error'],
  ['result="Failed(SetUp)"', 'error'],
  ['result="Skipped" label="Ignored"', 'skipped'],
  ['result="Skipped:Explicit"', 'skipped'],
  ['result="Inconclusive"', 'skipped'],
  ['', 'error'],
])('takes %s for %s', async (attributes, status) => {
  expect(statuses(await read(`<test-case name="a" fullname="A.a" ${attributes}/>`))).toEqual([['a', status]]);
});

it('keeps the arguments of a fixture in the class', async () => {
  const events = await read(
    '<test-suite type="Assembly" name="/app/bin/Shop.dll"><test-case name="Adds(1.5)" fullname="Shop.Tests(&quot;a&quot;).Adds(1.5)" classname="Shop.Tests" result="Passed" duration="0.25"/></test-suite>',
  );
  expect(cases(events)).toEqual([{ suite: 'Shop.dll', class: 'Shop.Tests("a")', name: 'Adds(1.5)', status: 'passed', durationMs: 250 }]);
});

it('counts a set-up once for each test that it broke, and not again for the fixture', async () => {
  const events = await read(
    fixture(
      'SetUp',
      '<test-case name="a" result="Failed" label="Error" site="Parent"/><test-case name="b" result="Failed" site="Parent"/>',
    ),
  );
  expect(statuses(events)).toEqual([
    ['a', 'error'],
    ['b', 'error'],
  ]);
});

it.each([
  ['beside tests that pass', '<test-case name="a" result="Passed"/>', 'passed'],
  ['beside a test that fails', '<test-case name="a" result="Failed"/>', 'failed'],
])('counts a tear-down that fails %s', async (_, test, status) => {
  const events = await read(fixture('TearDown', test));
  expect(cases(events)).toMatchObject([
    { name: 'a', status },
    { name: 'A', status: 'error', message: 'gone', location: { path: '/app/A.cs', line: 3 } },
  ]);
});

it.each([
  ['a fixture without tests', fixture('SetUp', '')],
  [
    'an assembly that cannot be loaded',
    '<test-suite type="Assembly" name="A.dll" fullname="A" runstate="NotRunnable" result="Skipped" label="Invalid"><reason><message>gone</message></reason></test-suite>',
  ],
  [
    'a theory whose cases are all inconclusive',
    `<test-suite type="Theory" fullname="A" result="Failed"><failure><message>gone</message></failure></test-suite>`,
  ],
])('counts %s', async (_, suite) => {
  expect(cases(await read(suite))).toMatchObject([{ name: 'A', status: 'error', message: 'gone' }]);
});

it('says once, and not for each suite around it, that something broke', async () => {
  const events = await read(
    `<test-suite type="Assembly" name="A.dll" result="Failed" site="Child"><failure><message>One or more child tests had errors</message></failure>${fixture('TearDown', '<test-case name="a" result="Passed"/>')}</test-suite>`,
    'result="Failed"',
  );
  expect(statuses(events)).toEqual([
    ['a', 'passed'],
    ['A', 'error'],
  ]);
});

it('a run that failed while nothing says why is an error', async () => {
  expect(statuses(await read('<test-case name="a" result="Passed"/>', 'result="Failed"'))).toEqual([
    ['a', 'passed'],
    ['test-run', 'error'],
  ]);
});

it('accepts totals with and without explicit tests, and shows those that lie', async () => {
  const tests =
    '<test-case name="a" result="Failed"/><test-case name="b" result="Skipped" label="Explicit"/><test-case name="c" result="Inconclusive"/>';
  for (const totals of ['total="3" failed="1" inconclusive="1" skipped="1"', 'total="2" failed="1" inconclusive="1" skipped="0"'])
    expect(disagreements(await read(tests, totals))).toEqual([]);
  expect(disagreements(await read(tests, 'total="4" failed="0" inconclusive="0" skipped="0"'))).toMatchObject([
    { scope: 'test-run', what: 'tests', declared: 4, counted: 3 },
    { what: 'failed', declared: 0, counted: 1 },
    { what: 'skipped', declared: 0, counted: 2 },
  ]);
});

it('reads no message from the assertions of a test, its attachments or its output', async () => {
  const events = await read(
    '<test-case name="a" result="Failed"><output>&lt;message&gt;</output><assertions><assertion><message>second</message></assertion></assertions><failure><message>first</message></failure></test-case>',
  );
  expect(cases(events)[0]).toMatchObject({ message: 'first' });
});

function fixture(site: string, tests: string): string {
  return `<test-suite type="TestFixture" name="A" fullname="A" result="Failed" site="${site}"><failure><message>gone</message><stack-trace>   at A.X() in /app/A.cs:line 3</stack-trace></failure>${tests}</test-suite>`;
}

async function read(inside: string, attributes = ''): Promise<ResultEvent[]> {
  const events: ResultEvent[] = [];
  await nunit.parse(pieces(`<test-run ${attributes}>${inside}</test-run>`), (event) => events.push(event));
  return events;
}

function cases(events: readonly ResultEvent[]) {
  return events.flatMap((event) => (event.type === 'case' ? [event.result] : []));
}

function statuses(events: readonly ResultEvent[]) {
  return cases(events).map(({ name, status }) => [name, status]);
}

function disagreements(events: readonly ResultEvent[]) {
  return events.filter((event) => event.type === 'declared' && event.declared !== event.counted);
}
