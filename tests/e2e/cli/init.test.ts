import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { inlineProject } from '../support/project.ts';

const REPOSITORY = {
  'package.json': JSON.stringify({ private: true, scripts: { test: 'node --test' } }),
  'package-lock.json': '{"lockfileVersion": 3, "packages": {}}',
  'test/add.test.js': "require('node:test').test('adds', () => {});\n",
};

describe('init', () => {
  it('writes a configuration that runs as it is, says what it found, and overwrites nothing', async () => {
    await using project = await inlineProject(REPOSITORY);
    const first = await project.gauntlet(['init', '--uses', 'org/gauntlet@v1']);
    expect(first.exitCode).toBe(0);
    expect(first.stdout).toContain('unit tests by node --test (the script "test" in package.json)');
    expect(first.stdout).toContain('wrote gauntlet.yml');
    expect(await project.read('.github/workflows/gauntlet.yml')).toContain('- uses: org/gauntlet@v1');
    const { exitCode, report } = await project.gauntlet(['run']);
    const { verdict, stages } = await report();
    expect({ exitCode, verdict }).toEqual({ exitCode: 0, verdict: { verdict: 'pass' } });
    expect(stages.find(({ name }) => name === 'unit')?.headline).toContain('1 test');

    await project.write({ 'gauntlet.yml': 'version: 1\nstages: [{unit: {run: "true"}}]\n' });
    const second = await project.gauntlet(['init']);
    expect(second.stdout).toContain('left alone gauntlet.yml');
    expect(await project.read('gauntlet.yml')).toContain('run: "true"');
  });

  it('writes nothing in a dry run', async () => {
    await using project = await inlineProject(REPOSITORY);
    const { stdout } = await project.gauntlet(['init', '--dry-run']);
    expect(stdout).toContain('node --test --test-reporter=spec');
    await expect(project.read('gauntlet.yml')).rejects.toThrow('ENOENT');
  });
});

describe('without a configuration', () => {
  it('what init would write is run, and the report says so', async () => {
    await using project = await inlineProject(REPOSITORY);
    const { exitCode, stderr, report } = await project.gauntlet(['run']);
    const { findings, run } = await report();
    expect(exitCode).toBe(0);
    expect(stderr).toContain('there is no gauntlet.yml: going on with what was found here');
    expect(run.configPath).toBe('gauntlet.yml (none: suggested)');
    expect(findings.map(({ code, title }) => `${code} ${title}`)).toContainEqual(
      expect.stringContaining('GAT-06 there is no gauntlet.yml: what was found in the repository decided'),
    );
    await expect(project.read('gauntlet.yml')).rejects.toThrow('ENOENT');
  });

  it('a failing test of it blocks', async () => {
    await using project = await inlineProject({
      ...REPOSITORY,
      'test/add.test.js': "require('node:test').test('adds', () => { throw 1; });\n",
    });
    expect((await project.gauntlet(['run'])).exitCode).toBe(1);
  });

  it('a repository with nothing to look at is no pass', async () => {
    await using project = await inlineProject({ 'README.md': '# nothing\n' });
    const { exitCode, stderr } = await project.gauntlet(['run']);
    expect(exitCode).toBe(3);
    expect(stderr).toContain('there is no gauntlet.yml here');
  });

  it('a file that a change took away is not made up for', async () => {
    await using project = await inlineProject({ ...REPOSITORY, 'gauntlet.yml': 'stages: [{unit: {run: "exit 1"}}]\n' });
    await rm(join(project.path, 'gauntlet.yml'));
    const { exitCode, stderr } = await project.gauntlet(['run']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 3, stderr: expect.stringContaining('the last commit has one') as string });
    execFileSync('git', ['-C', project.path, 'checkout', '-q', '--', 'gauntlet.yml']);
    expect((await project.gauntlet(['run'])).exitCode).toBe(1);
  });
});

describe('explain', () => {
  it('says how the last verdict came about, and what became of one code', async () => {
    await using project = await inlineProject({ 'gauntlet.yml': 'stages: [{unit: {run: "exit 1"}}]\n' });
    await project.gauntlet(['run']);
    const verdict = await project.gauntlet(['explain']);
    expect(verdict.exitCode).toBe(0);
    expect(verdict.stdout).toContain('blocked by TST-01');
    expect(verdict.stdout).toContain('P0 by rule:P0');
    const code = await project.gauntlet(['explain', 'TST-01']);
    expect(code.stdout).toMatch(/How it is verified[\s\S]*In the run [\s\S]*blocking: confirmed/);
    expect((await project.gauntlet(['explain', 'TST-02'])).stdout).toContain('nothing of this code was found');
  });
});
