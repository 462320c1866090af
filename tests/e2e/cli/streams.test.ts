import { execFileSync } from 'node:child_process';

import { describe, expect, it } from 'vitest';

import { PROGRAM } from '../support/program.ts';
import { inlineProject } from '../support/project.ts';

const GAUNTLET = `'${process.execPath}' '${PROGRAM}'`;
const TWO_STAGES = { 'gauntlet.yml': 'version: 1\nstages:\n  - unit:\n      run: "sleep 0.5"\n  - e2e:\n      run: "true"\n' };

/** What a shell line says in a project; `$gauntlet` is the program. */
async function shell(line: string): Promise<string> {
  await using project = await inlineProject(TWO_STAGES);
  return execFileSync('sh', ['-c', line.replaceAll('$gauntlet', GAUNTLET)], {
    cwd: project.path,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

describe('output that nobody can take', () => {
  it('a reader that went away keeps no run from its verdict', async () => {
    expect(await shell('{ $gauntlet run; echo $? > code; } 2>&1 | head -1; while [ ! -s code ]; do sleep 0.1; done; cat code')).toBe(
      'unit │ starts\n0\n',
    );
  });

  it.runIf(process.platform === 'linux')('a full disk behind standard output is said and is no pass', async () => {
    expect(await shell('$gauntlet plan 2>&1 >/dev/full; echo $?')).toMatch(/standard output could not be written: ENOSPC.*\n2\n$/);
    expect(await shell('$gauntlet run 2>/dev/full >/dev/null; echo $?')).toBe('0\n');
  });
});

describe('what the tested programs print', () => {
  const LINES = String.raw`printf 'x\n::error::pwned\n  ::stop-commands::t\nsaid ##[add-mask]all\n\033[2Jgone\n'; exit 1`;

  it('is no command for the runner, neither on standard output nor among the progress', async () => {
    await using project = await inlineProject({ 'gauntlet.yml': `version: 1\nstages:\n  - unit:\n      run: ${JSON.stringify(LINES)}\n` });
    for (const args of [['run'], ['run', '--json'], ['judge'], ['report']]) {
      const { stdout, stderr } = await project.gauntlet(args, { env: { GITHUB_ACTIONS: 'true' } });
      expect(stdout).toContain('pwned');
      expect((stdout + stderr).split('\n').filter((line) => /^\s*::|##\[|\u001B/.test(line))).toEqual([]);
    }
    const { stdout } = await project.gauntlet(['judge', '--json'], { env: { GITHUB_ACTIONS: 'true' } });
    expect(JSON.stringify(JSON.parse(stdout))).toContain('said ##[add-mask]all');
  });
});
