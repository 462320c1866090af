import { describe, expect, it } from 'vitest';

import { inlineProject } from '../support/project.ts';

const SERVER = `require('node:http').createServer((request, response) => {
  response.statusCode = request.url === '/add' ? Number(process.env.STATUS ?? 200) : 200;
  response.end(JSON.stringify({ sum: 3, text: 'one two three four five six' }));
}).listen(process.env.PORT, '127.0.0.1');
`;

const project = (health: number, whole: number) => ({
  'server.cjs': SERVER,
  'gauntlet.yml': `version: 1
stack: {process: {api: {run: node server.cjs, port: auto, health: /}}, ready: 20s}
targets: {api: {service: api, port: 8080}}
stages:
  - e2e: {journeys: [add]}
journeys:
  add:
    steps:
      - {get: "{{api}}/health", expect: {tokens: <= ${health}}}
      - {get: "{{api}}/add", expect: {status: 200, reply: {sum: 3}}}
    expect: {tokens: <= ${whole}}
`,
});

describe('a journey whose first step is too large', () => {
  it('is still walked: a wrong answer after it blocks', async () => {
    await using here = await inlineProject(project(2, 90));
    const { exitCode, report } = await here.gauntlet(['run'], { env: { STATUS: '404' } });
    const { findings } = await report();
    expect([exitCode, findings.map(({ code }) => code).sort()]).toEqual([1, ['AGT-01', 'REL-11']]);
  });

  it('is still summed: the budget of the whole blocks', async () => {
    await using here = await inlineProject(project(2, 8));
    const { exitCode, report } = await here.gauntlet(['run']);
    const { findings } = await report();
    expect([exitCode, findings.map(({ code }) => code).sort()]).toEqual([1, ['AGT-01', 'AGT-04']]);
  });
});
