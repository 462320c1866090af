import { describe, expect, it } from 'vitest';

import type { Reported } from '../../model/load-results.ts';
import { parseThreshold } from '../../model/threshold.ts';
import { decideReported } from './reported.ts';

const REPORTED: Reported = {
  tool: 'k6',
  quantiles: [
    [0.5, 20],
    [0.95, 80],
    [0.99, 150],
  ],
  samples: 1_000,
  mean: 30,
  min: 5,
  max: 400,
};

function decided(text: string, reported: Reported = REPORTED) {
  const threshold = parseThreshold('latency', text);
  if ('error' in threshold) throw new Error(threshold.error);
  return decideReported(threshold, reported);
}

describe('what a tool reports', () => {
  it.each([
    ['p(95) < 100ms', 'kept', 'p(95) 80 ms as k6 reports it, n 1,000'],
    ['p(95) < 80ms', 'broken', 'p(95) 80 ms as k6 reports it, n 1,000'],
    ['med < 25ms', 'kept', 'med 20 ms as k6 reports it, n 1,000'],
    ['avg < 25ms', 'broken', 'avg 30 ms as k6 reports it, n 1,000'],
    ['max < 500ms', 'kept', 'max 400 ms as k6 reports it, n 1,000'],
    ['min > 10ms', 'broken', 'min 5 ms as k6 reports it, n 1,000'],
  ])('%s', (text, outcome, measured) => {
    expect(decided(text)).toEqual({ outcome, measured });
  });

  it('bounds a percentile that it leaves out by its neighbours, and says which', () => {
    expect(decided('p(90) < 100ms')).toEqual({ outcome: 'kept', measured: 'p(95) 80 ms as k6 reports it, n 1,000' });
    expect(decided('p(97) < 70ms')).toEqual({ outcome: 'broken', measured: 'p(95) 80 ms as k6 reports it, n 1,000' });
    expect(decided('p(90) > 10ms')).toEqual({ outcome: 'kept', measured: 'med 20 ms as k6 reports it, n 1,000' });
  });

  it('leaves open what the neighbours do not decide', () => {
    expect(decided('p(97) < 100ms')).toMatchObject({
      outcome: 'open',
      because: 'k6 does not report p(97), only med, p(95), p(99): have it write that one, or its samples',
    });
    expect(decided('avg < 25ms', { tool: 'k6', quantiles: [] })).toMatchObject({ outcome: 'open', measured: 'no avg' });
  });

  it('says nothing of a tail that so few requests have not', () => {
    expect(decided('p(99) < 200ms', { ...REPORTED, samples: 298 })).toMatchObject({ outcome: 'open' });
    expect(decided('p(99) < 200ms', { ...REPORTED, samples: 299 })).toMatchObject({ outcome: 'kept' });
    expect(decided('avg < 100ms', { ...REPORTED, samples: 29 })).toMatchObject({ outcome: 'open' });
  });

  it('has no share and no count', () => {
    expect(decided('count < 5').outcome).toBe('open');
  });
});
