import { cp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { SeriesEvidence } from '../../../src/model/evidence.ts';
import { knownDelays } from '../../support/known-delays.ts';
import { inlineProject, type Project } from '../support/project.ts';

// One load that several machines share: each leg is a process of its own, and the judge job makes one distribution of all.
const config = (url: string): string => `version: 1
stack: {external: {targets: {api: "${url}"}}}
targets: {api: {url: "${url}"}}
loads: {rush: {users: 60, per_minute: 120, duration: 6s}}
stages:
  - performance: {load_profile: rush, journeys: [hello], legs: 2, success_rate: 99%, thresholds: {hello.latency: p(99) < 5s}}
journeys:
  hello: {steps: [{get: "{{api}}/?user={{user}}", expect: {status: 200}}]}
`;

describe('a load that legs share', { retry: 1 }, () => {
  it('is one load with all samples of all, counted exactly', async () => {
    await using server = await knownDelays({ type: 'fixed', ms: 5 });
    await using here = await inlineProject({ 'gauntlet.yml': config(server.url), '.gitignore': '.gauntlet/\nreports/\nlegs/\ncopies/\n' });
    const runs = await Promise.all(['1', '2'].map((name) => leg(here, name)));
    const parts = await Promise.all(runs.map(seriesIn));
    for (const [index, run] of runs.entries()) await cp(run, join(here.path, 'legs', String(index + 1)), { recursive: true });
    const { exitCode, stdout } = await here.gauntlet(['judge', 'legs/1', 'legs/2'], { env: { GITHUB_ACTIONS: 'true' } });
    const series = await seriesIn(join(here.path, '.gauntlet/runs', (await here.read('.gauntlet/latest')).trim()));
    const own = series.find(({ metric }) => metric === 'rush');
    expect(own?.delivery).toMatchObject({
      shards: 2,
      asked: { users: 60, arrivals: 720 },
      achieved: { kept: 720 },
      proof: { state: 'proved' },
    });
    expect(own?.legs).toEqual(['1', '2']);
    const merged = series.find(({ metric }) => metric === 'hello.latency')?.histogram;
    const alone = parts.map((all) => all.find(({ metric }) => metric === 'hello.latency')?.histogram);
    expect(merged?.sum).toBe(alone.reduce((sum, histogram) => sum + (histogram?.sum ?? 0), 0));
    expect(merged?.max).toBe(Math.max(...alone.map((histogram) => histogram?.max ?? 0)));
    expect(stdout).toContain('rush');
    expect(exitCode).toBe(0);
  });
});

/** A checkout and a process of its own, as on another machine. Its run's directory. */
async function leg(here: Project, name: string): Promise<string> {
  const copy = join(here.path, 'copies', name);
  for (const part of ['.git', 'gauntlet.yml', '.gitignore']) await cp(join(here.path, part), join(copy, part), { recursive: true });
  await here.gauntlet(['-C', copy, 'run', '--leg', name, '--budget', 'nightly'], { env: { GITHUB_ACTIONS: 'true' } });
  return join(copy, '.gauntlet/runs', (await readFile(join(copy, '.gauntlet/latest'), 'utf8')).trim());
}

async function seriesIn(run: string): Promise<SeriesEvidence[]> {
  const folder = join(run, 'evidence/performance');
  const names = (await readdir(folder)).filter((name) => name.includes('series-'));
  return Promise.all(names.map(async (name) => SeriesEvidence.parse(JSON.parse(await readFile(join(folder, name), 'utf8')))));
}
