import { expect, test } from 'vitest';

import { DistributionCounts } from '../lib/histogram.ts';
import { parseThreshold } from '../model/threshold.ts';
import { chartsOf } from './charts.ts';

type Input = Parameters<typeof chartsOf>[0];
const at = (seconds: number): string => new Date(Date.UTC(2026, 0, 1) + seconds * 1_000).toISOString();

function histogram(...ms: number[]): object {
  const counts = new DistributionCounts();
  for (const value of ms) counts.record(value * 1_000);
  return { unit: 'microseconds', ...counts.store() };
}

function series(metric: string, from: number, more: object): object {
  const window = { from: at(from), to: at(from + 10) };
  return { id: metric, kind: 'series', stage: 'performance', window, metric, unit: 'milliseconds', samples: 2, ...more };
}

function charts(evidence: readonly object[], thresholds: readonly unknown[] = []): ReturnType<typeof chartsOf> {
  const plan = { stages: [{ name: 'performance', thresholds }] };
  // Only what charts look at: the judge's own tests fill whole plans.
  return chartsOf({ evidence, plan } as unknown as Input);
}

test('latency is drawn over the time of its stage, and spread by percentile', () => {
  const slices = [
    { fromMs: 0, toMs: 2_000, histogram: histogram(10, 30) },
    { fromMs: 2_000, toMs: 4_000, histogram: histogram(20, 40) },
  ];
  const limit = parseThreshold('chat.latency', 'p(95) < 100ms');
  const load = { load: 'peak', slices, histogram: histogram(10, 20, 30, 40) };
  const [overTime, spread] = charts([series('service.api.cpu', 0, { unit: 'ratio' }), series('latency', 5, load)], [limit]);
  expect(overTime).toMatchObject({
    title: 'latency from the scheduled time',
    unit: 'milliseconds',
    limits: [{ value: 100, text: 'chat.latency: p(95) < 100ms' }],
  });
  const median = overTime?.lines.find(({ name }) => name === 'peak p50');
  expect(median?.points.map(([ms, value]) => [ms, Math.round(value)])).toEqual([
    [6_000, 10],
    [8_000, 20],
  ]);
  expect(spread?.lines[0]?.points.at(-1)).toEqual([1, 40]);
});

test('a load is a band over what services used', () => {
  const delivery = { proof: { state: 'proved' } };
  const points = [
    [0, 0.1],
    [1_000, 0.4],
  ];
  const [cpu] = charts([
    series('peak', 2, { load: 'peak', delivery }),
    series('service.api.cpu', 2, { unit: 'ratio', load: 'peak', points }),
  ]);
  expect(cpu).toMatchObject({ title: 'CPU of services', bands: [{ kind: 'load', label: 'peak', fromMs: 0, toMs: 10_000 }] });
  expect(cpu?.lines).toEqual([{ name: 'api', points }]);
});

test('of many points the highest of each part stay', () => {
  const points = Array.from({ length: 10_000 }, (_, index) => [index, index === 5_001 ? 9 : 1]);
  const [rate] = charts([series('requests.rate', 0, { unit: 'count', points })]);
  expect(rate?.lines[0]?.points.length).toBeLessThanOrEqual(240);
  expect(rate?.lines[0]?.points).toContainEqual([5_001, 9]);
});

test('nothing that was not measured is drawn', () => {
  expect(
    charts([series('latency', 0, { load: 'peak', slices: [], histogram: undefined }), series('errors', 0, { rate: { hits: 0, of: 9 } })]),
  ).toEqual([]);
});

test('an experiment is the share of walks that were answered well, with the fault and what followed it', () => {
  const journey = (more: object) => ({
    journey: 'chat',
    role: 'steady',
    intervalMs: 1_000,
    recovery: { state: 'recovered', afterMs: 2_000 },
    points: [
      [100, 5, 0],
      [1_100, 9, 4],
      [1_200, 5, 2],
      [2_100, 5, 0],
    ],
    ...more,
  });
  const observed = {
    title: 'redis is stopped',
    lasts: 'held',
    injectMs: 1_000,
    healedMs: 2_000,
    journeys: [journey({}), journey({ role: 'control', points: [] })],
  };
  const [chart] = charts([{ kind: 'fault', stage: 'chaos', experiment: 'redis-down', observed }]);
  expect(chart?.lines).toEqual([
    {
      name: 'chat',
      points: [
        [500, 1],
        [1_500, 0.5],
        [2_500, 1],
      ],
    },
  ]);
  expect(chart?.bands).toEqual([
    { kind: 'fault', label: 'redis is stopped', fromMs: 1_000, toMs: 2_000 },
    { kind: 'recovery', label: '', fromMs: 2_000, toMs: 4_000 },
  ]);
});
