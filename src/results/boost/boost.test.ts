import { expect, it } from 'vitest';

import { pieces } from '../../../tests/contracts/results-support.ts';
import type { CaseResult } from '../../model/tests.ts';
import type { ResultEvent } from '../contract.ts';
import { boost } from './index.ts';

const log = (inside: string): string => `<TestLog><TestSuite name="shop">${inside}</TestSuite></TestLog>`;
const fault = (name: string, line: number): string => `<${name} file="a.cpp" line="${line}"><![CDATA[no]]></${name}>`;

it.each([
  ['', { status: 'passed' }],
  ['<Warning file="a.cpp" line="4"><![CDATA[hm]]></Warning>', { status: 'passed' }],
  [fault('Error', 4), { status: 'failed', message: 'no', location: { path: 'a.cpp', line: 4 } }],
  [fault('FatalError', 4), { status: 'failed' }],
  [fault('Exception', 0), { status: 'error', location: { path: 'a.cpp', line: 3 } }],
  [fault('Exception', 0) + fault('Error', 9), { status: 'failed' }],
])('a test of the log with %j', async (inside, expected) => {
  const [result] = await read(log(`<TestCase name="a" file="a.cpp" line="3">${inside}<TestingTime>1500</TestingTime></TestCase>`));
  expect(result).toMatchObject({ suite: 'shop', name: 'a', durationMs: 1.5, ...expected });
});

it('a suite that broke beside its tests is an error, one that was switched off is skipped', async () => {
  expect(
    await read(log(`<TestCase name="a"/>${fault('Exception', 0)}<TestSuite name="off" skipped="yes" reason="disabled"/>`)),
  ).toMatchObject([
    { name: 'a', status: 'passed' },
    { name: 'shop', status: 'error', message: 'no' },
    { name: 'off', status: 'skipped', message: 'disabled' },
  ]);
});

it('a log that names no tests says so as an error', async () => {
  expect(await read(`<TestLog>${fault('Error', 4)}</TestLog>`)).toMatchObject([{ name: 'the test run', status: 'error' }]);
});

it.each([
  ['passed', 'passed'],
  ['failed', 'failed'],
  ['skipped', 'skipped'],
  ['aborted', 'error'],
  ['timed-out', 'error'],
  ['', 'error'],
])('a test of the report that is "%s"', async (result, status) => {
  expect(
    await read(`<TestResult><TestSuite name="s" result="${result}"><TestCase name="a" result="${result}"/></TestSuite></TestResult>`),
  ).toMatchObject([{ suite: 's', name: 'a', status }]);
});

it('a report whose run failed while none of its tests did holds an error', async () => {
  const text =
    '<TestResult><TestSuite name="s" result="failed" test_cases_failed="0"><TestCase name="a" result="passed"/></TestSuite></TestResult>';
  expect(await read(text)).toMatchObject([{ status: 'passed' }, { name: 's', status: 'error' }]);
});

async function read(text: string): Promise<CaseResult[]> {
  expect(boost.sniff({ path: 'x', text })).toBe(true);
  const events: ResultEvent[] = [];
  await boost.parse(pieces(text, 20), (event) => events.push(event));
  return events.flatMap((event) => (event.type === 'case' ? [event.result] : []));
}
