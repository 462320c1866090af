import { expect, test } from 'vitest';

import { DistributionCounts } from '../lib/histogram.ts';
import { SeriesEvidence } from '../model/evidence.ts';
import { Recording, type Sample } from './resource-metrics.ts';
import { samplesWithin, seriesOf } from './resource-series.ts';

const FROM = Date.parse('2026-01-01T00:00:00.000Z');
const span = { load: 'peak', window: { from: new Date(FROM).toISOString(), to: new Date(FROM + 3_600_000).toISOString() } };

function series(unit: SeriesEvidence['unit'], values: readonly number[]): SeriesEvidence {
  const samples = values.map((value, index): Sample => [FROM + index * 1_000, value]);
  return SeriesEvidence.parse(seriesOf('service.api.cpu', { stage: 'performance', span, unit, samples }));
}

test('a long curve keeps its peaks and is bounded; every sample is counted', () => {
  const values = Array.from({ length: 3_600 }, (_, index) => (index === 1_234 ? 2 : 0.25));
  const { points = [], samples, histogram, id } = series('ratio', values);
  expect([id, samples, points.length, histogram?.unit]).toEqual(['performance/series-peak-service.api.cpu', 3_600, 600, 'millionths']);
  expect(points.find(([, value]) => value === 2)).toEqual([1_234_000, 2]);
  const counts = new DistributionCounts();
  counts.merge(histogram ?? expect.fail('no histogram'));
  expect([counts.count, counts.max, Math.round(counts.mean)]).toEqual([3_600, 2e6, 250_486]);
});

test.each([
  ['count', [1, 2], 'count', 3],
  ['count', [1, 0.5], 'millionths', 1.5e6],
  ['bytes', [1_000, 2_000], 'bytes', 3_000],
  ['milliseconds', [1.5], 'microseconds', 1_500],
] as const)('%s %j is counted in %s', (unit, values, counted, sum) => {
  expect(series(unit, values).histogram).toMatchObject({ unit: counted, sum });
});

test('a load has the samples of its own time', () => {
  const recording = new Recording('count');
  for (const atMs of [FROM - 1, FROM, FROM + 3_600_000, FROM + 3_600_001]) recording.add(atMs, 1);
  expect(samplesWithin(recording, span)).toEqual([
    [FROM, 1],
    [FROM + 3_600_000, 1],
  ]);
});
