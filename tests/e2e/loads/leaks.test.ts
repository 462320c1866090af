import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { LeaksEvidence } from '../../../src/model/evidence.ts';
import type { ReportV1 } from '../../../src/model/report-v1.ts';
import { BASE_IMAGE, describeWithDocker } from '../support/docker.ts';
import { inlineProject } from '../support/project.ts';

// Two services of one journey: the first keeps 1 kB of every request, the other what the last hundred asked.
const LEAKY = `const kept = [];
function remember(url) {
  kept.push(Buffer.alloc(1000, url).toString('hex').slice(1000));
}
require('node:http').createServer((request, response) => {
  if (request.url === '/chat') remember(request.url);
  response.end('ok');
}).listen(process.env.PORT, '127.0.0.1');
`;
const HEALTHY = `const last = [];
require('node:http').createServer((request, response) => {
  last.push(Buffer.alloc(1000, request.url).toString('hex').slice(1000));
  if (last.length > 100) last.shift();
  response.end('ok');
}).listen(process.env.PORT, '127.0.0.1');
`;

it('a kilobyte of every request is found in the service that keeps it, with the line that does; a healthy one is silent', async () => {
  await using project = await inlineProject({
    'src/leaky.cjs': LEAKY,
    'healthy.cjs': HEALTHY,
    'gauntlet.yml': `version: 1
stack:
  process:
    leaky: {run: node src/leaky.cjs, port: auto, health: /}
    healthy: {run: node healthy.cjs, port: auto, health: /}
  ready: 20s
targets: {leaky: {service: leaky, port: 8080}, healthy: {service: healthy, port: 8080}}
stages: [performance: {leaks: {journey: chat, cycles: 8, users: new, idle: 1s}}]
journeys:
  chat: {steps: [{post: "{{leaky}}/chat", expect: {status: 200}}, {get: "{{healthy}}/chat", expect: {status: 200}}]}
`,
  });
  const { exitCode, report } = await project.gauntlet(['run']);
  const { findings } = await report();
  expect(codesAndSubjects(findings)).toEqual([['LEAK-01', 'memory of leaky over chat']]);
  expect(exitCode).toBe(1);
  expect(findings[0]?.locations[0]).toEqual({ path: 'src/leaky.cjs', line: 2 });
  const run = join(project.path, '.gauntlet/runs', (await project.read('.gauntlet/latest')).trim());
  const found = LeaksEvidence.parse(JSON.parse(await readFile(join(run, 'evidence/performance/leaks-chat.json'), 'utf8')));
  expect(found.services.map(({ looks, collected }) => [looks.length, collected.state])).toEqual([
    [9, 'forced'],
    [9, 'forced'],
  ]);
  expect(found.returned).toMatchObject({ before: 'kept', after: 'kept' });
  expect(await readdir(join(run, 'logs/performance'))).toContain('leaks-chat-leaky.heapprofile');
});

describeWithDocker('leaks in containers', () => {
  it('are found too, also where the process has given up what the user of the container may', async () => {
    const service = (file: string): string => `{
    image: ${BASE_IMAGE}, init: true, ports: ["127.0.0.1::8080"], environment: {PORT: "8080"},
    volumes: ["${process.execPath}:/usr/local/bin/node:ro", "./src:/src:ro"],
    healthcheck: {test: [CMD, node, -e, "require('http').get('http://127.0.0.1:8080/', (answer) => process.exit(answer.statusCode === 200 ? 0 : 1))"], interval: 1s},
    command: setpriv --reuid=10001 --regid=10001 --clear-groups node /src/${file}}`;
    await using project = await inlineProject({
      'src/leaky.cjs': LEAKY.replace('127.0.0.1', '0.0.0.0'),
      'src/healthy.cjs': HEALTHY.replace('127.0.0.1', '0.0.0.0'),
      'compose.yaml': `services:\n  leaky: ${service('leaky.cjs')}\n  healthy: ${service('healthy.cjs')}\n`,
      'gauntlet.yml': `version: 1
stack: {compose: compose.yaml, ready: 60s}
targets: {leaky: {service: leaky, port: 8080, health: /}, healthy: {service: healthy, port: 8080, health: /}}
stages: [performance: {leaks: {journey: chat, cycles: 8, users: new}}]
journeys:
  chat: {steps: [{post: "{{leaky}}/chat", expect: {status: 200}}, {get: "{{healthy}}/chat", expect: {status: 200}}]}
`,
    });
    const { exitCode, report } = await project.gauntlet(['run']);
    const { findings } = await report();
    expect(codesAndSubjects(findings)).toEqual([['LEAK-01', 'memory of leaky over chat']]);
    expect(exitCode).toBe(1);
  });
});

function codesAndSubjects(findings: ReportV1['findings']): string[][] {
  return findings.map(({ code, subject }) => [code, subject]);
}
