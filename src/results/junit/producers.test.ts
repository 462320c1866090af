import { dirname, join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { files, withReports } from '../../../tests/contracts/results-support.ts';
import { collectResults, inspectResults, type Collected } from '../collect.ts';

type Numbers = readonly [tests: number, runs: number, passed: number, failed: number, errors: number, skipped: number, flaky: number];

/** Real reports of small suites of our own, without output, machine names and paths; beside each what its runner said. */
const REPORTS: readonly (readonly [file: string, producer: string, said: string, numbers: Numbers])[] = [
  // A failure in the test and one in its teardown are one test here and two to pytest; `xfail` is skipped.
  ['pytest-rerunfailures.xml', 'pytest 9.2.0, pytest-rerunfailures 16.7', '5 failed, 4 errors, 19 rerun', [17, 35, 7, 4, 4, 2, 1]],
  ['pytest-subtests.xml', 'pytest 9.2.0 on unittest', '7 failed (2 of them subtests), 3 errors', [11, 12, 1, 5, 3, 2, 0]],
  ['unittest-xml-reporting.xml', 'unittest-xml-reporting 4.0.0', 'failures=4, errors=5, skipped=1, xfail=1', [13, 14, 2, 3, 6, 2, 0]],
  ['catch2.xml', 'Catch2 2.13.10', '5 failed, 2 failed as expected; 18 assertions', [13, 13, 6, 4, 1, 2, 0]],
  ['googletest.xml', 'googletest 1.12.1', '4 failed, 3 skipped, 1 disabled', [14, 14, 6, 4, 0, 4, 0]],
  ['ctest.xml', 'CTest 3.25.1', '12 failed (2 of them "Not Run"), 4 skipped, 2 disabled', [25, 25, 7, 10, 2, 6, 0]],
  ['gotestsum.xml', 'gotestsum 1.13.0', '22 tests, 2 skipped, 8 failures, 1 error', [24, 24, 14, 6, 2, 2, 0]],
  ['gotestsum-rerun.xml', 'gotestsum 1.13.0 --rerun-fails=2', '3 runs, 30 tests, 16 failures', [19, 30, 12, 5, 0, 2, 1]],
  ['go-junit-report.xml', 'go-junit-report 2.1.0', '', [24, 24, 14, 6, 2, 2, 0]],
  [
    'playwright.xml',
    'playwright, two projects, retries',
    '16 failed, 2 flaky (not in this file), 8 skipped, 8 passed',
    [34, 34, 10, 6, 10, 8, 0],
  ],
  ['playwright-retries.xml', 'playwright, includeRetries', '18 failed, 2 flaky, 8 skipped, 6 passed', [34, 52, 8, 6, 12, 8, 2]],
  // A `todo` test cannot be told from a passed one; two suites that did not load and an afterAll are errors.
  [
    'jest-junit.xml',
    'jest-junit, reportTestSuiteErrors',
    '9 failed, 1 skipped, 1 todo, 8 passed; 3 suites failed',
    [22, 24, 9, 9, 3, 1, 0],
  ],
  ['mocha-junit.xml', 'mocha 11.8.0, mocha-junit-reporter', '7 passing, 2 pending, 7 failing (4 hooks)', [16, 16, 7, 3, 4, 2, 0]],
  ['mocha-xunit.xml', 'mocha, its own xunit reporter', '7 passing, 2 pending, 7 failing (4 hooks)', [16, 16, 7, 3, 4, 2, 0]],
  ['rspec.xml', 'rspec 3.12, rspec_junit_formatter', '14 examples, 8 failures, 3 pending', [14, 14, 3, 8, 0, 3, 0]],
  ['phpunit.xml', 'PHPUnit 9.6.7', '4 errors, 3 failures, 2 skipped, 1 incomplete, 1 risky', [14, 14, 3, 3, 5, 3, 0]],
  ['surefire-rerun.xml', 'surefire 3.5.2, rerunFailingTestsCount=2', '', [17, 32, 9, 5, 1, 2, 2]],
  ['nextest.xml', 'cargo-nextest, retries = 1', '4 passed (1 flaky), 2 failed, 1 timed out', [7, 11, 4, 3, 0, 0, 1]],
];

it.each(REPORTS)('%s of %s (%s)', async (file, _producer, _said, [tests, runs, passed, failed, errors, skipped, flaky]) => {
  const path = join(import.meta.dirname, 'fixtures', file);
  const { disagreements, gap, ...counts } = (await inspectResults(files, dirname(path), path)) ?? {};
  expect(counts).toMatchObject({ tests, runs, passed, failed, errors, skipped, flaky });
  expect([disagreements, gap]).toEqual([[], undefined]);
});

describe('two tests of one title', () => {
  const two = (suite: string): string =>
    `${suite}<testcase classname="a" name="a"><failure/></testcase><testcase classname="a" name="a"/></testsuite>`;

  it.each([
    ['jest-junit', '<testsuite name="a" errors="0" failures="1" skipped="0" timestamp="t" time="0" tests="2">'],
    ['mocha', '<testsuite name="Mocha Tests" tests="2" failures="1" errors="0" skipped="0">'],
    ['rspec', '<testsuite name="rspec" tests="2" failures="1">'],
  ])('are two tests of %s: the failing one fails', async (_, suite) => {
    const { tests } = await read({ a: two(suite) });
    expect(tests.counts).toMatchObject({ tests: 2, passed: 1, failed: 1, flaky: 0 });
    expect(tests.files[0]?.disagreements).toEqual([]);
  });

  it('are two attempts where the producer writes retries so', async () => {
    const { tests } = await read({ a: two('<testsuite name="a" tests="2" failures="1">') });
    expect(tests.counts).toMatchObject({ tests: 1, runs: 2, passed: 1, failed: 0, flaky: 1 });
  });

  it('of the thousands: each counts', async () => {
    const cases = '<testcase classname="a" name="a"/>'.repeat(200) + '<testcase classname="a" name="a"><failure/></testcase>';
    const { tests } = await read({ a: `<testsuite name="rspec" tests="201" failures="1">${cases}<testcase name="z"/></testsuite>` });
    expect(tests.counts).toMatchObject({ tests: 202, passed: 201, failed: 1 });
  });
});

describe("surefire's report of a class whose tests stand in nested classes", () => {
  const suite = (tests: string, inner: string): string =>
    `<testsuite xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="https://maven.apache.org/surefire/maven-surefire-plugin/xsd/surefire-test-report.xsd" name="a" tests="${tests}" errors="0" skipped="0" failures="0">${inner}</testsuite>`;

  it('is no gap beside one that holds tests', async () => {
    const { gaps, notes } = await read({ a: suite('0', ''), b: suite('1', '<testcase classname="a" name="x"/>') });
    expect(gaps).toEqual([]);
    expect(notes).toMatchObject([{ message: 'a: the report holds no test' }]);
  });

  it.each([
    ['alone', suite('0', '')],
    ['and states one', suite('1', '')],
  ])('is one %s', async (_, xml) => {
    const { gaps } = await read({ a: xml });
    expect(gaps).toMatchObject([{ reason: 'zero-tests' }]);
  });
});

it.each([
  [
    'pytest',
    '<testsuite name="pytest" tests="1" failures="0"><testcase classname="a" name="a"><failure/></testcase></testsuite>',
    'failed',
  ],
  [
    'pytest, fewer than its cases',
    '<testsuites name="pytest tests"><testsuite name="pytest" tests="1"><testcase classname="a" name="a"/><testcase classname="a" name="b"/></testsuite></testsuites>',
    'tests',
  ],
  [
    'Catch2',
    '<testsuite name="a" hostname="tbd" tests="9" failures="0" errors="0"><testcase name="a"><failure/></testcase></testsuite>',
    'failed',
  ],
  [
    'mocha',
    '<testsuites name="Mocha Tests"><testsuite name="a" tests="1" failures="3"><testcase name="a"/></testsuite></testsuites>',
    'failed',
  ],
  [
    'surefire',
    '<testsuite name="a" xsi:noNamespaceSchemaLocation="surefire-test-report.xsd" xmlns:xsi="x" tests="3" failures="0"><testcase name="a"/></testsuite>',
    'tests',
  ],
])('a lie stays one in the dialect of %s', async (_, xml, what) => {
  const { tests } = await read({ a: xml });
  expect(tests.files[0]?.disagreements.map((item) => item.what)).toContain(what);
});

function read(reports: Readonly<Record<string, string>>): Promise<Collected> {
  return withReports(reports, (root, paths) =>
    collectResults({ ports: { files }, root, redact: (text) => text, attempts: [{ attempt: 1, paths }] }),
  );
}
