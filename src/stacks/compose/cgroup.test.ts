import { describe, expect, test } from 'vitest';

import { placesIn, readCgroup, type CgroupPlaces } from './cgroup.ts';

const ID = '4af4866b805c502b71afc42136f41cabd2584a40af5d70bf3dedca35fae53c61';
const V2: CgroupPlaces = { version: 2, folder: '/c' };

/** Files by name, whatever folder they are asked for in; what is not there cannot be read. */
function files(texts: Readonly<Record<string, string>>): (path: string) => string {
  return (path) => {
    const text = texts[path.split('/').at(-1) ?? ''];
    if (text === undefined) throw new Error(`ENOENT ${path}`);
    return text;
  };
}

describe('where the accounts of a container are', () => {
  test('cgroup v1, as the cgroupfs driver names it, also where a hybrid machine has v2 beside it', () => {
    const text = `9:name=systemd:/docker/${ID}\n8:pids:/docker/${ID}\n4:memory:/docker/${ID}\n2:cpuacct:/docker/${ID}\n1:cpu:/docker/${ID}\n0::/docker/${ID}\n`;
    expect(placesIn(text, ID)).toEqual({
      version: 1,
      memory: `/sys/fs/cgroup/memory/docker/${ID}`,
      cpuacct: `/sys/fs/cgroup/cpuacct/docker/${ID}`,
      cpu: `/sys/fs/cgroup/cpu/docker/${ID}`,
      pids: `/sys/fs/cgroup/pids/docker/${ID}`,
    });
  });

  test('cgroup v1 with controllers that share a mount', () => {
    const text = `4:memory:/docker/${ID}\n3:cpu,cpuacct:/docker/${ID}\n`;
    expect(placesIn(text, ID)).toMatchObject({ version: 1, cpuacct: `/sys/fs/cgroup/cpuacct/docker/${ID}` });
  });

  test('cgroup v2, as the systemd driver names it, with groups that the program inside made', () => {
    const folder = `/sys/fs/cgroup/system.slice/docker-${ID}.scope`;
    expect(placesIn(`0::/system.slice/docker-${ID}.scope/init.scope\n`, ID)).toEqual({ version: 2, folder });
  });

  test.each([
    ['another program that has the number here', '0::/user.slice/session-1.scope\n'],
    ['a container beyond the own namespace', `0::/../../docker/${ID}\n`],
    ['nothing', ''],
  ])('nowhere: %s', (_, text) => {
    expect(placesIn(text, ID)).toBeUndefined();
  });
});

describe('what the accounts say', () => {
  test('cgroup v2: memory without file cache, with shared memory', () => {
    const read = files({
      'cpu.stat': 'usage_usec 2500000\nuser_usec 2000000\nnr_periods 40\nnr_throttled 10\nthrottled_usec 5\n',
      'memory.current': '300000000\n',
      // 100 MB of cache, of which 30 MB are a tmpfs that cannot be taken back.
      'memory.stat': 'anon 190000000\nfile 100000000\nshmem 30000000\ninactive_file 50000000\nactive_file 20000000\n',
      'pids.current': '7\n',
    });
    expect(readCgroup(V2, read)).toEqual({
      cpuMs: 2_500,
      memoryBytes: 230_000_000,
      anonBytes: 190_000_000,
      pids: 7,
      periods: { all: 40, throttled: 10 },
    });
  });

  test('cgroup v2 without a limit and without the controller of pids', () => {
    const read = files({
      'cpu.stat': 'usage_usec 1000\n',
      'memory.current': '5',
      'memory.stat': 'anon 1\ninactive_file 1\nactive_file 1\n',
    });
    expect(readCgroup(V2, read)).toMatchObject({ memoryBytes: 3, pids: undefined, periods: undefined });
  });

  test('cgroup v1: the sums over the groups below count, not the own fields', () => {
    const read = files({
      'cpuacct.usage': '1500000000\n',
      'memory.usage_in_bytes': '1000\n',
      'memory.stat': 'active_file 1\ninactive_file 1\nrss 1\ntotal_rss 500\ntotal_inactive_file 300\ntotal_active_file 100\n',
      'pids.current': '2\n',
      'cpu.stat': 'nr_periods 4\nnr_throttled 1\nthrottled_time 9\n',
    });
    const places: CgroupPlaces = { version: 1, memory: '/m', cpuacct: '/a', cpu: '/c', pids: '/p' };
    expect(readCgroup(places, read)).toEqual({
      cpuMs: 1_500,
      memoryBytes: 600,
      anonBytes: 500,
      pids: 2,
      periods: { all: 4, throttled: 1 },
    });
  });

  test.each([
    ['a group that is gone', {}],
    ['memory without its cache', { 'cpu.stat': 'usage_usec 1\n', 'memory.current': '5', 'memory.stat': 'anon 1\n' }],
    ['words for a number', { 'cpu.stat': 'usage_usec 1\n', 'memory.current': 'max', 'memory.stat': 'inactive_file 1\nactive_file 1\n' }],
  ])('%s cannot be read, and is no number', (_, texts) => {
    expect(() => readCgroup(V2, files(texts))).toThrow(/ENOENT|file cache|number/);
  });
});
