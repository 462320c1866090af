import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { DistributionCounts } from '../../lib/histogram.ts';
import { SeriesEvidence } from '../../model/evidence.ts';
import { parseThreshold } from '../../model/threshold.ts';
import { outcomeOf, type Series } from './outcome.ts';

const FIRST = '2026-11-20T14:00:00.000Z';

function thresholdOf(metric: string, text: string) {
  const read = parseThreshold(metric, text);
  if ('error' in read) throw new Error(read.error);
  return read;
}

function seriesOf(parts: Partial<Series>): Series {
  const base = {
    id: 's',
    stage: 'performance',
    kind: 'series',
    window: { from: FIRST, to: FIRST },
    metric: 'm',
    unit: 'ratio',
    samples: 0,
  };
  return SeriesEvidence.parse({ ...base, ...parts });
}

function times(list: readonly number[]): Partial<Series> {
  const counts = new DistributionCounts();
  for (const ms of list) counts.record(ms * 1_000);
  const { buckets, ...rest } = counts.store();
  return {
    unit: 'milliseconds',
    samples: list.length,
    histogram: { unit: 'microseconds', buckets: buckets.map(([a, b]) => [a, b]), ...rest },
  };
}

const rate = (hits: number, of: number) => seriesOf({ samples: of, rate: { hits, of } });
const judgeRate = (text: string, hits: number, of: number) => outcomeOf(thresholdOf('errors', text), rate(hits, of), 'share');
const judgeTimes = (text: string, list: readonly number[]) => outcomeOf(thresholdOf('latency', text), seriesOf(times(list)), 'times');
const many = (n: number, ms: number) => Array.from({ length: n }, () => ms);

describe('a rate', () => {
  it('needs as many clean samples as its limit says', () => {
    expect(judgeRate('rate < 0.1%', 0, 2_995).outcome).toBe('kept');
    expect(judgeRate('rate < 0.1%', 0, 2_994).outcome).toBe('open');
    expect(judgeRate('rate < 0.1%', 0, 812).because).toBe('0.1 % needs 2,995 clean samples, had 812');
    expect(judgeRate('rate >= 99%', 299, 299).outcome).toBe('kept');
    expect(judgeRate('rate >= 99%', 298, 298).outcome).toBe('open');
  });

  it('without a sample is open, whatever the limit', () => {
    for (const text of ['rate < 100%', 'rate >= 1%', 'count < 5', 'rate <= 0%']) expect(judgeRate(text, 0, 0).outcome).toBe('open');
  });

  it('of none at all allows none', () => {
    expect([judgeRate('rate <= 0%', 0, 10).outcome, judgeRate('rate <= 0%', 1, 1e6).outcome]).toEqual(['kept', 'broken']);
  });

  it('is never kept and broken where more hits would turn it: more errors are never better', () => {
    const order = { kept: 0, open: 1, broken: 2 };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4_000 }), fc.nat(4_000), fc.constantFrom('0.1%', '1%', '30%'), (of, hits, limit) => {
        const [one, more] = [Math.min(hits, of), Math.min(hits + 1, of)].map((bad) => judgeRate(`rate < ${limit}`, bad, of));
        expect(order[more?.outcome ?? 'kept']).toBeGreaterThanOrEqual(order[one?.outcome ?? 'broken']);
        // What is kept was seen to be kept, and what is broken was seen to be broken.
        const seen = Math.min(hits, of) / of < Number(limit.slice(0, -1)) / 100;
        if (one?.outcome !== 'open') expect(one?.outcome === 'kept').toBe(seen);
      }),
    );
  });

  it('is wrong in one of twenty runs at most where it is just not kept', () => {
    let state = 42;
    const random = () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
    let kept = 0;
    for (let run = 0; run < 1_000; run += 1) {
      let hits = 0;
      for (let sample = 0; sample < 500; sample += 1) if (random() < 0.01) hits += 1;
      if (judgeRate('rate < 1%', hits, 500).outcome === 'kept') kept += 1;
    }
    expect(kept).toBeLessThan(65);
  });
});

describe('a percentile', () => {
  it('is judged by the samples beyond its limit', () => {
    expect(judgeTimes('p(99) < 100ms', many(299, 20)).outcome).toBe('kept');
    expect(judgeTimes('p(99) < 100ms', many(298, 20)).outcome).toBe('open');
    expect(judgeTimes('p(99) < 100ms', [...many(95, 20), ...many(5, 150)]).outcome).toBe('broken');
    expect(judgeTimes('p(99) < 100ms', [...many(2_970, 20), ...many(30, 150)])).toMatchObject({
      outcome: 'open',
      because: expect.stringContaining('too near') as string,
    });
    expect(judgeTimes('med > 10ms', many(5, 20)).outcome).toBe('kept');
    expect(judgeTimes('p(5) > 10ms', many(59, 5)).outcome).toBe('broken');
  });

  it('gives no sample in the bucket of its limit the benefit of the doubt', () => {
    // Both share the bucket of the limit.
    for (const ms of [99.9, 100.05]) expect(judgeTimes('p(99) < 100ms', many(1_000, ms)).outcome).toBe('open');
  });
});

describe('extremes, averages and counts', () => {
  it('are what they are', () => {
    expect(judgeTimes('max < 100ms', [...many(10, 5), 101]).outcome).toBe('broken');
    expect(judgeTimes('max < 100ms', [5]).outcome).toBe('kept');
    expect(judgeTimes('min > 4ms', [5, 6]).outcome).toBe('kept');
    expect(judgeRate('count < 5', 4, 10).outcome).toBe('kept');
  });

  it('an average needs samples, and distance from its limit', () => {
    expect(judgeTimes('avg < 10ms', many(29, 5)).outcome).toBe('open');
    expect(judgeTimes('avg < 10ms', many(30, 5)).outcome).toBe('kept');
    expect(judgeTimes('avg < 10ms', [...many(50, 1), ...many(50, 19.5)]).outcome).toBe('open');
    expect(judgeTimes('avg < 10ms', many(100, 12)).outcome).toBe('broken');
  });
});

describe('a limit that must be broken for a time', () => {
  const memory = (values: readonly number[]) =>
    outcomeOf(
      thresholdOf('service.api.memory', 'max < 2GB for 3s'),
      seriesOf({ unit: 'bytes', samples: values.length, points: values.map((value, second) => [second * 1_000, value * 1e9]) }),
      'gauge',
    );

  it('is broken by a stretch of that length alone', () => {
    expect(memory([1, 3, 3, 1, 3, 3, 1]).outcome).toBe('kept');
    expect(memory([1, 3, 3, 3, 1, 1])).toMatchObject({ outcome: 'broken', measured: 'broken for 3 s (3 GB)' });
  });

  it('is open where nobody watched for long enough', () => {
    expect(memory([1, 1]).outcome).toBe('open');
    expect(memory([1]).outcome).toBe('open');
  });
});
