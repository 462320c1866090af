import { describe, expect, it } from 'vitest';

import { DistributionCounts } from '../../lib/histogram.ts';
import { parseThreshold, type Threshold } from '../../model/threshold.ts';
import { addedBy, outcomeWithout } from './added.ts';
import type { Samples } from './outcome.ts';

describe('what the generator may have added', () => {
  const samples = times(1_000, 105);

  it('is its lateness and what it was off against a known delay', () => {
    const delivery = { lag: { p50: 1, p99: 24, max: 60 }, calibration: { samples: 300, perSecond: 200, p50: 0.4, p99: 6 } };
    expect(addedBy({ delivery } as Parameters<typeof addedBy>[0])).toBe(30);
    expect(addedBy(undefined)).toBe(0);
  });

  it('leaves a limit open that is broken by no more than that', () => {
    expect(judge('p(99) < 100ms', 10)).toMatchObject({ outcome: 'open', because: expect.stringContaining('10 ms') as string });
    expect(judge('avg < 100ms', 10)).toMatchObject({ outcome: 'open' });
    expect(judge('max < 100ms', 10)).toMatchObject({ outcome: 'open' });
  });

  it('breaks a limit that is broken by more, keeps what is kept, and is nothing where it is nothing', () => {
    expect(judge('p(99) < 100ms', 4).outcome).toBe('broken');
    expect(judge('p(99) < 120ms', 10).outcome).toBe('kept');
    expect(judge('p(99) < 100ms', 0).outcome).toBe('broken');
  });

  function judge(text: string, addedMs: number) {
    return outcomeWithout(thresholdOf(text), samples, { kind: 'times', addedMs });
  }
});

function times(count: number, ms: number): Samples {
  const counts = new DistributionCounts();
  counts.record(ms * 1_000, count);
  const { buckets, ...rest } = counts.store();
  return {
    samples: count,
    histogram: { unit: 'microseconds', buckets: buckets.map(([index, n]): [number, number] => [index, n]), ...rest },
  };
}

function thresholdOf(text: string): Threshold {
  const threshold = parseThreshold('j.latency', text);
  if ('error' in threshold) throw new Error(threshold.error);
  return threshold;
}
