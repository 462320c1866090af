import { describe, expect, it } from 'vitest';

import { inlineProject } from '../support/project.ts';

const SERVER = `require('node:http').createServer((request, response) => {
  if (request.url === '/slow') console.log('waits for a lock of key sk-live-4242');
  setTimeout(() => response.writeHead(request.url === '/broken' ? 503 : 200).end('{}'), request.url === '/slow' ? 1500 : 5);
}).listen(process.env.PORT, '127.0.0.1');
`;

const project = (path: string, limits: string): Record<string, string> => ({
  'server.cjs': SERVER,
  'gauntlet.yml': `version: 1
stack: {process: {api: {run: node server.cjs, port: auto, health: /}}, ready: 20s}
targets: {api: {service: api, port: 8080}}
policy: {block: [P0, P1]}
redact: ['sk-live-\\d+']
stages:
  - performance: {load_profile: peak, journeys: [chat], ${limits}}
journeys:
  chat: {steps: [{get: "{{api}}/fast"}, {get: "{{api}}${path}", expect: {status: 200}}]}
`,
});

// As many walks as a p(99) needs; and a few of them, for what needs no more: the lower the rate, the more a slow machine may add.
const RUN = ['run', '--users', '720', '--duration', '5s'];
const FEW = ['--users', '60', '--duration', '5s'];

describe('limits of a load', { retry: 1 }, () => {
  it('are kept with confidence, and shown with n and interval', async () => {
    await using here = await inlineProject(
      project('/fast', 'success_rate: 99%, thresholds: {chat.latency: [p(99) < 5s, max < 9s], errors: rate < 1%}'),
    );
    const { exitCode, stdout } = await here.gauntlet(RUN);
    expect(stdout).toMatch(/performance: 1 load, 4 thresholds: all kept/);
    expect(stdout).toMatch(/✓ errors: rate < 1% +peak: 0 of 600, 0 % \(0 % to 0\.613 %\)/);
    expect(exitCode).toBe(0);
  });

  it('are broken by a slow step, which is named', async () => {
    await using here = await inlineProject(project('/slow', 'thresholds: {chat.latency: p(95) < 500ms}'));
    const { exitCode, report } = await here.gauntlet(RUN);
    const { findings } = await report();
    expect(findings.map(({ code, result }) => [code, result.verdict])).toEqual([
      ['LOAD-08', 'confirmed'],
      ['LOAD-15', 'confirmed'],
    ]);
    expect(findings[1]?.summary).toContain('api │ waits for a lock of key [');
    expect(findings[1]?.summary).toMatch(/api\.cpu +[▁▂▃▄▅▆▇█ ]+ /);
    expect(JSON.stringify(findings)).not.toContain('sk-live-4242');
    expect(findings[0]?.summary).toMatch(/Slowest steps:\n- chat, step 2: p\(50\) 1\.[5-9]\d* s/);
    expect(exitCode).toBe(1);
  });

  it('that nobody wrote are no excuse for journeys that fail', async () => {
    await using here = await inlineProject(project('/broken', 'retries: 0'));
    const { exitCode, report } = await here.gauntlet(['run', ...FEW]);
    const { findings } = await report();
    expect(findings.map(({ code }) => code)).toEqual(['LOAD-06']);
    expect(findings[0]?.summary).toContain('status 503, 200 asked (25 times)');
    expect(exitCode).toBe(1);
  });

  it('that so few samples cannot support advise, because the plan said so', async () => {
    await using here = await inlineProject(project('/fast', 'thresholds: {errors: rate < 0.1%}'));
    const planned = await here.gauntlet(['plan', ...FEW]);
    expect(planned.stdout).toContain(
      'too few samples for errors: rate < 0.1% under peak: it needs 2,995 without a bad one, and gets 50; what it shows is advice (not tested, for want of budget)',
    );
    const { exitCode, report } = await here.gauntlet(['run', ...FEW]);
    expect((await report()).findings.map(({ code, result, disposition }) => [code, result, disposition])).toEqual([
      ['LOAD-07', { verdict: 'not_tested', reason: 'budget', because: '0.1 % needs 2,995 clean samples, had 50' }, 'advisory'],
    ]);
    expect(exitCode).toBe(0);
    const nightly = await here.gauntlet(['run', ...FEW, '--budget', 'nightly']);
    expect(nightly.exitCode).toBe(2);
  });

  it('that do not fit are refused before anything starts', async () => {
    await using here = await inlineProject(project('/fast', 'thresholds: {chat.latency: rate < 1%}'));
    const { exitCode, stderr } = await here.gauntlet(RUN);
    expect(stderr).toContain('a time has no rate');
    expect(exitCode).toBe(3);
  });
});
