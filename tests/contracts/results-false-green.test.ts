import { describe, expect, it } from 'vitest';

import { collectResults, type Collected } from '../../src/results/collect.ts';
import { files, withReports } from './results-support.ts';

// The shapes that made well-known actions green when they had to be red (research/results-and-coverage.md), one test each.
describe('eight shapes of a false green', () => {
  it('attributes that lie: a failing case in a suite that says failures="0"', async () => {
    const { tests } = await read(
      '<testsuite name="a" tests="2" failures="0" errors="0"><testcase name="ok"/><testcase name="no"><failure message="boom"/></testcase></testsuite>',
    );
    expect(tests.counts).toEqual({ tests: 2, runs: 2, passed: 1, failed: 1, errors: 0, skipped: 0, flaky: 0 });
    expect(tests.files[0]?.disagreements).toEqual([{ scope: 'suite "a"', what: 'failed', declared: 0, counted: 1 }]);
  });

  it('nested suites: a failure two suites down', async () => {
    const { tests } = await read(
      '<testsuites tests="2" failures="0"><testsuite name="a" tests="2" failures="0"><testsuite name="b" tests="2" failures="1"><testcase name="no"><failure/></testcase><testcase name="ok"/></testsuite></testsuite></testsuites>',
    );
    expect(tests.counts).toEqual({ tests: 2, runs: 2, passed: 1, failed: 1, errors: 0, skipped: 0, flaky: 0 });
    expect(tests.failed[0]).toMatchObject({ suite: 'a › b', name: 'no' });
    expect(tests.files[0]?.disagreements.map(({ scope }) => scope)).toEqual(['suite "a"', 'testsuites']);
  });

  it('an error of the suite itself, beside passing cases', async () => {
    const { tests } = await read(
      '<testsuite name="db" tests="1" errors="1"><error message="cannot connect" type="IOError">at setUp</error><testcase name="ok"/></testsuite>',
    );
    expect(tests.counts).toEqual({ tests: 2, runs: 2, passed: 1, failed: 0, errors: 1, skipped: 0, flaky: 0 });
    expect(tests.failed[0]).toMatchObject({ suite: 'db', name: 'db', status: 'error', message: 'cannot connect', detail: 'at setUp' });
    expect(tests.files[0]?.disagreements).toEqual([]);
  });

  it('a suite that crashed and only left its stderr', async () => {
    const { tests, gaps } = await read('<testsuite name="db" tests="0"><system-err>starting\npanic: nil map\n</system-err></testsuite>');
    expect(tests.counts).toMatchObject({ tests: 1, errors: 1 });
    expect(gaps).toEqual([]);
  });

  it('zero tests', async () => {
    const { tests, gaps } = await read('<?xml version="1.0"?><testsuites tests="0" failures="0"></testsuites>');
    expect(tests.counts.tests).toBe(0);
    expect(gaps).toMatchObject([{ reason: 'zero-tests', message: 'report.xml: the report holds no test' }]);
  });

  it('truncated: what was read counts, and the gap says where it ends', async () => {
    const { tests, gaps } = await read(
      '<testsuite name="a" tests="3">\n<testcase name="one"/>\n<testcase name="two"><failure message="boom"/></testcase>\n<testcase name="thr',
    );
    expect(tests.counts).toMatchObject({ tests: 2, passed: 1, failed: 1 });
    expect(gaps).toMatchObject([
      { reason: 'truncated', message: 'report.xml: 4:20: the document ends in the middle (unclosed tag: testsuite)' },
    ]);
  });

  it('an entity bomb', async () => {
    const { tests, gaps } = await read(
      `<!DOCTYPE t [<!ENTITY a "${'ha'.repeat(50)}"><!ENTITY b "&a;&a;">]><testsuite name="&b;"><testcase name="ok"/></testsuite>`,
    );
    expect(tests.counts.tests).toBe(0);
    expect(gaps).toMatchObject([{ reason: 'hostile' }]);
  });

  it('the same name in two classes is two tests', async () => {
    const { tests } = await read(
      '<testsuite name="a"><testcase classname="A" name="works"/><testcase classname="B" name="works"><failure/></testcase><testcase classname="A" name="works" file="other.py"/></testsuite>',
    );
    expect(tests.counts).toEqual({ tests: 3, runs: 3, passed: 2, failed: 1, errors: 0, skipped: 0, flaky: 0 });
  });

  it('flakyFailure: passed in the end, flaky, two runs, and no contradiction in a suite that counts it as a failure', async () => {
    const { tests } = await read(
      '<testsuite name="a" tests="2" failures="1"><testcase classname="A" name="flaky"><flakyFailure message="first" type="E"><stackTrace>at A</stackTrace></flakyFailure></testcase><testcase classname="A" name="ok"/></testsuite>',
    );
    expect(tests.counts).toEqual({ tests: 2, runs: 3, passed: 2, failed: 0, errors: 0, skipped: 0, flaky: 1 });
    expect(tests.flaky).toMatchObject([{ name: 'flaky', status: 'passed', attempts: ['failed', 'passed'], message: 'first' }]);
    expect(tests.files[0]?.disagreements).toEqual([]);
  });
});

function read(xml: string): Promise<Collected> {
  return withReports({ 'report.xml': xml }, (root, paths) =>
    collectResults({ ports: { files }, root, redact: (text) => text, attempts: [{ attempt: 1, paths }] }),
  );
}
