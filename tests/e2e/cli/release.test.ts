import { execFileSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { inlineProject, type Ended, type Project } from '../support/project.ts';

const JUNIT =
  '<testsuites><testsuite name="s"><testcase classname="s" name="a"/><testcase classname="s" name="b"/></testsuite></testsuites>';
const CONFIG = `version: 1
stages:
  - unit:
      run: sh test.sh
      results: reports/unit.xml
  - integration:
      run: sh test.sh
      results: reports/unit.xml
  - smoke:
      run: "true"
`;
const FILES = { 'gauntlet.yml': CONFIG, 'test.sh': `mkdir -p reports && printf '%s' '${JUNIT}' > reports/unit.xml\n` };
const BEFORE_SMOKE = ['run', '--budget', 'release', '--stage', 'unit,integration'];

function git(project: Project, ...args: readonly string[]): string {
  return execFileSync('git', ['-C', project.path, '-c', 'user.name=t', '-c', 'user.email=t@example.invalid', ...args], {
    encoding: 'utf8',
  }).trim();
}

async function latest(project: Project): Promise<string> {
  return join(project.path, '.gauntlet/runs', (await project.read('.gauntlet/latest')).trim());
}

async function edit(path: string, change: (text: string) => string): Promise<void> {
  const before = await readFile(path, 'utf8');
  const after = change(before);
  expect(after).not.toBe(before);
  await writeFile(path, after);
}

/** Exit code, and why not. */
function told({ exitCode, stdout }: Ended): { exitCode: number | null; refused: string[] } {
  return { exitCode, refused: [...stdout.matchAll(/✗ (.*)/g)].map(([, what = '']) => what) };
}

describe('release', () => {
  let project: Project;
  let directory: string;
  beforeAll(async () => {
    project = await inlineProject(FILES);
    const { exitCode, stdout } = await project.gauntlet(BEFORE_SMOKE);
    if (exitCode !== 0) throw new Error(stdout);
    directory = await latest(project);
  });
  afterAll(() => project[Symbol.asyncDispose]());

  it('clears the commit whose run passed, with the release budget and everything that comes before a deployment', async () => {
    const ended = await project.gauntlet(['release', '-o', join(project.path, '.gauntlet/predicate.json')]);
    expect(told(ended)).toEqual({ exitCode: 0, refused: [] });
    expect(JSON.parse(await project.read('.gauntlet/predicate.json'))).toMatchObject({
      result: 'PASSED',
      passedTests: ['unit', 'integration'],
    });
  });

  it('answers the lists of what is to be true before and after by evidence alone', async () => {
    const before = await project.gauntlet(['release', '--checklist', 'before']);
    expect(before.exitCode).toBe(2);
    expect(before.stdout).toMatch(/^Before the deployment\n {2}✓ All unit tests pass: TST-01 looked at, nothing found\n/);
    expect(before.stdout).toContain('? The rollback is validated: nothing in this run answers REL-01');
    const after = await project.gauntlet(['release', '--checklist', 'after']);
    expect(after.stdout).toContain('? Smoke tests pass: ');
    await project.gauntlet(['run', '--budget', 'release', '--stage', 'smoke']);
    expect((await project.gauntlet(['release', '--checklist', 'after'])).stdout).toContain('✓ Smoke tests pass: REL-02 looked at');
    await project.gauntlet(BEFORE_SMOKE);
    directory = await latest(project);
  });

  it('refuses a stale verdict and a stage that was not run', async () => {
    expect(told(await project.gauntlet(['release', '--max-age', '0s']))).toEqual({
      exitCode: 1,
      refused: [expect.stringMatching(/^RPT-11 the verdict is .* old, and at most /)],
    });
    await project.gauntlet(['run', '--budget', 'release', '--stage', 'unit']);
    const { exitCode, refused } = told(await project.gauntlet(['release']));
    expect({ exitCode, refused }).toEqual({
      exitCode: 1,
      refused: expect.arrayContaining(['REL-04 the stage integration has no evidence at this commit']) as string[],
    });
    await project.gauntlet(BEFORE_SMOKE);
    directory = await latest(project);
  });

  it('refuses a report that says pass over evidence that does not', async () => {
    const [failing] = await failingEvidence(directory);
    const { exitCode, refused } = told(await project.gauntlet(['release']));
    expect(exitCode).toBe(1);
    expect(refused).toContainEqual(expect.stringContaining('REL-05 judged today, the evidence is no pass'));
    expect(refused).toContainEqual('RPT-11 its report says pass, and its evidence does not');
    await failing?.undo();
    expect((await project.gauntlet(['release'])).exitCode).toBe(0);
  });

  it('refuses another commit, whatever its own run said', async () => {
    await project.write({ 'more.txt': 'x' });
    git(project, 'add', '-A');
    git(project, 'commit', '-q', '-m', 'second');
    const { exitCode, refused } = told(await project.gauntlet(['release']));
    expect({ exitCode, refused }).toEqual({
      exitCode: 1,
      refused: [expect.stringMatching(/^RPT-11 the verdict is about [0-9a-f]{12}, and/)],
    });
    const elsewhere = await project.gauntlet(['release', '--sha', git(project, 'rev-parse', 'HEAD~1')]);
    expect({ code: elsewhere.exitCode, err: elsewhere.stderr }).toEqual({
      code: 3,
      err: expect.stringContaining('this checkout is at') as string,
    });
  });

  it('refuses what a waiver excuses only until yesterday', async () => {
    const waiver = (expires: string) =>
      `- {id: W-1, match: {code: TST-13, test: "› a"}, reason: "the test waits for the fix of its library", approved_by: me, expires: ${expires}}\n`;
    await project.write({
      'test.sh': `mkdir -p reports && printf '%s' '${JUNIT.replace('name="a"/>', 'name="a"><skipped/></testcase>')}' > reports/unit.xml\n`,
      'gauntlet.yml': 'version: 1\nstages: [{unit: {run: sh test.sh, results: reports/unit.xml}}]\n',
      '.gauntlet/waivers.yml': waiver('2999-01-01'),
    });
    git(project, 'add', '-Af', '.gauntlet/waivers.yml', 'test.sh', 'gauntlet.yml');
    git(project, 'commit', '-q', '-m', 'fourth');
    expect((await project.gauntlet(['run', '--budget', 'release'])).exitCode).toBe(0);
    expect(told(await project.gauntlet(['release']))).toEqual({ exitCode: 0, refused: [] });
    const head = git(project, 'rev-parse', 'HEAD');
    await project.write({ '.gauntlet/waivers.yml': waiver('2020-01-01') });
    git(project, 'commit', '-qam', 'fifth');
    await edit(join(await latest(project), 'run.json'), (text) => text.replaceAll(head, git(project, 'rev-parse', 'HEAD')));
    const { exitCode, refused } = told(await project.gauntlet(['release']));
    expect(exitCode).toBe(1);
    expect(refused).toContainEqual(expect.stringContaining('GAT-10 waiver W-1 is expired'));
    expect(refused).toContainEqual('RPT-11 the report in this folder is another run’s');
  });
});

/** Turns a passed test of the stored evidence into a failed one. */
async function failingEvidence(directory: string): Promise<{ undo: () => Promise<void> }[]> {
  const files = globSync('evidence/unit/*.json', { cwd: directory }).map((file) => join(directory, file));
  for (const file of files) {
    const before = await readFile(file, 'utf8');
    if (!before.includes('"kind": "exit"') && !before.includes('"kind":"exit"')) continue;
    await writeFile(file, before.replace(/"code":\s*0/, '"code": 1'));
    return [{ undo: () => writeFile(file, before) }];
  }
  return [];
}
