import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { inlineProject, type Project } from '../support/project.ts';

const CONFIG = `version: 1
stages:
  - unit:
      run: sh unit.sh
      coverage: {min: 0%, changed: 80%, files: [lcov.info]}
`;

/** A source file of ten lines of which the change rewrites 4 and 5; `hits` are those of all ten. */
async function change(hits: readonly number[]): Promise<Project> {
  const before = Array.from({ length: 10 }, (_, line) => `line${line}();`);
  const project = await inlineProject({
    'gauntlet.yml': CONFIG,
    '.gitignore': '.gauntlet/\nlcov.info\n',
    'src/a.js': `${before.join('\n')}\n`,
  });
  git(project, 'checkout', '-q', '-b', 'topic');
  const after = before.map((line, index) => (index === 3 || index === 4 ? `new_${line}` : line));
  const lcov = `SF:src/a.js\n${hits.map((count, index) => `DA:${index + 1},${count}`).join('\n')}\nend_of_record\n`;
  await project.write({ 'src/a.js': `${after.join('\n')}\n`, 'unit.sh': `printf '%s' '${lcov}' > lcov.info\n` });
  git(project, 'add', '-A');
  git(project, '-c', 'user.name=t', '-c', 'user.email=t@example.invalid', 'commit', '-q', '-m', 'change');
  return project;
}

describe('coverage of changed lines', () => {
  it('blocks when the change is not covered, with its lines, however good the rest is', async () => {
    await using project = await change([1, 1, 1, 0, 1, 1, 1, 1, 1, 1]);
    const { exitCode, report } = await project.gauntlet(['run']);
    const { findings } = await report();
    expect(exitCode).toBe(1);
    expect(findings.filter(({ disposition }) => disposition === 'blocking')).toMatchObject([
      {
        code: 'TST-06',
        measured: '50 % of changed lines',
        expected: '>= 80 % of changed lines',
        locations: [{ path: 'src/a.js', line: 4, endLine: 4 }],
      },
    ]);
  });

  it('passes when the change is covered, however bad the rest is', async () => {
    await using project = await change([0, 0, 0, 1, 1, 0, 0, 0, 0, 0]);
    expect((await project.gauntlet(['run'])).exitCode).toBe(0);
  });

  it('asks nothing of a change of documents alone, and looks at all the rest', async () => {
    await using project = await change([1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
    git(project, 'checkout', '-q', '-b', 'documents');
    git(project, 'branch', '-f', 'main', 'documents');
    await project.write({ 'docs/notes.md': '# Notes\n' });
    git(project, 'add', '-A');
    git(project, '-c', 'user.name=t', '-c', 'user.email=t@example.invalid', 'commit', '-q', '-m', 'notes');
    const { exitCode, stdout } = await project.gauntlet(['run']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('no changed lines to cover');
  });

  it('is unknown when the base is not in this clone', async () => {
    await using project = await change([1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
    git(project, 'branch', '-D', 'main');
    await rm(join(project.path, '.git/refs/heads/main'), { force: true });
    const { exitCode, stdout } = await project.gauntlet(['run']);
    expect(exitCode).toBe(2);
    expect(stdout).toContain('fetch-depth: 0');
  });
});

function git({ path }: Project, ...args: readonly string[]): void {
  execFileSync('git', args, { cwd: path });
}
