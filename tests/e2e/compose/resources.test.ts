import { expect, it } from 'vitest';

import type { SeriesEvidence } from '../../../src/model/evidence.ts';
import { compose } from '../../../src/stacks/compose/index.ts';
import type { ReplicaUsage } from '../../../src/stacks/contract.ts';
import { BASE_IMAGE, describeWithDocker } from '../support/docker.ts';
import { inlineProject } from '../support/project.ts';
import { meanOf, mostOf, seriesOf } from '../support/series.ts';
import { ports } from './harness-ports.ts';
import { lab } from './harness.ts';

const service = (name: string, program: string, more = ''): string =>
  `  ${name}:\n    image: ${BASE_IMAGE}\n    stop_signal: KILL\n    command: ["perl", "-e", ${JSON.stringify(program)}]\n${more}`;
/** Memory that is touched, and no more than that. */
const holding = (megabytes: number, then: string): string => `vec(my $$x, ${String(megabytes)}_000_000 - 1, 8) = 1; ${then}`;
const SLEEP = 'sleep 1 while 1';
const BURN = '1 while 1';

describeWithDocker('what containers use', () => {
  it('is seen under limits, over replicas and across a restart', async () => {
    const again = service('gauntlet-phoenix', `1 until -e '/go'; unlink '/go'; exit 1`, '    restart: always\n    cpus: 0.2\n');
    const killed = service(
      'gauntlet-tight',
      `until (-e '/go') { sleep 1 } unlink '/go'; unless (fork) { ${holding(200, 'exit')} } ${SLEEP}`,
      '    mem_limit: 50m\n',
    );
    const yaml = [
      'services:\n',
      service('hog', holding(200, BURN), '    cpus: 0.2\n'),
      service('pair', holding(50, SLEEP), '    deploy: {replicas: 2}\n'),
      again,
      killed,
    ].join('');
    const go = (name: string): string => `docker exec $(docker ps -q --filter label=com.docker.compose.service=${name}) touch /go\n`;
    await using project = await inlineProject({
      'compose.yaml': yaml,
      'drive.sh': `sleep 6\n${go('gauntlet-phoenix')}${go('gauntlet-tight')}sleep 6\n`,
      'gauntlet.yml': `version: 1
stack: {compose: {files: compose.yaml}, ready: 60s}
stages:
  - performance: {run: sh drive.sh, thresholds: {service.hog.cpu: avg < 70%}}
`,
    });
    await project.gauntlet(['run']);
    const series = new Map((await seriesOf(project, 'performance')).map((piece) => [piece.metric, piece]));
    const of = (metric: string): SeriesEvidence => series.get(`service.${metric}`) ?? expect.fail(`no ${metric}`);
    // All of its limit is used, as far as a busy machine lets it; and that is a fifth of a core.
    const [share, cores] = [meanOf(of('hog.cpu')), meanOf(of('hog.cores'))];
    expect([share > 0.4, share < 1.1, Math.abs(share / cores - 5) < 0.01]).toEqual([true, true, true]);
    expect(mostOf(of('hog.throttled'))).toBeGreaterThan(0);
    expect(Math.abs(mostOf(of('hog.memory')) - 200e6)).toBeLessThan(20e6);
    expect(Math.abs(mostOf(of('pair.memory')) - 100e6)).toBeLessThan(10e6);
    expect(mostOf(of('pair.pids'))).toBe(2);
    expect(meanOf(of('pair.cpu'))).toBeLessThan(0.1);
    expect(['hog', 'pair', 'gauntlet-phoenix'].map((name) => mostOf(of(`${name}.restarts`)))).toEqual([0, 0, 1]);
    expect(['hog', 'gauntlet-tight'].map((name) => mostOf(of(`${name}.oom_kills`)))).toEqual([0, 1]);
    // Its new life begins with counters of its own, far below those of the first one.
    const after = of('gauntlet-phoenix.cpu').points?.filter(([ms]) => ms > 9_000) ?? [];
    expect(after.length).toBeGreaterThan(1);
    expect(after.filter(([, share]) => share < 0.05)).toEqual([]);
    expect(series.has('service.pair.throttled')).toBe(false);
  });

  it('the engine says the same as the files where those cannot be read', async () => {
    const { up, context } = await lab(`services:\n${service('held', holding(60, SLEEP))}`);
    const { manifest } = await up();
    const real = ports();
    const blind = { ...real.files, readNow: (path: string) => (path.startsWith('/proc/') ? '' : real.files.readNow(path)) };
    const take = async (files: typeof blind): Promise<ReplicaUsage | undefined> => {
      const sampler = compose.sampler?.(manifest, { ...context, ports: { ...real, files } });
      const taken = await sampler?.take();
      expect(taken?.unseen).toEqual(new Map());
      return taken?.usages[0];
    };
    const [here, there] = [await take(real.files), await take(blind)];
    expect([here?.fds, there?.fds]).toEqual([expect.any(Number), undefined]);
    expect([there?.life, there?.pids]).toEqual([here?.life, here?.pids]);
    expect(Math.abs((there?.memoryBytes ?? 0) - (here?.memoryBytes ?? 0))).toBeLessThan(1e6);
    expect(Math.abs((there?.cpuMs ?? 0) - (here?.cpuMs ?? 0))).toBeLessThan(50);
    expect(there?.networkBytes).toBeGreaterThanOrEqual(here?.networkBytes ?? 0);
  });
});
