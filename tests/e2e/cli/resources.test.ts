import { createServer } from 'node:net';

import { expect, it } from 'vitest';

import { inlineProject } from '../support/project.ts';
import { meanOf, mostOf, seriesOf } from '../support/series.ts';

// A worker burns one core; the memory is touched, so that it is really there. It tells its own CPU time, which is the truth to meet.
const SERVER = `const { Worker } = require('node:worker_threads');
let held;
require('node:http').createServer((request, response) => {
  if (request.url === '/hog') {
    held = Buffer.alloc(200_000_000, 1);
    new Worker('for (;;);', { eval: true });
  }
  if (request.url === '/metrics') {
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    return response.end('# TYPE held_bytes gauge\\nheld_bytes{kind="big"} ' + (held?.length ?? 0) + '\\nheld_bytes{kind="small"} 5\\n# TYPE hits counter\\nhits 9\\n');
  }
  response.end(JSON.stringify(process.cpuUsage()));
}).listen(process.env.PORT, '127.0.0.1');
`;
const DRIVE = `const { writeFileSync } = require('node:fs');
const get = async (path) => (await fetch(process.env.GAUNTLET_TARGET_API_URL + path)).json();
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
(async () => {
  await wait(2500);
  await get('/hog');
  await wait(1500);
  const [before, from] = [await get('/'), performance.now()];
  await wait(5000);
  const [after, to] = [await get('/'), performance.now()];
  writeFileSync('truth.json', JSON.stringify((after.user + after.system - before.user - before.system) / 1000 / (to - from)));
})();
`;

function resourceCodes(findings: readonly { readonly code: string }[]): string[] {
  return findings.flatMap(({ code }) => (code === 'LOAD-09' || code === 'LEAK-11' ? [code] : [])).toSorted();
}

function config(stage: string): Record<string, string> {
  return {
    'server.cjs': SERVER,
    'drive.cjs': DRIVE,
    'gauntlet.yml': `version: 1
stack: {process: {api: {run: node server.cjs, port: auto, health: /}}, ready: 20s}
targets: {api: {service: api, port: 8080}}
stages:
  - performance: ${stage}
`,
  };
}

it('a process that burns a core and holds 200 MB is seen doing so, and its own metrics are read', async () => {
  const limits =
    '{service.api.cpu: max < 20%, service.api.memory: max < 150MB, "service.api.metrics.held_bytes": max < 1GB, service.api.sockets: max < 9, service.api.metrics.hits: max < 1}';
  const stage = `{run: node drive.cjs, thresholds: ${limits}}`;
  await using project = await inlineProject(config(stage));
  const { report } = await project.gauntlet(['run']);
  const series = new Map((await seriesOf(project, 'performance')).map((piece) => [piece.metric, piece]));
  const curve = (metric: string) => series.get(metric)?.points ?? [];
  const truth = Number(await project.read('truth.json'));
  const busy = curve('service.api.cpu').slice(-4);
  const mean = busy.reduce((sum, [, value]) => sum + value, 0) / busy.length;
  expect([truth > 0.2, Math.abs(mean - truth) < 0.15]).toEqual([true, true]);
  const memory = curve('service.api.memory');
  const grown = (memory.at(-1)?.[1] ?? 0) - (memory[0]?.[1] ?? 0);
  expect([grown > 180e6, grown < 220e6]).toEqual([true, true]);
  const held = series.get('service.api.metrics.held_bytes');
  expect([held?.unit, held && mostOf(held)]).toEqual(['bytes', 200_000_005]);
  expect(mostOf(series.get('service.api.pids') ?? expect.fail('no pids'))).toBeGreaterThan(5);
  expect([...series.keys()].filter((metric) => /sockets|hits/.test(metric))).toEqual([]);
  const { findings } = await report();
  expect(resourceCodes(findings)).toEqual(['LEAK-11', 'LOAD-09']);
  const open = findings.map(({ summary }) => summary).join('\n');
  expect(open).toContain('service.api.sockets cannot be seen on this machine');
  expect(open).toContain('service.api.metrics.hits: no gauge is called so');
});

it('with loads there is one series for each load and metric, of the time of that load alone', async () => {
  const stage = '{load_profile: [steady, peak], journeys: [look], thresholds: {service.api.cpu: avg < 70%, service.api.memory: max < 2GB}}';
  const files = config(stage);
  await using project = await inlineProject({
    ...files,
    'gauntlet.yml': `${files['gauntlet.yml'] ?? ''}journeys: {look: {steps: [{get: "{{api}}/", expect: {status: 200}}]}}\n`,
  });
  const { exitCode, report } = await project.gauntlet(['run', '--users', '30', '--duration', '12s']);
  expect([exitCode, resourceCodes((await report()).findings)]).toEqual([0, []]);
  const series = await seriesOf(project, 'performance');
  const own = ['steady', 'peak'].map((load) => series.find((piece) => piece.load === load && piece.metric === load));
  const cpu = ['steady', 'peak'].map((load) => series.find((piece) => piece.load === load && piece.metric === 'service.api.cpu'));
  expect(cpu.map((piece) => piece?.window)).toEqual(own.map((piece) => piece?.window));
  for (const piece of cpu) {
    expect(piece?.samples).toBeGreaterThanOrEqual(4);
    expect(meanOf(piece ?? expect.fail('no series'))).toBeLessThan(0.5);
  }
});

it('what cannot be seen from here is said: a service that runs elsewhere', async () => {
  await using project = await inlineProject({
    'gauntlet.yml': `version: 1
stack: {external: {targets: {api: "tcp://127.0.0.1:41875"}}, ready: 10s}
stages:
  - performance: {run: node -e 0, thresholds: {service.api.memory: max < 2GB}}
`,
  });
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(41_875, '127.0.0.1', resolve));
  const { exitCode, stdout } = await project.gauntlet(['run']);
  server.close();
  expect(exitCode).toBe(2);
  expect(stdout).toContain('cannot be seen from here');
});
