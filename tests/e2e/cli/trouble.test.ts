import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';

import { describe, expect, it } from 'vitest';

import { inlineProject } from '../support/project.ts';
import { junit, PASSED, unitProject } from '../support/reports.ts';

describe('bad configuration', () => {
  it('broken YAML and unknown keys come with line, column and the repair', async () => {
    await using project = await inlineProject({ 'gauntlet.yml': 'version: 1\nstages:\n  - unit:\n      run: x\n      coverge: 90%\n' });
    const { exitCode, stderr } = await project.gauntlet(['plan']);
    expect(exitCode).toBe(3);
    expect(stderr).toContain('gauntlet.yml:5:7');
    expect(stderr).toContain('coverage');
    await project.write({ 'gauntlet.yml': 'version: 1\nstages: [\n' });
    expect((await project.gauntlet(['plan'])).stderr).toMatch(/gauntlet\.yml:\d+:\d+/);
  });

  it.each(['" "', '"# later"', '"\\n  # later\\n"'])('a shell line that runs nothing is no command: %s', async (run) => {
    await using project = await inlineProject({ 'gauntlet.yml': `version: 1\nstages:\n  - unit: {run: ${run}}\n` });
    const { exitCode, stderr } = await project.gauntlet(['run']);
    expect([exitCode, stderr]).toEqual([3, expect.stringContaining('runs nothing')]);
  });

  it('refuses an unknown option and an unknown stage as usage', async () => {
    await using project = await inlineProject(unitProject(junit(PASSED)));
    expect((await project.gauntlet(['run', '--stgae', 'unit'])).exitCode).toBe(3);
    expect((await project.gauntlet(['run', '--stage', 'units'])).exitCode).toBe(3);
  });
});

describe('a stack that does not come up', () => {
  it('keeps no check from looking at the repository; what needed the stack is open, said once, and blocks', async () => {
    await using project = await inlineProject({
      'gauntlet.yml': 'version: 1\nstack: {process: {api: {run: "exit 3"}}, ready: 10s}\nstages:\n  - audit: {services: all}\n',
      Dockerfile: 'FROM debian\n',
    });
    const { exitCode, report } = await project.gauntlet(['run']);
    const { findings, stages } = await report();
    expect(exitCode).toBe(1);
    expect(findings.map(({ code, result, disposition }) => `${code} ${result.verdict} ${disposition}`)).toEqual([
      'CFG-18 confirmed blocking',
      'GAT-05 not_tested blocking',
      'CFG-14 confirmed advisory',
    ]);
    expect(findings[1]?.summary).toContain('Left open: the stack is ready: every service that the stages need.');
    expect(stages[0]?.headline).toMatch(/^\d+ checks, \d+ checks not applicable; not looked at: the stack is not ready: api/);
  });
});

describe('commands that misbehave', () => {
  const withCommand = (run: string, more = '') => ({ 'gauntlet.yml': `version: 1\nstages:\n  - unit:\n      run: ${run}\n${more}` });

  it('a program that is not there', async () => {
    await using project = await inlineProject(withCommand('[no-such-program-anywhere]'));
    const { exitCode, stdout } = await project.gauntlet(['run']);
    expect(exitCode).toBe(2);
    expect(stdout).toContain('no-such-program-anywhere');
  });

  it('a command that hangs is ended at its time-out, with its children', async () => {
    await using project = await inlineProject(withCommand('"sleep 4242 & sleep 4242"', '      timeout: 1s\n'));
    const { exitCode, stdout } = await project.gauntlet(['run']);
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(/1 s/);
    expect(processes('sleep 4242')).toEqual([]);
  });

  it('a time-out of many days is no time-out at once', async () => {
    await using project = await inlineProject(withCommand('"sleep 0.2"', '      timeout: 40d\n'));
    expect((await project.gauntlet(['run'])).exitCode).toBe(0);
  });

  it('what a command leaves running ends with it', async () => {
    await using project = await inlineProject(withCommand('"sleep 4545 & echo on its own"'));
    expect((await project.gauntlet(['run'])).exitCode).toBe(0);
    expect(processes('sleep 4545')).toEqual([]);
  });

  it('a command that dies by a signal', async () => {
    await using project = await inlineProject(withCommand('"kill -9 $$$$"'));
    const { exitCode, stdout } = await project.gauntlet(['run']);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('SIGKILL');
  });

  it('a command that prints 200 MB fills neither the memory nor the disk', async () => {
    await using project = await inlineProject(withCommand('"yes 0123456789012345678901234567890123456789 | head -c 200000000; exit 1"'));
    const { exitCode } = await project.gauntlet(['-q', 'run']);
    expect(exitCode).toBe(1);
    const logs = join(project.path, '.gauntlet/runs', (await readdir(join(project.path, '.gauntlet/runs')))[0] ?? '', 'logs/unit');
    const [log = ''] = await readdir(logs);
    expect((await stat(join(logs, log))).size).toBeLessThan(21_000_000);
  });

  it('keeps secrets of the environment out of everything that is written', async () => {
    await using project = await inlineProject(withCommand('"echo token is $MY_API_TOKEN; exit 1"'));
    const secret = 'q7Gx0vTz81LmPp3s';
    const { stdout, stderr } = await project.gauntlet(['run'], { env: { MY_API_TOKEN: secret } });
    expect(stdout + stderr).not.toContain(secret);
    expect(grep(secret, join(project.path, '.gauntlet'))).toBe('');
    expect(stdout).toContain('[secret');
  });
});

describe('secrets that the configuration puts into commands and URLs', () => {
  const secret = 'q7Gx0vTz81LmPp3s';
  const env = { MY_API_TOKEN: secret };
  const files = {
    'gauntlet.yml':
      'version: 1\nstages:\n  - unit: {run: "test ${MY_API_TOKEN} = q7Gx0vTz81L$(echo mPp3s)"}\ntargets: {far: {url: "https://u:${MY_API_TOKEN}@example.invalid"}}\n',
  };

  it('stay out of the plan and of every file, and reach the commands of a later step', async () => {
    await using project = await inlineProject(files);
    for (const args of [['plan'], ['plan', '--json'], ['up'], ['stage', 'unit'], ['down'], ['judge']]) {
      const { exitCode, stdout, stderr } = await project.gauntlet(args, { env });
      expect([args, exitCode]).toEqual([args, 0]);
      expect(stdout + stderr).not.toContain(secret);
    }
    expect(grep(secret, join(project.path, '.gauntlet'))).toBe('');
  });

  it('a step without them says so instead of running something else', async () => {
    await using project = await inlineProject(files);
    await project.gauntlet(['up'], { env });
    const { exitCode, stderr } = await project.gauntlet(['stage', 'unit']);
    expect([exitCode, stderr]).toEqual([3, expect.stringContaining('MY_API_TOKEN')]);
  });
});

describe('being stopped', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('%s: the report is written, nothing is left, exit code 4', async (signal) => {
    await using project = await inlineProject({
      'gauntlet.yml': 'version: 1\nstages:\n  - unit:\n      run: "echo begun; sleep 4343"\n  - e2e:\n      run: "true"\n',
    });
    let sent = false;
    const { exitCode, report } = await project.gauntlet(['run'], {
      onOutput: (output, kill) => {
        if (sent || !output.includes('unit │ starts')) return;
        sent = true;
        setTimeout(() => kill(signal), 300);
      },
    });
    expect(exitCode).toBe(4);
    const { verdict, stages } = await report();
    expect(verdict.verdict).not.toBe('pass');
    expect(stages.map(({ name, run }) => [name, run?.status])).toEqual([
      ['unit', 'interrupted'],
      ['e2e', 'interrupted'],
    ]);
    expect(processes('sleep 4343')).toEqual([]);
  });
});

describe('a stored run', () => {
  it('is judged again to the same report, also by another configuration', async () => {
    await using project = await inlineProject(unitProject(junit(PASSED)));
    const first = await project.gauntlet(['run', '--json']);
    const again = await project.gauntlet(['judge', 'latest', '--json']);
    expect(again.exitCode).toBe(0);
    expect(JSON.parse(again.stdout)).toEqual(JSON.parse(first.stdout));
    await project.write({
      'stricter.yml': 'version: 1\nstages:\n  - unit:\n      run: sh unit.sh\n      results: reports/*.xml\n      coverage: 90%\n',
    });
    const stricter = await project.gauntlet(['judge', '--config', 'stricter.yml']);
    expect(stricter.exitCode).toBe(2);
    expect(stricter.stdout).toContain('coverage');
  });

  it('of another version is refused with a hint', async () => {
    await using project = await inlineProject(unitProject(junit(PASSED)));
    await project.gauntlet(['run']);
    const id = (await project.read('.gauntlet/latest')).trim();
    const file = `.gauntlet/runs/${id}/run.json`;
    await project.write({ [file]: (await project.read(file)).replace('gauntlet.run/1', 'gauntlet.run/0') });
    const { exitCode, stderr } = await project.gauntlet(['judge']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('judge it with the version that wrote it');
  });

  it.runIf(process.platform === 'linux').each([
    [
      'an unfinished piece',
      'head -c 100 $run/evidence/unit/exit-main-1.json > x; mv x $run/evidence/unit/exit-main-1.json',
      'it is no JSON',
    ],
    [
      'a file of cases outside',
      `sed -i 's#"file": "evidence/unit/cases.*"#"file": "../../../../../../../etc/passwd"#' $run/evidence/unit/tests-main.json`,
      'outside of the run directory',
    ],
    ['a link to a stranger', 'ln -s /etc/passwd $run/evidence/unit/more.json', 'it is no JSON'],
    ['a pipe', 'rm $run/evidence/unit/cases-main.ndjson; mkfifo $run/evidence/unit/cases-main.ndjson', 'no regular file'],
    ['no cases', 'rm $run/evidence/unit/cases-main.ndjson', 'no such file'],
    ['a huge piece', 'truncate -s 300M $run/evidence/unit/huge.json', 'larger than anything'],
    [
      "another run's piece",
      `sed -i 's/"run": "[^"]*"/"run": "another"/' $run/evidence/unit/exit-main-1.json`,
      'belongs to another run, another',
    ],
    ['a latest that leads out', 'echo ../../../x > .gauntlet/latest', 'names no run'],
  ])('with %s is refused, not judged', async (_, harm, because) => {
    await using project = await inlineProject(unitProject(junit(PASSED)));
    await project.gauntlet(['run']);
    const run = `.gauntlet/runs/${(await project.read('.gauntlet/latest')).trim()}`;
    execFileSync('sh', ['-c', harm.replaceAll('$run', run)], { cwd: project.path });
    const { exitCode, stderr } = await project.gauntlet(['judge']);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(because)]);
    expect(stderr).not.toContain('root:');
  });

  it('cannot be made where a file stands', async () => {
    await using project = await inlineProject({ ...unitProject(junit(PASSED)), '.gauntlet': 'x' });
    const { exitCode, stderr } = await project.gauntlet(['run']);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('Remove the file that stands in its place')]);
  });

  it('is not there yet', async () => {
    await using project = await inlineProject(unitProject(junit(PASSED)));
    const { exitCode, stderr } = await project.gauntlet(['report']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('gauntlet run');
    expect(existsSync(join(project.path, '.gauntlet'))).toBe(false);
  });
});

function processes(pattern: string): string[] {
  try {
    return execFileSync('pgrep', ['-f', `^${pattern}$`], { encoding: 'utf8' })
      .trim()
      .split('\n');
  } catch {
    return [];
  }
}

function grep(text: string, folder: string): string {
  try {
    return execFileSync('grep', ['-rlF', text, folder], { encoding: 'utf8' });
  } catch {
    return '';
  }
}
