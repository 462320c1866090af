import { describe, expect, it } from 'vitest';

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

  it('heal takes down what a killed run left', async () => {
    await using project = await inlineProject(PROJECT);
    await project.gauntlet(['up']);
    const { exitCode, stdout } = await project.gauntlet(['heal']);
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('took down stack (head)')]);
  });
});
