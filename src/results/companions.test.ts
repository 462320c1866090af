import { describe, expect, it } from 'vitest';

import { files, withReports } from '../../tests/contracts/results-support.ts';
import { collectResults, type Collected } from './collect.ts';

const RESULTS = (failed: number): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<testng-results retried="1" ignored="0" total="2" passed="1" failed="${failed}" skipped="0"><suite name="s"/></testng-results>`;
const FAILED =
  '<?xml version="1.0"?>\n<!DOCTYPE suite SYSTEM "https://testng.org/testng-1.0.dtd">\n<suite name="Failed suite [s]" verbose="0"><test name="t(failed)"/></suite>';
const SUMMARY = (failures: number): string =>
  `<failsafe-summary result="255" timeout="false"><completed>1</completed><errors>0</errors><failures>${failures}</failures><skipped>0</skipped><failureMessage/></failsafe-summary>`;
const PASSED = '<testsuite name="s"><testcase name="a"/></testsuite>';
const BROKEN = '<testsuite name="s"><testcase name="a"><failure/></testcase></testsuite>';

describe('a file beside the reports that says again what they say', () => {
  it.each([
    ["TestNG's own results", RESULTS(0), 'r/TEST-a.xml', PASSED],
    ["TestNG's own results of a failure", RESULTS(12), 'r/TEST-a.xml', BROKEN],
    ["TestNG's own results beside its folder of JUnit XML", RESULTS(0), 'r/junitreports/TEST-a.xml', PASSED],
    ["TestNG's list of what failed", FAILED, 'r/TEST-a.xml', BROKEN],
    ["failsafe's summary", SUMMARY(0), 'r/TEST-a.xml', PASSED],
    ["failsafe's summary of a failure", SUMMARY(1), 'r/TEST-a.xml', BROKEN],
  ])('%s: a note', async (_, companion, path, report) => {
    const { gaps, notes, tests } = await read({ 'r/companion.xml': companion, [path]: report });
    expect(gaps).toEqual([]);
    expect(notes).toMatchObject([{ source: { file: 'r/companion.xml' } }]);
    expect(tests.counts.tests).toBe(1);
  });

  it.each<[string, string, Readonly<Record<string, string>>]>([
    ['alone', RESULTS(0), {}],
    ['beside reports of somebody else', RESULTS(0), { 'other/a.xml': PASSED }],
    ['that tells of a failure nobody else knows of', RESULTS(1), { 'r/a.xml': PASSED }],
    ['beside an empty report', RESULTS(0), { 'r/a.xml': '<testsuite name="s" tests="0"/>' }],
    ['that lists tests to run again, alone', FAILED, {}],
    ['of failsafe, alone', SUMMARY(0), {}],
    ['of failsafe, with a failure nobody else knows of', SUMMARY(1), { 'r/a.xml': PASSED }],
    ['of failsafe, beside reports of somebody else', SUMMARY(0), { 'other/a.xml': PASSED }],
    ['that only looks like one', '<suite name="s"><test/></suite>', { 'r/a.xml': PASSED }],
  ])('%s: a gap', async (_, companion, others) => {
    const { gaps } = await read({ 'r/companion.xml': companion, ...others });
    expect(gaps.map(({ source }) => source?.file)).toContain('r/companion.xml');
  });
});

function read(reports: Readonly<Record<string, string>>): Promise<Collected> {
  return withReports(reports, (root, paths) =>
    collectResults({ ports: { files }, root, redact: (text) => text, attempts: [{ attempt: 1, paths }] }),
  );
}
