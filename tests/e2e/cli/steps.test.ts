import { describe, expect, it } from 'vitest';

import { isAlive } from '../../../src/ports/node/group.ts';
import { inlineProject } from '../support/project.ts';
import { junit, PASSED } from '../support/reports.ts';

const SERVER = `const { createServer } = require('node:http');
createServer((request, response) => response.end(JSON.stringify({ ok: true }))).listen(process.env.PORT, '127.0.0.1');
`;

const PROJECT = {
  'server.cjs': SERVER,
  'check.cjs': `fetch(process.env.GAUNTLET_TARGET_API_URL + '/x').then((r) => r.json()).then((b) => {
    require('node:fs').mkdirSync('reports', { recursive: true });
    require('node:fs').writeFileSync('reports/it.xml', ${JSON.stringify(junit(PASSED))});
    process.exit(b.ok ? 0 : 1);
  });`,
  'gauntlet.yml': `version: 1
stack:
  process: {api: {run: node server.cjs, port: auto, health: /}}
  ready: 20s
targets:
  api: {service: api, port: 8080, health: /}
stages:
  - integration:
      run: node check.cjs
      results: reports/it.xml
  - e2e:
      journeys: [hello]
journeys:
  hello:
    steps:
      - {get: "{{api}}/", expect: {status: 200, reply: {ok: true}}}
`,
};

describe('step by step', () => {
  it('plan, up, stage, down, judge, report', async () => {
    await using project = await inlineProject(PROJECT);
    const plan = await project.gauntlet(['plan', '--json']);
    expect(JSON.parse(plan.stdout)).toMatchObject({ schema: 'gauntlet.plan/1', stages: [{ name: 'integration' }, { name: 'e2e' }] });

    const up = await project.gauntlet(['up', '--json']);
    expect([up.exitCode, up.stderr]).toEqual([0, expect.stringContaining('ready after')]);
    const { stack } = JSON.parse(up.stdout) as { stack: { targets: { url: string }[] } };
    const url = stack.targets[0]?.url ?? '';
    expect(await (await fetch(url)).json()).toEqual({ ok: true });

    expect((await project.gauntlet(['stage', 'integration'])).exitCode).toBe(0);
    expect((await project.gauntlet(['stage', 'e2e'])).exitCode).toBe(0);
    expect((await project.gauntlet(['stage', 'chaos'])).exitCode).toBe(3);

    expect((await project.gauntlet(['down'])).exitCode).toBe(0);
    await expect(fetch(url)).rejects.toThrow();
    expect((await project.gauntlet(['down'])).exitCode).toBe(0);
    expect((await project.gauntlet(['heal'])).stdout).toBe('nothing to undo\n');
    const late = await project.gauntlet(['stage', 'e2e']);
    expect([late.exitCode, late.stderr]).toEqual([
      3,
      expect.stringMatching(/the stack of run \S+ was taken down\n.*start a new run with `gauntlet up`/),
    ]);

    const judged = await project.gauntlet(['judge']);
    expect([judged.exitCode, judged.stdout]).toEqual([0, expect.stringContaining('PASS')]);
    const markdown = await project.gauntlet(['report', '--format', 'summary']);
    expect(markdown.stdout).toContain('integration');
  });

  it('a run in one go ends the same way, with everything down', async () => {
    await using project = await inlineProject(PROJECT);
    const { exitCode, stderr, report } = await project.gauntlet(['run']);
    expect([exitCode, (await report()).verdict]).toEqual([0, { verdict: 'pass' }]);
    expect(stderr).toContain('nothing left behind');
  });

  it('down needs the journal alone: a plan that is gone keeps no stack up', async () => {
    await using project = await inlineProject(PROJECT);
    const up = await project.gauntlet(['up', '--json']);
    const { run, stack } = JSON.parse(up.stdout) as { run: string; stack: { targets: { url: string }[] } };
    await project.write({ [`.gauntlet/runs/${run}/plan.json`]: '{' });
    const { exitCode, stderr } = await project.gauntlet(['down']);
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('going on with the journal alone')]);
    await expect(fetch(stack.targets[0]?.url ?? '')).rejects.toThrow();
  });

  it('heal takes down what a killed run left', async () => {
    await using project = await inlineProject(PROJECT);
    await project.gauntlet(['up']);
    const { exitCode, stdout } = await project.gauntlet(['heal']);
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('took down stack (head)')]);
  });

  it('a stack that died meanwhile is what blocks, not the tests that could not have passed', async () => {
    await using project = await inlineProject(PROJECT);
    const up = await project.gauntlet(['up', '--json']);
    const { stack } = JSON.parse(up.stdout) as { stack: { services: { replicas: { pid: number }[] }[] } };
    const pid = stack.services[0]?.replicas[0]?.pid ?? 0;
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => isAlive(pid)).toBe(false);
    expect((await project.gauntlet(['stage', 'integration'])).stderr).toContain('not ready');
    await project.gauntlet(['stage', 'e2e']);
    await project.gauntlet(['down']);
    const { exitCode, report } = await project.gauntlet(['judge']);
    const { findings } = await report();
    expect(exitCode).toBe(1);
    // The death itself is also told when it was noted only after the stage had begun.
    const others = findings.filter(({ code }) => code !== 'CFG-09');
    expect(others.map(({ code, stage, result }) => [code, stage, result.verdict])).toEqual([
      ['CFG-18', 'integration', 'confirmed'],
      ['CFG-18', 'e2e', 'confirmed'],
      ['GAT-05', 'integration', 'not_tested'],
      ['GAT-05', 'e2e', 'not_tested'],
    ]);
  });

  it('a second attempt at a stage replaces the first, with its retries and its report', async () => {
    await using project = await inlineProject({
      'gauntlet.yml':
        'version: 1\nstages:\n  - unit:\n      run: sh unit.sh\n      results: reports/*.xml\n      retries: 2\n  - integration: {run: "true"}\n',
      'unit.sh': `mkdir -p reports\n[ -e repaired ] || exit 1\ncat > reports/a.xml <<'XML'\n${junit(PASSED)}\nXML\n`,
    });
    await project.gauntlet(['up']);
    expect((await project.gauntlet(['stage', 'all'])).exitCode).toBe(0);
    expect((await project.gauntlet(['judge'])).exitCode).toBe(1);
    await project.write({ repaired: '' });
    await project.gauntlet(['stage', 'unit']);
    expect((await project.gauntlet(['report'])).exitCode).toBe(2);
    const { exitCode, report } = await project.gauntlet(['judge']);
    expect([exitCode, (await report()).findings.filter(({ disposition }) => disposition === 'blocking')]).toEqual([0, []]);
    expect((await report()).stages[0]).toMatchObject({ outcome: 'pass', tests: { runs: 1 } });
  });

  it('what dies while a stage runs is filed under that stage', async () => {
    await using project = await inlineProject({
      ...PROJECT,
      'server.cjs': `${SERVER}require('node:fs').writeFileSync('server.pid', String(process.pid));\n`,
      'gauntlet.yml': PROJECT['gauntlet.yml'].replace(
        '  - integration:\n      run: node check.cjs',
        '  - unit: {run: "true"}\n  - integration:\n      run: "kill -9 $$(cat server.pid); sleep 1; node check.cjs"',
      ),
    });
    const { report } = await project.gauntlet(['run']);
    const { findings } = await report();
    expect(findings.find(({ code }) => code === 'CFG-09')).toMatchObject({ stage: 'integration', subject: expect.stringContaining('api') });
    expect(findings.map(({ code, stage }) => `${stage} ${code}`)).toContain('e2e GAT-05');
  });

  it('an interrupted `up` leaves nothing', async () => {
    await using project = await inlineProject({
      ...PROJECT,
      'server.cjs': `require('node:fs').writeFileSync('server.pid', String(process.pid)); setInterval(() => {}, 1000);\n`,
    });
    let sent = false;
    const { exitCode } = await project.gauntlet(['up'], {
      onOutput: (_, kill) => {
        if (sent) return;
        sent = true;
        setTimeout(() => kill('SIGINT'), 1_500);
      },
    });
    expect(exitCode).toBe(4);
    const pid = Number(await project.read('server.pid'));
    expect(isAlive(pid)).toBe(false);
    expect((await project.gauntlet(['heal'])).stdout).toBe('nothing to undo\n');
  });
});
