import { expect, test } from 'vitest';

import type { ReplicaUsage } from '../stacks/contract.ts';
import { ResourceRecorder } from './resource-recorder.ts';

const usage = (life: string, atMs: number, more: Partial<ReplicaUsage>): ReplicaUsage => ({
  service: 'api',
  life,
  atMs,
  cpuMs: 0,
  memoryBytes: 100,
  ...more,
});

/** The values of one metric after these looks. */
function recorded(looks: readonly (readonly ReplicaUsage[])[], unseen: ReadonlyMap<string, string> = new Map()) {
  const recorder = new ResourceRecorder();
  for (const [index, usages] of looks.entries()) recorder.take({ usages, unseen: index === 0 ? new Map() : unseen }, index);
  return (what: string) =>
    recorder.recordings
      .get(`service.api.${what}`)
      ?.within(0, 9)
      .map(([, value]) => value);
}

test('counters become what was used per second; the share is of the limit, or of one core', () => {
  const free = recorded([[usage('a', 0, { cpuMs: 50 })], [usage('a', 2_000, { cpuMs: 3_050, networkBytes: 9 })]]);
  expect([free('cpu'), free('cores'), free('memory'), free('network')]).toEqual([[1.5], [1.5], [100, 100], undefined]);
  const limited = recorded([
    [usage('a', 0, { cores: 0.5, periods: { all: 0, throttled: 0 }, networkBytes: 100 })],
    [usage('a', 1_000, { cores: 0.5, cpuMs: 500, periods: { all: 10, throttled: 8 }, networkBytes: 350 })],
  ]);
  expect([limited('cpu'), limited('cores'), limited('throttled'), limited('network')]).toEqual([[1], [0.5], [0.8], [250]]);
});

test('amounts of replicas are summed; of shares the highest is told', () => {
  const both = recorded([
    [usage('a', 0, { pids: 2 }), usage('b', 0, { pids: 3 })],
    [usage('a', 1_000, { pids: 2, cpuMs: 900 }), usage('b', 1_000, { pids: 4, cpuMs: 100 })],
  ]);
  expect([both('memory'), both('pids'), both('cpu'), both('cores')]).toEqual([[200, 200], [5, 6], [0.9], [1]]);
});

test('a replica that was started again begins anew', () => {
  const again = recorded([[usage('a', 0, { cpuMs: 9_000 })], [usage('b', 1_000, { cpuMs: 10 })], [usage('b', 2_000, { cpuMs: 510 })]]);
  expect([again('cpu'), again('memory')]).toEqual([[0.5], [100, 100, 100]]);
});

test('a child that ended counts once, though nobody has its time for a moment', () => {
  const child = recorded([[usage('a', 0, { cpuMs: 1_000 })], [usage('a', 1_000, { cpuMs: 200 })], [usage('a', 2_000, { cpuMs: 1_100 })]]);
  expect(child('cpu')).toEqual([0, 0.1]);
});

test('where one replica cannot be seen, or one number of it, there is no sum', () => {
  const looks = [[usage('a', 0, { fds: 3 }), usage('b', 0, {})], [usage('a', 1_000, { cpuMs: 10 })]];
  const half = recorded(looks, new Map([['api', 'nobody may look']]));
  expect([half('fds'), half('memory'), half('cpu')]).toEqual([undefined, [200], undefined]);
});
