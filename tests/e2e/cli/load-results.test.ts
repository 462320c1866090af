import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { describe, expect, it } from 'vitest';

import { inlineProject, type Ended, type Project } from '../support/project.ts';

const FIXTURES = resolve(import.meta.dirname, '../../../src/load-results');

/** A load of 400 requests in eight seconds, as JMeter tells of it: each tenth `/pay` fails. */
const JMETER = `const lines = ['timeStamp,elapsed,label,responseCode,success'];
for (let at = 0; at < 400; at += 1) {
  const [label, elapsed] = at % 4 === 0 ? ['pay', 60 + (at % 7)] : ['browse', 10 + (at % 5)];
  const failed = label === 'pay' && at % 40 === 0;
  lines.push([1795254864000 + at * 20, elapsed, label, failed ? 500 : 200, !failed].join(','));
}
require('node:fs').mkdirSync('reports', { recursive: true });
require('node:fs').writeFileSync('reports/load.jtl', lines.join('\\n') + '\\n');
`;

const config = (stage: string) => `version: 1
policy: {block: [P0, P1, P2]}
stages:
  - performance: {${stage}}
`;

const jmeter = (limits: string) => ({
  'load.cjs': JMETER,
  'gauntlet.yml': config(`run: node load.cjs, load_results: reports/*.jtl, ${limits}`),
});

describe('limits are held against what another tool measured', () => {
  it('kept: green, with whose numbers these are', async () => {
    await using here = await inlineProject(
      jmeter(
        'success_rate: 90%, thresholds: {latency: p(95) < 100ms, browse.latency: max < 50ms, pay.errors: rate < 30%, requests.rate: avg > 10}',
      ),
    );
    const { exitCode, stdout } = await here.gauntlet(['run']);
    expect(stdout).toMatch(/main \(JMeter\) {2}got 50\/s, 10 failed; n 400, p50 13 ms/);
    expect(stdout).toMatch(/✓ pay\.errors: rate < 30% +main: 10 of 100, 10 %/);
    expect(stdout).toContain('the times leave out what would have waited');
    expect(exitCode).toBe(0);
  });

  it('broken: each by its row', async () => {
    await using here = await inlineProject(
      jmeter('thresholds: {latency: p(95) < 20ms, pay.errors: rate < 1%, requests.rate: avg > 500, browse.latency: p(95) < 1s}'),
    );
    const { exitCode, report } = await here.gauntlet(['run']);
    const { findings } = await report();
    const confirmed = findings.filter(({ result }) => result.verdict === 'confirmed').map(({ code }) => code);
    expect(confirmed.filter((code) => code !== 'LOAD-15').sort()).toEqual(['LOAD-07', 'LOAD-08', 'LOAD-10']);
    expect(exitCode).toBe(1);
  });

  it('that nobody wrote are no excuse for requests that fail', async () => {
    await using here = await inlineProject(jmeter('retries: 0'));
    const { exitCode, report } = await here.gauntlet(['run']);
    const { findings } = await report();
    expect(findings.map(({ code, title }) => [code, title])).toEqual([['LOAD-06', '2.5 % of the requests of JMeter fail']]);
    expect(exitCode).toBe(1);
  });

  it('on what no request is called are left open, with what there is', async () => {
    await using here = await inlineProject(jmeter('thresholds: {errors: rate < 10%, order.latency: p(95) < 1s}'));
    const { exitCode, report } = await here.gauntlet(['run']);
    const [finding] = (await report()).findings;
    expect(finding?.summary).toContain('nothing in the stage measured it; the load results name pay, browse');
    expect(exitCode).toBe(2);
  });
});

describe('what k6 says', () => {
  it('crossed thresholds block by themselves, and one without samples is open', async () => {
    await using here = await k6('crossed.json', 99);
    const { exitCode, report } = await here.gauntlet(['run']);
    expect(await told(report)).toEqual([
      ['LOAD-07', 'confirmed', 'k6 says that `http_req_failed: rate<0.01` is crossed: 8 of 123'],
      ['LOAD-08', 'inconclusive', '`http_req_duration{name:nobody}: p(95)<10` of k6 had no samples'],
    ]);
    expect(exitCode).toBe(1);
  });

  it('a crossed threshold behind exit 0, and exit 99 without a crossed one, contradict each other', async () => {
    await using swallowed = await k6('crossed.json', 0);
    expect(await told((await swallowed.gauntlet(['run'])).report)).toContainEqual([
      'GAT-02',
      'confirmed',
      expect.stringContaining('exits 0 although 1 threshold of k6 is crossed') as string,
    ]);
    await using foreign = await k6('export.json', 99);
    const { exitCode, report } = await foreign.gauntlet(['run']);
    expect((await told(report)).map(([code]) => code)).toEqual(['GAT-02']);
    expect(exitCode).toBe(1);
  });

  it('is compared as it is reported, and a percentile that is not is open', async () => {
    await using here = await k6('export.json', 0, 'thresholds: {latency: [max < 5s, p(99) < 10ms, p(99.9) < 5ms, p(85) < 1s]}');
    const { exitCode, stdout } = await here.gauntlet(['run']);
    expect(stdout).toMatch(/✓ latency: max < 5s +main: max [\d.]+ ms as k6 reports it, n 15/);
    expect(stdout).toMatch(/\? latency: p\(99\) < 10ms/);
    expect(stdout).toMatch(/p\(85\) < 1s needs \d+ samples, had 15/);
    expect(exitCode).toBe(2);
  });

  it('about a load that it could not make is no number', async () => {
    await using here = await k6('starved.json', 0, 'thresholds: {latency: max < 5s}');
    const { exitCode, report, stdout } = await here.gauntlet(['run']);
    expect((await told(report)).map(([code]) => code)).toEqual(['LOAD-13']);
    expect(stdout).toContain('iterations were dropped for want of users');
    expect(exitCode).toBe(2);
  });
});

it('results that do not arrive, that are old, or in which nothing was asked are never green', async () => {
  await using here = await inlineProject({
    'empty.jtl': 'timeStamp,elapsed,label,success\n',
    'gauntlet.yml': config(
      'run: [{name: a, run: "true", load_results: none/*.json}, {name: b, run: "true", load_results: empty.jtl}, {name: c, run: cp empty.jtl new.jtl, load_results: new.jtl}]',
    ),
  });
  const { exitCode, report } = await here.gauntlet(['run']);
  const { findings } = await report();
  expect(findings.map(({ summary }) => summary)).toEqual([
    expect.stringContaining('none/*.json matched nothing') as string,
    expect.stringContaining('empty.jtl matched but was written before this run') as string,
    expect.stringContaining('it tells of no request') as string,
  ]);
  expect(exitCode).toBe(2);
});

it('limits that fit no request are refused before anything starts', async () => {
  await using here = await inlineProject(jmeter('thresholds: {pay.latency: rate < 1%}'));
  const { exitCode, stderr } = await here.gauntlet(['plan']);
  expect(stderr).toContain('a time has no rate');
  expect(exitCode).toBe(3);
});

async function k6(fixture: string, exit: number, limits = 'retries: 0'): Promise<Project> {
  const text = await readFile(join(FIXTURES, 'k6/fixtures', fixture), 'utf8');
  const run = `mkdir -p reports && cp k6-wrote.json reports/k6.json && exit ${exit}`;
  return await inlineProject({ 'k6-wrote.json': text, 'gauntlet.yml': config(`run: "${run}", load_results: reports/k6.json, ${limits}`) });
}

async function told(report: Ended['report']): Promise<(readonly [string, string, string])[]> {
  return (await report()).findings.map(({ code, result, title }) => [code, result.verdict, title]);
}
