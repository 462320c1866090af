import { describe, expect, it } from 'vitest';

import { files, withReports } from '../../../tests/contracts/results-support.ts';
import { collectResults, type Collected } from '../collect.ts';

describe('two tests of one title', () => {
  const two = (suite: string): string =>
    `${suite}<testcase classname="a" name="a"><failure/></testcase><testcase classname="a" name="a"/></testsuite>`;

  it.each([
    ['jest-junit', '<testsuite name="a" errors="0" failures="1" skipped="0" timestamp="t" time="0" tests="2">'],
    ['mocha', '<testsuite name="Mocha Tests" tests="2" failures="1" errors="0" skipped="0">'],
    ['rspec', '<testsuite name="rspec" tests="2" failures="1">'],
    ['nobody known', '<testsuite name="a" tests="2" failures="1">'],
    ['Gradle', '<testsuite name="a" tests="2" skipped="0" failures="1" errors="0" timestamp="t" hostname="h" time="0">'],
    ['pytest', '<testsuite name="pytest" tests="2" failures="1">'],
    ['nose2', '<testsuite name="nose2-junit" tests="2" failures="1">'],
    ['Catch2', '<testsuite name="a" hostname="tbd" tests="2" failures="1" errors="0">'],
    ['surefire', '<testsuite name="a" xsi:noNamespaceSchemaLocation="surefire-test-report.xsd" xmlns:xsi="x" tests="2" failures="1">'],
  ])('are two tests of %s: the failing one fails', async (_, suite) => {
    const { tests } = await read({ a: two(suite) });
    expect(tests.counts).toMatchObject({ tests: 2, passed: 1, failed: 1, flaky: 0 });
    expect(tests.files[0]?.disagreements).toEqual([]);
  });

  it('are two attempts where gotestsum wrote them: it writes re-runs so, and no two tests of go have one name', async () => {
    const suite = '<testsuite tests="2" failures="1" time="0" name="a" timestamp="t">';
    const { tests } = await read({ a: two(suite).replaceAll('name="a"', 'name="TestA"') });
    expect(tests.counts).toMatchObject({ tests: 1, runs: 2, passed: 1, failed: 0, flaky: 1 });
    const other = await read({ a: two(suite) });
    expect(other.tests.counts).toMatchObject({ tests: 2, passed: 1, failed: 1, flaky: 0 });
  });

  it.each([
    ['pytest', '<testsuite name="pytest">'],
    ['nose2', '<testsuite name="nose2-junit">'],
  ])('are one of %s that fails, and fails again when it is torn down', async (_, suite) => {
    const test = (outcome: string): string => `<testcase classname="a" name="a">${outcome}</testcase>`;
    const { tests } = await read({ a: `${suite}${test('<failure/>')}${test('<error/>')}</testsuite>` });
    expect(tests.counts).toMatchObject({ tests: 1, runs: 2, errors: 1 });
  });

  it('of which neither has a name: each counts', async () => {
    const { tests } = await read({ a: '<testsuite tests="2"><testcase><failure/></testcase><testcase/></testsuite>' });
    expect(tests.counts).toMatchObject({ tests: 2, passed: 1, failed: 1, flaky: 0 });
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

  it('tells a test of an outer class in the report of a nested one, and its re-run in one of its own: one test that failed', async () => {
    const failed = suite('1', '<testcase classname="a$Outer" name="x"><failure/></testcase>').replace('name="a"', 'name="a$Outer$Inner"');
    const again = suite('1', '<testcase classname="a$Outer" name="x"/>').replace('name="a"', 'name="a$Outer"');
    for (const reports of [
      { a: failed, b: again },
      { a: again, b: failed },
    ]) {
      const { tests } = await read(reports);
      expect(tests.counts).toMatchObject({ tests: 1, runs: 2, failed: 1, flaky: 0 });
    }
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
  ['Boost', '<testsuite tests="0" skipped="0" errors="0" failures="0" id="0" name="a" time="0"><testcase name="a"/></testsuite>', 'tests'],
  [
    'googletest',
    '<testsuites name="AllTests"><testsuite name="a" tests="1" failures="0"><testcase name="b"><failure/></testcase></testsuite></testsuites>',
    'failed',
  ],
  [
    'common_test',
    '<testsuite hostname="h" name="a" time="0" timestamp="t" errors="0" failures="0" skipped="0" tests="1"><testcase name="init_per_suite"/></testsuite>',
    'tests',
  ],
  [
    'surefire of JUnit 4',
    '<testsuite name="a" xsi:noNamespaceSchemaLocation="surefire-test-report.xsd" xmlns:xsi="x" tests="2" failures="3"><testcase name="a"><failure/><rerunFailure/></testcase></testsuite>',
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
