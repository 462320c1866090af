import { expect, it } from 'vitest';

import { pieces } from '../../../tests/contracts/results-support.ts';
import type { ResultEvent } from '../contract.ts';
import { nunit2 } from './index.ts';

it.each([
  ['result="Success"', 'passed'],
  ['result="Failure"', 'failed'],
  ['result="Error"', 'error'],
  ['result="Cancelled"', 'error'],
  ['result="NotRunnable"', 'error'],
  ['result="Ignored"', 'skipped'],
  ['result="Skipped"', 'skipped'],
  ['result="Inconclusive"', 'skipped'],
  ['executed="True" success="True"', 'passed'],
  ['executed="True" success="False"', 'failed'],
  ['executed="False"', 'skipped'],
])('takes %s for %s', async (attributes, status) => {
  expect(cases(await read(`<test-case name="Shop.Tests.Adds(1.5)" ${attributes}/>`))).toMatchObject([
    { class: 'Shop.Tests', name: 'Adds(1.5)', status },
  ]);
});

it("reads jasmine's small letters, and titles that are no names of methods", async () => {
  const events = await read(
    '<test-suite name="basket" executed="true" success="false"><results><test-case name="costs 1.5" executed="true" success="true"/><test-case name="is pending" executed="false" success="true"/></results></test-suite>',
  );
  expect(cases(events).slice(0, 2)).toMatchObject([
    { class: 'basket', name: 'costs 1.5', status: 'passed' },
    { class: 'basket', name: 'is pending', status: 'skipped' },
  ]);
});

it('counts a tear-down that failed, and a set-up only where no test tells of it', async () => {
  const suite = (message: string, tests: string): string =>
    `<test-suite type="TestFixture" name="A" result="Error"><failure><message>${message}</message></failure><results>${tests}</results></test-suite>`;
  const passing = '<test-case name="a" result="Success"/>';
  const failing = '<test-case name="a" result="Failure"/>';
  const read2 = async (xml: string) => cases(await read(xml)).map(({ name, status }) => [name, status]);
  expect(await read2(suite('TearDown : gone', passing))).toEqual([
    ['a', 'passed'],
    ['A', 'error'],
  ]);
  expect(await read2(suite('TearDown : gone', failing))).toHaveLength(2);
  expect(await read2(suite('SetUp : gone', failing))).toEqual([['a', 'failed']]);
  expect(await read2(suite('SetUp : gone', ''))).toEqual([['A', 'error']]);
});

it('accepts totals of what ran, and shows those that lie', async () => {
  const tests =
    '<test-case name="a" result="Success"/><test-case name="b" result="Failure"/><test-case name="c" result="Error"/><test-case name="d" result="Ignored"/><test-case name="e" result="NotRunnable"/><test-case name="f" result="Inconclusive"/>';
  const lies = async (attributes: string) =>
    (await read(tests, attributes)).filter((event) => event.type === 'declared' && event.declared !== event.counted);
  expect(await lies('total="4" errors="1" failures="1" not-run="2" inconclusive="1"')).toEqual([]);
  expect(await lies('total="6" errors="2" failures="1"')).toEqual([]);
  expect(await lies('total="4" errors="0" failures="0" not-run="0" inconclusive="0"')).toMatchObject([
    { what: 'failed', declared: 0, counted: 1 },
    { what: 'errors', declared: 0, counted: 2 },
    { what: 'skipped', declared: 0, counted: 2 },
  ]);
});

it('is no other document of this name', () => {
  expect(nunit2.sniff({ path: '', text: '<test-results><item/></test-results>' })).toBe(false);
  expect(nunit2.sniff({ path: '', text: '<test-results name="a" total="1"/>' })).toBe(true);
});

async function read(inside: string, attributes = ''): Promise<ResultEvent[]> {
  const events: ResultEvent[] = [];
  await nunit2.parse(pieces(`<test-results ${attributes}>${inside}</test-results>`), (event) => events.push(event));
  return events;
}

function cases(events: readonly ResultEvent[]) {
  return events.flatMap((event) => (event.type === 'case' ? [event.result] : []));
}
