import { describe, expect, test } from 'vitest';

import { familyOf, readStat, readStatus, type ProcStat } from './proc.ts';

const STAT = '42 (a (strange) name) S 7 41 41 0 -1 4194560 1 2 3 4 100 20 3 1 20 0 11 0 12345 1000 100';

describe('/proc', () => {
  test('time with that of children that have ended, whatever the name holds', () => {
    expect(readStat(STAT)).toEqual({ parent: 7, group: 41, ticks: 124 });
  });

  test('a zombie and a text that is none are no process', () => {
    expect([readStat(STAT.replace(' S ', ' Z ')), readStat(''), readStat('42 (x) S 1')]).toEqual([undefined, undefined, undefined]);
  });

  test('memory that no file stands behind', () => {
    const status = 'Name:\tx\nVmRSS:\t  900 kB\nRssAnon:\t     500 kB\nRssFile:\t     300 kB\nRssShmem:\t     100 kB\nThreads:\t11\n';
    expect(readStatus(status)).toEqual({ anonBytes: 512_000, memoryBytes: 614_400, threads: 11 });
    expect(() => readStatus('VmRSS: 900 kB\nThreads: 1\n')).toThrow('does not tell');
  });

  test('a service is its group, and what descends from it in groups of its own', () => {
    const of = (parent: number, group: number): ProcStat => ({ parent, group, ticks: 0 });
    const stats = new Map([
      [10, of(1, 10)],
      [11, of(10, 10)],
      [12, of(11, 12)],
      // Left by its parent, still in the group.
      [13, of(1, 10)],
      [20, of(1, 20)],
    ]);
    expect(familyOf(10, stats).toSorted((a, b) => a - b)).toEqual([10, 11, 12, 13]);
    expect(familyOf(99, stats)).toEqual([]);
  });
});
