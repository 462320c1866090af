import fc from 'fast-check';
import { expect, it } from 'vitest';

import { DistributionCounts } from '../lib/histogram.ts';
import type { SeriesEvidence } from './evidence.ts';
import { mergedSeries } from './merged-series.ts';

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();

function latency(leg: string, values: readonly number[]): SeriesEvidence {
  const counts = new DistributionCounts();
  for (const value of values) counts.record(value);
  const { buckets, ...rest } = counts.store();
  const histogram = { unit: 'microseconds' as const, buckets: buckets.map(([index, times]): [number, number] => [index, times]), ...rest };
  const window = { from: at(0), to: at(60) };
  const id = `performance/leg-${leg}-series-peak-latency`;
  return {
    id,
    kind: 'series',
    stage: 'performance',
    window,
    leg,
    load: 'peak',
    metric: 'latency',
    unit: 'milliseconds',
    samples: values.length,
    histogram,
  };
}

function own(leg: string, from: number): SeriesEvidence {
  const achieved = { arrivals: 10, kept: 9, failed: 1, cut: 0, dropped: 0, durationMs: 60_000, mostInFlight: 2, misses: [] };
  return {
    ...latency(leg, []),
    id: `performance/leg-${leg}-series-peak`,
    window: { from: at(from), to: at(from + 60) },
    metric: 'peak',
    delivery: {
      asked: { users: 5, arrivals: 10, durationMs: 60_000, perSecond: 1 },
      achieved,
      lag: { p50: 0, p99: Number(leg), max: 2 },
      busy: 0.1,
      calibration: { samples: 200, perSecond: 200, p50: 0.1, p99: Number(leg) },
      shards: 2,
      proof: { state: 'proved' },
    },
  };
}

it('counts what its shards counted, whatever they did', () => {
  const values = fc.array(fc.nat(1e7), { minLength: 1 });
  fc.assert(
    fc.property(values, values, (one, other) => {
      const { histogram, samples, legs } = mergedSeries([latency('1', one), latency('2', other)]);
      const all = latency('x', [...one, ...other]);
      expect({ histogram, samples, legs }).toEqual({ histogram: all.histogram, samples: all.samples, legs: ['1', '2'] });
    }),
  );
});

it('is one load of all users, as late as its latest shard', () => {
  expect(mergedSeries([own('1', 0), own('2', 5)])).toMatchObject({
    id: 'performance/series-peak',
    window: { from: at(0), to: at(65) },
    delivery: {
      asked: { users: 10, arrivals: 20 },
      achieved: { kept: 18, failed: 2 },
      lag: { p99: 2 },
      calibration: { p99: 2 },
      proof: { state: 'proved' },
    },
  });
});

it('proves nothing when its shards ran one after the other, or one of them proves nothing', () => {
  expect(mergedSeries([own('1', 0), own('2', 40)]).delivery?.proof).toEqual({
    state: 'unproved',
    why: 'its 2 shards ran together for 20.0 s of 60.0 s',
  });
  const late = own('2', 0);
  const doubted = { ...late, delivery: { ...own('2', 0).delivery, proof: { state: 'unproved', why: 'was late' } } } as SeriesEvidence;
  expect(mergedSeries([own('1', 0), doubted]).delivery?.proof).toEqual({ state: 'unproved', why: 'shard 2: was late' });
});

it('names the threads of all shards: one that has no others is its own', () => {
  const worker = { arrivals: 5, lag: { p50: 0, p99: 1, max: 2 }, busy: 0.2 };
  const [one, other] = [own('1', 0), own('2', 0)];
  const several = { ...one, ...(one.delivery ? { delivery: { ...one.delivery, workers: [worker, worker] } } : {}) };
  expect(mergedSeries([several, other]).delivery?.workers).toEqual([
    worker,
    worker,
    { arrivals: 10, lag: { p50: 0, p99: 2, max: 2 }, busy: 0.1 },
  ]);
  expect(mergedSeries([one, other]).delivery).not.toHaveProperty('workers');
});
