import { describe, expect, test } from 'vitest';

import { findEngine, usageOf } from './engine-api.ts';
import type { Ports } from '../../ports/index.ts';

const NEVER: Pick<Ports, 'exec'> = {
  exec: {
    run: () => Promise.reject(new Error('nobody is asked')),
    detach: () => Promise.reject(new Error('nobody is asked')),
    isAlive: () => false,
    kill: () => false,
  },
};

/** As engines answer on machines with cgroup v2 and v1, without what is not read. */
const V2 = {
  cpu_stats: { cpu_usage: { total_usage: 3e9 }, throttling_data: { periods: 10, throttled_periods: 4, throttled_time: 1 } },
  memory_stats: { usage: 1_000, stats: { anon: 500, active_file: 100, inactive_file: 200 }, limit: 2_000 },
  pids_stats: { current: 3 },
  networks: { eth0: { rx_bytes: 10, tx_bytes: 5 }, eth1: { rx_bytes: 1, tx_bytes: 1 } },
};
const V1 = {
  ...V2,
  memory_stats: {
    usage: 1_000,
    stats: { active_file: 1, inactive_file: 1, total_rss: 400, total_active_file: 50, total_inactive_file: 50 },
  },
};

describe('what the engine says that a container uses', () => {
  test('counts as the files do', () => {
    expect(usageOf(JSON.stringify(V2))).toEqual({
      cpuMs: 3_000,
      memoryBytes: 700,
      anonBytes: 500,
      pids: 3,
      periods: { all: 10, throttled: 4 },
      networkBytes: 17,
    });
    expect(usageOf(JSON.stringify(V1))).toMatchObject({ memoryBytes: 900, anonBytes: 400 });
  });

  test.each([
    ['of a container that stopped', { ...V2, memory_stats: {} }],
    ['without the file cache', { ...V2, memory_stats: { usage: 5, stats: {} } }],
    ['of nothing', {}],
  ])('an answer %s is no number', (_, answer) => {
    expect(() => usageOf(JSON.stringify(answer))).toThrow(/incomplete|file cache/);
  });
});

describe('where the engine listens', () => {
  test.each([
    [{ DOCKER_HOST: 'unix:///run/user/1000/docker.sock' }, { url: 'http://engine', socketPath: '/run/user/1000/docker.sock' }],
    [{ DOCKER_HOST: 'tcp://docker:2375' }, { url: 'http://docker:2375' }],
  ])('%j', async (env, place) => {
    expect(await findEngine(NEVER, env)).toEqual(place);
  });

  test.each([{ DOCKER_HOST: 'tcp://docker:2376', DOCKER_TLS_VERIFY: '1' }, { DOCKER_HOST: 'ssh://somebody@far' }])(
    '%j is said to be out of reach',
    async (env) => {
      expect(await findEngine(NEVER, env)).toMatchObject({ url: undefined, why: expect.stringMatching(/over (tcp|ssh), where/) });
    },
  );
});
