import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { inlineProject, type Project } from '../support/project.ts';

const server = (slowed: number) => `const spin = (n) => { let x = 0; for (let i = 0; i < n; i += 1) x = (x * 31 + i) % 1000003; return x; };
require('node:http').createServer((request, response) => {
  response.end(String(spin(request.url === '/slowed' ? ${slowed} : request.url === '/same' ? 200_000 : 0)));
}).listen(process.env.PORT, '127.0.0.1');
`;

const files = (slowed: number, port = 'auto') => ({
  'server.cjs': server(slowed),
  'gauntlet.yml': `version: 1
stack: {process: {api: {run: node server.cjs, port: ${port}, health: /}}, ready: 20s}
targets: {api: {service: api, port: 8080}}
stages: [performance: {compare: {journeys: [slowed, same], restarts: 2, pairs: 4}}]
journeys:
  slowed: {steps: [{get: "{{api}}/slowed", expect: {status: 200}}]}
  same: {steps: [{get: "{{api}}/same", expect: {status: 200}}]}
`,
});

describe('head against base', () => {
  it('a journey that head has slowed down is found, one that it has not is silent, and nothing is left of the base', async () => {
    await using project = await changed(files(200_000), files(600_000));
    const { exitCode, report, stderr } = await project.gauntlet(['run']);
    const { findings } = await report();
    const confirmed = findings.filter(({ result }) => result.verdict === 'confirmed');
    expect(confirmed.map(({ code }) => code)).toContain('LOAD-14');
    // Not a P1 that is known to be new: it blocks a release.
    expect(confirmed.every(({ subject }) => subject.startsWith('slowed '))).toBe(true);
    expect([0, 2]).toContain(exitCode);
    expect(stderr).toContain('head against base: start 2 of 2');
    const run = join(project.path, '.gauntlet/runs', (await project.read('.gauntlet/latest')).trim());
    expect(readdirSync(join(run, 'stack/base'))).not.toContain('tree');
    expect(execFileSync('git', ['status', '--porcelain'], { cwd: project.path, encoding: 'utf8' })).toBe('');
  });

  it('where nothing differs from the base, there is no baseline, which is said aloud', async () => {
    await using project = await inlineProject(files(1));
    const { exitCode, stdout, stderr } = await project.gauntlet(['run']);
    expect(exitCode).toBe(0);
    expect(stderr).toContain('no baseline: nothing differs from the base branch');
    expect(stdout).toContain('no baseline');
  });

  it('two stacks that want one port cannot stand side by side: unknown, with what helps', async () => {
    await using project = await changed(files(1, '41876'), files(2, '41876'));
    const { exitCode, stdout } = await project.gauntlet(['run']);
    expect(exitCode).toBe(2);
    expect(stdout).toContain('41876');
    expect(stdout).toContain('port: auto');
  });
});

/** A branch with other files than those that it left `main` with. */
async function changed(base: Readonly<Record<string, string>>, head: Readonly<Record<string, string>>): Promise<Project> {
  const project = await inlineProject(base);
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.invalid', ...args], { cwd: project.path });
  git('checkout', '-q', '-b', 'change');
  await project.write(head);
  git('commit', '-q', '-a', '-m', 'change');
  return project;
}

describe('against a stored run of the same machine', { retry: 1 }, () => {
  it('a journey that takes much longer is found, and the line of the stage says what was compared', async () => {
    const config = (path: string): Record<string, string> => ({
      'server.cjs':
        'require("node:http").createServer((request, response) => setTimeout(() => response.end("{}"), request.url === "/slow" ? 30 : 5)).listen(process.env.PORT, "127.0.0.1");\n',
      'gauntlet.yml': `version: 1
stack: {process: {api: {run: node server.cjs, port: auto, health: /}}, ready: 20s}
targets: {api: {service: api, port: 8080}}
stages: [performance: {load_profile: users, journeys: [look], thresholds: {look.latency: p(90) < 5s}}]
loads: {users: {users: 30, per_minute: 120, duration: 4s}}
journeys: {look: {steps: [{get: "{{api}}${path}", expect: {status: 200}}]}}
`,
    });
    await using project = await inlineProject(config('/fast'));
    await project.gauntlet(['run']);
    const run = join('.gauntlet/runs', (await project.read('.gauntlet/latest')).trim());
    await project.write(config('/slow'));
    const { report, stdout } = await project.gauntlet(['run', '--baseline', `${run}/baseline.json`]);
    const { findings } = await report();
    expect(findings.map(({ code, priority }) => `${code} ${priority}`)).toEqual(['LOAD-14 P2']);
    expect(stdout).toMatch(/look under users \+\d+(\.\d)?\s?% against the stored run/);
  });
});
