import { describe, expect, it } from 'vitest';

import { inlineProject } from '../support/project.ts';
import { FAILED, junit, PASSED, unitProject } from '../support/reports.ts';

/** Verdict, exit code and codes of the findings of a project. */
async function gate(files: Record<string, string>) {
  await using project = await inlineProject(files);
  const { exitCode, stdout, report } = await project.gauntlet(['run']);
  const { verdict, findings } = await report();
  return { exitCode, stdout, verdict, codes: findings.filter(({ disposition }) => disposition === 'blocking').map(({ code }) => code) };
}

describe('what a run ends with', () => {
  it('passes when everything owed was looked at and is good', async () => {
    const { exitCode, verdict } = await gate(unitProject(junit(PASSED)));
    expect([exitCode, verdict]).toEqual([0, { verdict: 'pass' }]);
  });

  it('is blocked by a failing test, with its place and its message', async () => {
    const { exitCode, stdout, codes } = await gate(unitProject(junit(PASSED, FAILED), { exitCode: 1 }));
    expect([exitCode, codes]).toEqual([1, ['TST-01']]);
    expect(stdout).toContain('src/a.ts:7');
    expect(stdout).toContain('expected 1 to be 2');
  });

  it('is blocked when the exit code hides failures', async () => {
    const { exitCode, codes } = await gate(unitProject(junit(PASSED, FAILED), { exitCode: 0 }));
    expect([exitCode, codes]).toEqual([1, expect.arrayContaining(['GAT-02', 'TST-01'])]);
  });

  it('is blocked when the command fails although every test passed', async () => {
    const { exitCode, codes } = await gate(unitProject(junit(PASSED), { exitCode: 1 }));
    expect([exitCode, codes]).toEqual([1, ['GAT-02']]);
  });

  it('is unknown without the report that is owed', async () => {
    const { exitCode, stdout, codes } = await gate({ ...unitProject(''), 'unit.sh': 'exit 0\n' });
    expect([exitCode, codes]).toEqual([2, ['GAT-01']]);
    expect(stdout).toContain('reports/*.xml matched nothing');
  });

  it('is unknown when the report is older than the run', async () => {
    const stale = { ...unitProject(''), 'unit.sh': 'exit 0\n', '.gitignore': '.gauntlet/\n', 'reports/junit.xml': junit(PASSED) };
    const { exitCode, stdout } = await gate(stale);
    expect(exitCode).toBe(2);
    expect(stdout).toContain('written before this run');
  });

  it('is unknown when a stage has nothing to run', async () => {
    const { exitCode, codes } = await gate({ 'gauntlet.yml': 'version: 1\nstages:\n  - unit:\n' });
    expect([exitCode, codes]).toEqual([2, ['GAT-07']]);
  });

  it('keeps every attempt: what passes on a retry is flaky, shown, and not plain green', async () => {
    await using project = await inlineProject({
      ...unitProject(junit(PASSED, FAILED), { more: '      retries: 1\n' }),
      'unit.sh':
        'mkdir -p reports\nif [ "$GAUNTLET_ATTEMPT" = 1 ]; then cp report.xml reports/junit.xml; exit 1; fi\nsed "s#<failure.*</failure>##" report.xml > reports/junit.xml\n',
    });
    const { exitCode, report } = await project.gauntlet(['run']);
    const { flaky, findings, stages } = await report();
    expect(exitCode).toBe(0);
    expect(flaky).toEqual([{ stage: 'unit', test: expect.stringContaining('breaks'), attempts: ['failed', 'passed'] }]);
    expect(findings.map(({ code, disposition }) => [code, disposition])).toEqual([['TST-14', 'advisory']]);
    expect(stages[0]?.tests).toMatchObject({ tests: 2, runs: 4, passed: 2, flaky: 1 });
  });

  it('stops after a stage that fails fast, and says what was not looked at', async () => {
    const { exitCode, codes, stdout } = await gate({
      ...unitProject(junit(FAILED), { exitCode: 1, more: '      fail_fast: true\n  - integration:\n      run: "true"\n' }),
    });
    expect(exitCode).toBe(1);
    expect(codes).toContain('TST-01');
    expect(stdout).toContain('unit failed and fails fast');
  });
});

/** Six well-known actions turn green on one or the other of these: research/results-and-coverage.md. */
describe('the false-green shapes', () => {
  const cases: readonly (readonly [string, string, number, string])[] = [
    [
      'attributes that lie',
      '<testsuites tests="2" failures="0"><testsuite name="s" tests="2" failures="0" errors="0"><testcase name="a"/><testcase name="b"><failure message="no"/></testcase></testsuite></testsuites>',
      1,
      'TST-01',
    ],
    [
      'a failure in a nested suite',
      '<testsuites><testsuite name="s"><testsuite name="t"><testcase name="a"><failure message="no"/></testcase></testsuite></testsuite></testsuites>',
      1,
      'TST-01',
    ],
    [
      'an error of the suite itself',
      '<testsuites><testsuite name="s"><testcase name="a"/><error message="set-up failed"/></testsuite></testsuites>',
      1,
      'TST-01',
    ],
    ['zero tests', '<testsuites/>', 2, 'GAT-01'],
    ['a truncated report', '<testsuites><testsuite name="s"><testcase name="a"/><testcase name="b">', 2, 'GAT-04'],
    [
      'an entity bomb',
      '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><testsuites><testsuite name="&b;"><testcase name="a"/></testsuite></testsuites>',
      2,
      'GAT-04',
    ],
    [
      'the same name in two classes',
      '<testsuites><testsuite name="s"><testcase classname="A" name="x"><failure message="no"/></testcase><testcase classname="B" name="x"/></testsuite></testsuites>',
      1,
      'TST-01',
    ],
  ];

  it.each(cases)('%s', async (_, report, exitCode, code) => {
    const result = await gate(unitProject(report));
    expect(result.exitCode).toBe(exitCode);
    expect(result.codes).toContain(code);
  });

  it('a flakyFailure is neither a failure nor plain green', async () => {
    const flaky =
      '<testsuites><testsuite name="s" tests="1" failures="0"><testcase classname="A" name="x"><flakyFailure message="once"/></testcase></testsuite></testsuites>';
    await using project = await inlineProject(unitProject(flaky));
    const { exitCode, report } = await project.gauntlet(['run']);
    expect(exitCode).toBe(0);
    expect((await report()).findings.map(({ code }) => code)).toEqual(['TST-14']);
  });
});
