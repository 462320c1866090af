import { execFileSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { inlineProject, type Project } from '../support/project.ts';

const GREEN = '<testsuite name="a"><testcase name="one"/></testsuite>\n';
const LCOV = 'SF:src/a.js\nDA:1,1\nend_of_record\n';

interface Lie {
  readonly run: string;
  readonly results?: string;
  readonly coverage?: string;
}

function told({ run, results = 'reports/*.xml', coverage }: Lie): Promise<Project> {
  const gate = coverage === undefined ? '' : `      coverage: ${coverage}\n`;
  return inlineProject({
    'gauntlet.yml': `version: 1\nstages:\n  - unit:\n      run: mkdir -p reports && sh unit.sh\n      results: ${results}\n${gate}`,
    '.gitignore': '.gauntlet/\nreports/\n',
    'src/a.js': 'a();\n',
    'green.xml': GREEN,
    'unit.sh': `${run}\n`,
  });
}

describe('what no other report makes good', () => {
  const lies: readonly [string, Lie, string][] = [
    [
      'a report of another day, brought back with its time',
      { run: 'cp green.xml reports/a.xml && touch -d 2020-01-01 reports/a.xml' },
      'was written before this run',
    ],
    [
      'a shard that never arrived',
      { run: 'cp green.xml reports/a.xml', results: '[reports/a.xml, reports/b.xml]' },
      'reports/b.xml matched nothing',
    ],
    [
      'a pipe in the place of a report',
      { run: 'cp green.xml reports/a.xml && mkfifo reports/b.xml' },
      'reports/b.xml: the file cannot be read',
    ],
    [
      'a link that leads nowhere',
      { run: 'cp green.xml reports/a.xml && ln -s gone reports/b.xml' },
      'reports/b.xml: the file is not there',
    ],
    [
      'coverage of other files alone',
      {
        run: `cp green.xml reports/a.xml && printf 'SF:/usr/lib/b.js\\nDA:1,1\\nend_of_record\\n' > reports/lcov.info`,
        coverage: '{min: 50%, files: [reports/lcov.info]}',
      },
      'of no file that git knows here',
    ],
  ];

  it.each(lies)('%s', async (_, lie, why) => {
    await using project = await told(lie);
    const { exitCode, stdout } = await project.gauntlet(['run']);
    expect(stdout).toContain(why);
    expect(exitCode).toBe(2);
  });

  it('tells reports of an earlier run beside those of this one, and counts none of them', async () => {
    await using project = await told({ run: 'cp green.xml reports/a.xml' });
    await project.write({ 'reports/old.xml': GREEN.replace('/></', '><failure/></testcase></') });
    const { exitCode, stdout } = await project.gauntlet(['run']);
    expect(stdout).toContain('reports/old.xml matched but was written before this run: not counted');
    expect(exitCode).toBe(0);
  });
});

describe('a baseline', () => {
  it('that is none is refused before anything runs', async () => {
    await using project = await told({ run: 'cp green.xml reports/a.xml' });
    await project.write({ 'base.json': '{"schema":' });
    const { exitCode } = await project.gauntlet(['run', '--baseline', 'base.json']);
    expect(exitCode).toBe(3);
    await expect(project.read('reports/a.xml')).rejects.toThrow('ENOENT');
  });

  it('is the one that stood there before the tests could write another', async () => {
    await using project = await told({ run: 'cp green.xml reports/a.xml && echo nothing > base.json' });
    await project.gauntlet(['run']);
    const [id = ''] = await readdir(join(project.path, '.gauntlet/runs'));
    await project.write({ 'base.json': await project.read(`.gauntlet/runs/${id}/baseline.json`) });
    expect((await project.gauntlet(['run', '--baseline', 'base.json'])).exitCode).toBe(0);
  });
});

describe('changed lines that somebody hides', () => {
  const lie: Lie = {
    run: `cp green.xml reports/a.xml && printf '${LCOV.replaceAll('\n', '\\n')}' > reports/lcov.info`,
    coverage: '{changed: 80%, files: [reports/lcov.info]}',
  };

  it.each([
    ['by an attribute that makes them binary', { '.gitattributes': '*.js -diff\n', 'src/b.js': 'function b() {\n  return 1;\n}\n' }],
    ['by a NUL', { 'src/b.js': 'function b() {\n  return 1;\n}\n// \0\n' }],
  ])('%s', async (_, files) => {
    await using project = await told(lie);
    git(project.path, 'checkout', '-q', '-b', 'topic');
    await project.write(files);
    commit(project.path);
    const { exitCode, stdout } = await project.gauntlet(['run']);
    expect(stdout).toContain('TST-06 0 % of changed lines covered');
    expect(exitCode).toBe(1);
  });

  it('in a clone of one branch, whose default is the change itself', async () => {
    await using project = await told(lie);
    git(project.path, 'checkout', '-q', '-b', 'topic');
    await project.write({ 'src/b.js': 'function b() {\n  return 1;\n}\n' });
    commit(project.path);
    git(project.path, 'clone', '-q', '--single-branch', '--branch', 'topic', '.', 'reports/clone');
    const { exitCode, stdout } = await project.gauntlet(['-C', 'reports/clone', 'run']);
    expect(stdout).toContain('is not in this clone');
    expect(exitCode).toBe(2);
  });
});

function commit(cwd: string): void {
  git(cwd, 'add', '-A');
  git(cwd, '-c', 'user.name=t', '-c', 'user.email=t@example.invalid', 'commit', '-q', '-m', 'change');
}

function git(cwd: string, ...args: readonly string[]): void {
  execFileSync('git', args, { cwd });
}
