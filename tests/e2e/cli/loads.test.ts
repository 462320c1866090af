import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { SeriesEvidence } from '../../../src/model/evidence.ts';
import { inlineProject, type Project } from '../support/project.ts';

const SERVER = `let served = 0;
require('node:http').createServer((request, response) => {
  if (request.url === '/served') return response.end(String(served));
  served += request.url === '/chat' ? 1 : 0;
  if (served === 20) require('node:fs').writeFileSync('under-way', '');
  setTimeout(() => response.end(JSON.stringify({ reply: 'hello' })), 10);
}).listen(process.env.PORT, '127.0.0.1');
`;

/** Answers take long beside whatever a slow machine adds to them: what is claimed of them holds on a machine of any speed. */
const slow = (ms: number): string => SERVER.replace('), 10)', `), ${ms})`);

const project = (stage: string): Record<string, string> => ({
  'server.cjs': SERVER,
  'gauntlet.yml': `version: 1
stack: {process: {api: {run: node server.cjs, port: auto, health: /}}, ready: 20s}
targets: {api: {service: api, port: 8080}}
stages:
  - performance: ${stage}
journeys:
  chat:
    steps:
      - {post: "{{api}}/chat", json: {user: "{{user}}"}, expect: {status: 200, reply: {reply: hello}}}
      - {get: "{{api}}/served", expect: {status: 200}}
`,
});

describe('a performance stage', { retry: 1 }, () => {
  it('passes when each load was delivered as asked', async () => {
    await using here = await inlineProject(project('{load_profile: [peak, burst], journeys: [chat]}'));
    const { exitCode, stderr } = await here.gauntlet(['run', '--users', '60', '--duration', '6s']);
    expect(stderr).toContain('performance │ burst: 60 users, within 10 s, for 3 s');
    expect(exitCode).toBe(0);
    const series = await seriesOf(here);
    const [peak, latency, service, step, requests] = ['peak', 'chat.latency', 'chat.service', 'chat.2.latency', 'requests'].map((metric) =>
      series.find((piece) => piece.metric === metric && piece.load === 'peak'),
    );
    expect(peak?.delivery).toMatchObject({ proof: { state: 'proved' }, asked: { users: 60, arrivals: 15 }, achieved: { kept: 15 } });
    expect([latency, service, step, requests].map((piece) => piece?.samples)).toEqual([15, 15, 15, 30]);
    // Two steps, of which the first takes 10 ms.
    expect(latency?.histogram?.min).toBeGreaterThanOrEqual(9_500);
    expect(series.find(({ metric, load }) => metric === 'burst' && load === 'burst')?.delivery?.achieved.kept).toBe(18);
  });

  it.each([
    ['passes when', 5_000, 0],
    ['is blocked when not', 500, 1],
  ])('%s answers come within a limit that so many samples support', async (_, limitMs, exit) => {
    const stage = `{load_profile: peak, journeys: [chat], success_rate: 90%, thresholds: {chat.latency: "p(90) < ${limitMs}ms"}}`;
    await using here = await inlineProject({ ...project(stage), 'server.cjs': slow(1_500) });
    const { exitCode } = await here.gauntlet(['run', '--users', '120', '--duration', '4s', '--budget', 'release']);
    expect(exitCode).toBe(exit);
  });

  it('is unknown when the generator could not do what was asked, and shows no number', async () => {
    await using here = await inlineProject(project('{load_profile: peak, journeys: [chat]}'));
    const { exitCode, report } = await here.gauntlet(['run', '--users', '9000000', '--duration', '5s']);
    const { findings } = await report();
    expect(exitCode).toBe(2);
    expect(findings.map(({ summary }) => summary).join('\n')).toContain('the generator ');
    expect((await seriesOf(here)).map(({ metric }) => metric).filter((metric) => !metric.startsWith('service.'))).toEqual(['peak']);
  });

  it('is unknown without a journey to walk', async () => {
    await using here = await inlineProject(project('{load_profile: peak}'));
    const { exitCode, stdout } = await here.gauntlet(['run', '--duration', '1s']);
    expect(exitCode).toBe(2);
    expect(stdout).toContain('no journey to walk');
  });

  it('is unknown for a metric that nothing measures', async () => {
    await using here = await inlineProject(project('{load_profile: peak, journeys: [chat], thresholds: {tokens: "max < 100"}}'));
    const { exitCode, stdout } = await here.gauntlet(['run', '--duration', '1s']);
    expect(exitCode).toBe(2);
    expect(stdout).toContain('samples of tokens');
  });

  it('is stopped by a limit that says so, long before its time, and blocked by it', async () => {
    const stage = '{load_profile: peak, journeys: [chat], success_rate: 90%, thresholds: {chat.latency: "p(90) < 1s abort"}}';
    await using here = await inlineProject({ ...project(stage), 'server.cjs': slow(3_000) });
    const { exitCode, stderr, stdout } = await here.gauntlet(['run', '--users', '120', '--duration', '90s', '--budget', 'release']);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('LOAD-08');
    expect(stderr).toContain('peak was stopped by chat.latency: p(90) < 1s abort');
    const own = (await seriesOf(here)).find(({ metric }) => metric === 'peak');
    expect(own?.delivery).toMatchObject({ aborted: { threshold: 'chat.latency: p(90) < 1s abort' }, proof: { state: 'proved' } });
    expect(own?.delivery?.achieved.durationMs).toBeLessThan(45_000);
  });

  it('stopped midway keeps what it measured, and proves nothing', async () => {
    await using here = await inlineProject(project('{load_profile: peak, journeys: [chat]}'));
    let waiting: NodeJS.Timeout | undefined;
    const { exitCode } = await here.gauntlet(['run', '--users', '600', '--duration', '60s'], {
      onOutput: (_, kill) => {
        waiting ??= setInterval(() => {
          void stat(join(here.path, 'under-way')).then(
            () => kill('SIGINT'),
            () => undefined,
          );
        }, 200);
      },
    });
    clearInterval(waiting);
    expect(exitCode).toBe(4);
    const series = await seriesOf(here);
    const own = series.find(({ metric }) => metric === 'peak');
    expect(own?.delivery?.proof).toMatchObject({ state: 'unproved', why: expect.stringContaining('stopped after') as string });
    expect(own?.delivery?.achieved.durationMs).toBeLessThan(30_000);
    const latency = series.find(({ metric }) => metric === 'chat.latency');
    expect(latency?.samples).toBeGreaterThan(10);
    expect(latency?.samples).toBe(latency?.histogram?.buckets.reduce((sum, [, times]) => sum + times, 0));
  });
});

async function seriesOf({ path, read }: Project): Promise<SeriesEvidence[]> {
  const folder = join('.gauntlet/runs', (await read('.gauntlet/latest')).trim(), 'evidence/performance');
  const names = (await readdir(join(path, folder))).filter((name) => name.startsWith('series-'));
  return Promise.all(names.map(async (name) => SeriesEvidence.parse(JSON.parse(await read(join(folder, name))))));
}
