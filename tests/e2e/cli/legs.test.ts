import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { inlineProject, type Ended, type Project } from '../support/project.ts';
import { junit } from '../support/reports.ts';

// One stage in parts: each leg runs its part of the tests; `gauntlet judge` of all of them is the verdict.
const CONFIG = `version: 1
stages:
  - unit:
      run: sh unit.sh $GAUNTLET_LEG_INDEX $GAUNTLET_LEG_COUNT
      legs: 2
      results: reports/*.xml
      coverage: {min: 100%, files: lcov.info}
`;
/** Leg 1 runs the first half of the source, leg 2 the other. */
const UNIT = `mkdir -p reports
cp "part-$1-of-$2.xml" reports/unit.xml
if [ "$1" = 1 ]; then hits='DA:1,1\nDA:2,0'; else hits='DA:1,0\nDA:2,1'; fi
printf 'SF:src/a.js\n%b\nend_of_record\n' "$hits" > lcov.info
test -n "$FAILS" && exit 1
exit 0
`;
const test = (name: string, failure = '') => `<testcase classname="c" name="${name}" file="t.js" time="0.01">${failure}</testcase>`;
const FAILURE = '<failure message="expected 1"/>';

function project(part1 = junit(test('one'), test('both')), part2 = junit(test('two'), test('both'))): Promise<Project> {
  return inlineProject({
    'gauntlet.yml': CONFIG,
    'unit.sh': UNIT,
    'src/a.js': 'one();\ntwo();\n',
    'part-1-of-2.xml': part1,
    'part-2-of-2.xml': part2,
    '.gitignore': '.gauntlet/\nreports/\nlcov.info\nlegs/\n',
  });
}

async function leg(of: Project, name: string, { attempt = 1, env = {} }: { attempt?: number; env?: Record<string, string> } = {}) {
  const ci = { GITHUB_ACTIONS: 'true', GITHUB_RUN_ATTEMPT: String(attempt) };
  await of.gauntlet(['run', '--leg', name], { env: { ...ci, ...env } });
  const id = (await of.read('.gauntlet/latest')).trim();
  await mkdir(join(of.path, 'legs'), { recursive: true });
  await cp(join(of.path, '.gauntlet/runs', id), join(of.path, 'legs', `${name}-${attempt}`), { recursive: true });
  await rm(join(of.path, '.gauntlet'), { recursive: true });
}

async function judge(of: Project): Promise<Ended> {
  const legs = (await readdir(join(of.path, 'legs'))).map((name) => `legs/${name}`);
  return of.gauntlet(['judge', ...legs], { env: { GITHUB_ACTIONS: 'true' } });
}

describe('a stage that is run in parts', () => {
  it('passes when every leg arrived: tests side by side, coverage of all together, one test in two legs no retry', async () => {
    await using of = await project();
    await leg(of, '1');
    await leg(of, '2');
    const ended = await judge(of);
    expect(ended).toMatchObject({ exitCode: 0 });
    const [unit] = (await ended.report()).stages;
    expect(unit).toMatchObject({ outcome: 'pass', tests: { tests: 4, flaky: 0 }, coverage: { lines: { covered: 2, total: 2 } } });
  });

  it('is unknown when a leg never arrived, and says which', async () => {
    await using of = await project();
    await leg(of, '1');
    await leg(of, '1', { attempt: 2 });
    const ended = await judge(of);
    expect(ended.exitCode).toBe(2);
    const { findings } = await ended.report();
    expect(findings.map(({ code, title }) => [code, title])).toContainEqual(['GAT-01', 'leg 2 of unit never arrived']);
  });

  it('fails when the same test passes in one leg and fails in another: that is no retry', async () => {
    await using of = await project(undefined, junit(test('two'), test('both', FAILURE)));
    await leg(of, '1');
    await leg(of, '2', { env: { FAILS: '1' } });
    const ended = await judge(of);
    expect(ended.exitCode).toBe(1);
    const report = await ended.report();
    expect(report.findings.filter(({ code }) => code === 'TST-01')).toHaveLength(1);
    expect(report.flaky).toEqual([]);
  });

  it('goes by the newest attempt, and keeps what failed before in sight', async () => {
    await using of = await project(junit(test('one', FAILURE), test('both')));
    await leg(of, '1', { env: { FAILS: '1' } });
    await leg(of, '2');
    await of.write({ 'part-1-of-2.xml': junit(test('one'), test('both')) });
    await leg(of, '1', { attempt: 2 });
    const ended = await judge(of);
    expect(ended.exitCode).toBe(0);
    const report = await ended.report();
    expect(report.flaky).toMatchObject([{ stage: 'unit', test: expect.stringContaining('one'), attempts: ['failed', 'passed'] }]);
    expect(report.run.legs?.map(({ name, attempt, superseded }) => [name, attempt, superseded])).toEqual([
      ['1', 1, true],
      ['1', 2, false],
      ['2', 1, false],
    ]);
  });

  it('refuses a leg that the stage does not have, and two runs of one leg and attempt', async () => {
    await using of = await project();
    await leg(of, '1');
    await leg(of, 'other');
    expect((await judge(of)).stderr).toContain('is no leg of unit');
    await rm(join(of.path, 'legs', 'other-1'), { recursive: true });
    await cp(join(of.path, 'legs', '1-1'), join(of.path, 'legs', 'again'), { recursive: true });
    expect((await judge(of)).stderr).toContain('the stage unit belongs to');
  });
});
