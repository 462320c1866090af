import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { SaxesParser } from 'saxes';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { judge } from '../../src/judge/judge.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { ReportV1 } from '../../src/model/report-v1.ts';
import { makeReport } from '../../src/report/report.ts';
import { sinks } from '../../src/sinks/registry.ts';
import { CaseFile, fillCase } from '../cases/fill.ts';
import { CtrfReport } from '../support/ctrf.ts';
import { SarifLog } from '../support/sarif.ts';

const CASES = resolve(import.meta.dirname, '../cases');

function render(name: string, report: ReportV1): unknown {
  return JSON.parse(sinks.find((sink) => sink.name === name)?.render(report) ?? '') as unknown;
}

const sarif = (report: ReportV1) => SarifLog.parse(render('sarif', report)).runs[0];
const github = (report: ReportV1) => SarifLog.parse(render('sarif-github', report)).runs[0];
const ctrf = (report: ReportV1) => CtrfReport.parse(render('ctrf', report)).results;

function caseReport(path: string): ReportV1 {
  const filled = fillCase(CaseFile.parse(JSON.parse(readFileSync(join(CASES, path), 'utf8'))));
  return makeReport({ ...filled, judged: judge(filled), command: 'bin/gauntlet' });
}

describe('every case of the judge', () => {
  const paths = globSync('*/*/case.json', { cwd: CASES }).sort();

  test('is a valid log, with every finding once', () => {
    expect(paths.length).toBeGreaterThan(20);
    for (const path of paths) {
      const report = caseReport(path);
      const { results, invocations } = sarif(report);
      expect(results.map(({ ruleId }) => ruleId).toSorted(), path).toEqual(report.findings.map(({ code }) => code).toSorted());
      expect(invocations[0]?.exitCode === 0, path).toBe(path.startsWith('pass/'));
      github(report);
    }
  });

  test('is a valid CTRF report that fails exactly where the gate does not pass', () => {
    for (const path of paths) {
      const { summary } = ctrf(caseReport(path));
      expect(summary.failed === 0, path).toBe(path.startsWith('pass/'));
    }
  });
});

const BASE: ReportV1 = { ...caseReport('blocked/failing-test/case.json'), baseline: { state: 'none', because: 'the first run' } };

function withFindings(...findings: readonly Partial<Finding>[]): ReportV1 {
  const [first] = BASE.findings;
  if (!first) throw new Error('the case has a finding');
  return { ...BASE, findings: findings.map((finding, index) => ({ ...first, fingerprint: `r1:${index}`, ...finding })) };
}

describe('SARIF', () => {
  const at = [{ path: 'src/a b/ü.ts', line: 7, endLine: 9, column: 3 }, { path: 'src/other.ts' }];

  test('a verdict is a kind, and only a failure has a level', () => {
    const { results } = sarif(
      withFindings(
        { priority: 'P2' },
        { result: { verdict: 'refuted' } },
        { result: { verdict: 'inconclusive', because: 'flaky' } },
        { result: { verdict: 'not_tested', because: 'no report', reason: 'gap' } },
        { result: { verdict: 'not_applicable', because: 'no redis' } },
      ),
    );
    expect(results.map(({ kind, level }) => `${kind} ${level}`)).toEqual([
      'fail warning',
      'pass none',
      'review none',
      'open none',
      'notApplicable none',
    ]);
    expect(results[3]?.message.text).toContain('Not known, because: no report');
  });

  test('a waiver is an accepted suppression, and GitHub, which reads none, gets no result', () => {
    const report = withFindings({ disposition: 'waived', waiver: 'W-1', locations: at }, { locations: at });
    expect(sarif(report).results.map(({ suppressions }) => suppressions?.[0]?.status)).toEqual(['accepted', undefined]);
    expect(github(report).results.length).toBe(1);
  });

  test('places are URIs below the root of the repository; GitHub gets one, and nothing without a place', () => {
    const report = withFindings({ locations: at }, { locations: [] }, { locations: [{ path: '../../etc/passwd' }] });
    expect(sarif(report).results[0]?.locations.map(({ physicalLocation }) => physicalLocation)).toEqual([
      { artifactLocation: { uri: 'src/a%20b/%C3%BC.ts', uriBaseId: '%SRCROOT%' }, region: { startLine: 7, endLine: 9, startColumn: 3 } },
      { artifactLocation: { uri: 'src/other.ts', uriBaseId: '%SRCROOT%' } },
    ]);
    expect(github(report).results.map(({ locations }) => locations.length)).toEqual([1, 0]);
  });

  test('a moved line is the same alert', () => {
    const before = github(withFindings({ locations: at })).results[0];
    const after = github(withFindings({ locations: [{ path: 'src/renamed.ts', line: 900 }] })).results[0];
    expect(after?.partialFingerprints).toEqual(before?.partialFingerprints);
    expect(before?.partialFingerprints['primaryLocationLineHash']).toBe('0:1');
  });

  test('novelty is told only where there is a base to compare with', () => {
    const findings = withFindings({ novelty: 'new' }, { novelty: 'existing' });
    expect(sarif(findings).results.map(({ baselineState }) => baselineState)).toEqual([undefined, undefined]);
    const compared: ReportV1 = { ...findings, baseline: { state: 'compared', sha: 'abc', at: '2026-01-01T00:00:00Z' } };
    expect(sarif(compared).results.map(({ baselineState }) => baselineState)).toEqual(['new', 'unchanged']);
  });

  test('code scanning gets at most the 5,000 results that it shows, and the log says how many more there are', () => {
    const many = withFindings(...Array.from({ length: 5_010 }, () => ({ locations: at })));
    const { results, properties } = github(many);
    expect({ results: results.length, left: properties['notInThisFile'] }).toEqual({ results: 5_000, left: 10 });
  });

  test('what concerns security is sorted by GitHub’s own scale', () => {
    const { tool } = github(withFindings({ code: 'SEC-05', priority: 'P0', locations: at }, { locations: at }));
    const rules = Object.fromEntries(tool.driver.rules.map(({ id, properties }) => [id, properties]));
    expect(rules['SEC-05']).toMatchObject({ tags: ['gauntlet', 'SEC', 'security'], 'security-severity': '9.5' });
    expect(rules['TST-01']).toMatchObject({ 'problem.severity': 'error' });
  });
});

test('CTRF: a finding keeps its identity, and one that does not block is neither passed nor failed', () => {
  const { tests } = ctrf(withFindings({ disposition: 'advisory' }, { disposition: 'waived' }, { disposition: 'blocking' }));
  const own = tests.filter(({ suite }) => suite[0] === 'findings');
  expect(own.map(({ status, rawStatus }) => `${status} ${rawStatus}`)).toEqual(['other confirmed', 'other waived', 'failed confirmed']);
  expect(ctrf(withFindings({})).tests.at(-1)?.id).toBe(own[0]?.id);
});

describe('what other forges read', () => {
  const Issue = z.strictObject({
    description: z.string().min(1),
    check_name: z.string(),
    fingerprint: z.string().min(1),
    severity: z.enum(['info', 'minor', 'major', 'critical', 'blocker']),
    location: z.strictObject({ path: z.string().min(1), lines: z.strictObject({ begin: z.int().min(1) }) }),
  });
  const codequality = (report: ReportV1) => z.array(Issue).parse(render('codequality', report));

  test('Code Quality: what blocks is a blocker, what is waived is not there, what has no place stands at the configuration', () => {
    const issues = codequality(
      withFindings(
        { locations: [{ path: 'src/a.ts', line: 7 }] },
        { disposition: 'advisory', priority: 'P2', locations: [] },
        { disposition: 'waived' },
      ),
    );
    expect(issues.map(({ severity, location }) => `${severity} ${location.path}:${String(location.lines.begin)}`)).toEqual([
      'blocker src/a.ts:7',
      `major ${BASE.run.configPath}:1`,
    ]);
  });

  test('JUnit: well-formed whatever stands in it, with a failure exactly where the gate does not pass', () => {
    for (const path of ['pass/all-green/case.json', 'blocked/failing-test/case.json']) {
      const xml = sinks.find(({ name }) => name === 'junit')?.render(caseReport(path)) ?? '';
      const [, tests = '0', failures = '0'] = /<testsuite name="verdict" tests="(\d+)" failures="(\d+)"/.exec(xml) ?? [];
      expect({ tests, failed: failures !== '0' }).toEqual({ tests: '1', failed: !path.startsWith('pass/') });
      const saxes = new SaxesParser();
      const open: string[] = [];
      saxes.on('error', (error) => open.push(error.message));
      saxes.write(xml).close();
      expect(open).toEqual([]);
    }
    const hostile = withFindings({ title: 'a "quoted" <tag> & \u0000\u001B[31m ]]>', summary: 'one\ntwo \uFFFE' });
    const errors: string[] = [];
    const saxes = new SaxesParser();
    saxes.on('error', (error) => errors.push(error.message));
    saxes.write(sinks.find(({ name }) => name === 'junit')?.render(hostile) ?? '').close();
    expect(errors).toEqual([]);
  });
});
