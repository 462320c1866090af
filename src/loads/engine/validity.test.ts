import { describe, expect, it } from 'vitest';

import { doubtOf, type Delivered } from './validity.ts';

const SOUND: Delivered = {
  delivery: {
    asked: { users: 10, arrivals: 300, durationMs: 60_000, perSecond: 5 },
    achieved: { arrivals: 300, kept: 299, failed: 1, cut: 0, dropped: 0, durationMs: 59_900, mostInFlight: 7, misses: [] },
    lag: { p50: 0.2, p99: 3, max: 12 },
    busy: 0.2,
    calibration: { samples: 300, perSecond: 200, p50: 0.4, p99: 4 },
  },
  scale: { latencyP99Ms: 80, limitMs: undefined, perSecond: 1_000 },
  exhausted: 0,
  hopeless: false,
  interrupted: false,
  aborted: false,
};

type Delivery = Delivered['delivery'];

const but = (changes: Partial<Delivery>, more: Partial<Delivered> = {}): Delivered => ({
  ...SOUND,
  ...more,
  delivery: { ...SOUND.delivery, ...changes },
});

const achieved = (changes: Partial<Delivery['achieved']>) => ({ achieved: { ...SOUND.delivery.achieved, ...changes } });

describe('a load proves', () => {
  it('what it measured, when it was delivered as asked by a generator at ease', () => {
    expect(doubtOf(SOUND)).toBeUndefined();
  });

  it('slow answers with a generator that is late by little of them', () => {
    expect(
      doubtOf(but({ lag: { p50: 1, p99: 90, max: 200 } }, { scale: { latencyP99Ms: 4_000, limitMs: undefined, perSecond: 1_000 } })),
    ).toBeUndefined();
  });

  it.each([
    ['a twentieth of the tightest limit late', 2_000, 99, true],
    ['later than that', 2_000, 101, false],
    ['later than a limit of any size excuses', 30_000, 251, false],
    ['20 ms late, however tight the limit', 100, 19, true],
  ])('with a generator that is %s: %s ms, %s ms, %s', (_, limitMs, late, proved) => {
    const doubt = doubtOf(but({ lag: { p50: 1, p99: late, max: 300 } }, { scale: { latencyP99Ms: 80, limitMs, perSecond: 1_000 } }));
    expect(doubt === undefined).toBe(proved);
  });

  it.each([
    ['three arrivals in six seconds', 0.5, 66, true],
    ['a quarter of the gap between arrivals', 2, 125, true],
    ['more than a quarter of the gap', 2, 126, false],
    ['more than any gap excuses', 0.01, 251, false],
    ['a quarter of a gap that is no longer than usual', 12.5, 21, false],
    ['many arrivals', 1_000, 21, false],
  ])('what a generator shows that is late, or off, by little of the gap: %s (%s a second, %s ms): %s', (_, perSecond, late, proved) => {
    const scale = { latencyP99Ms: 80, limitMs: undefined, perSecond };
    const lag = { p50: 1, p99: late, max: late };
    const calibration = { samples: 300, perSecond: 200, p50: 0.4, p99: late };
    expect(doubtOf(but({ lag }, { scale })) === undefined).toBe(proved);
    expect(doubtOf(but({ calibration }, { scale })) === undefined).toBe(proved);
  });

  it.each([
    ['as a core that was asleep', 5, 4.9, true],
    ['by more than that', 0.1, 5.1, false],
    ['by more than 2 ms where arrivals are many', 1_000, 2.1, false],
  ])('what an engine shows that is off in the middle %s (%s a second, %s ms): %s', (_, perSecond, p50, proved) => {
    const scale = { latencyP99Ms: 80, limitMs: undefined, perSecond };
    expect(doubtOf(but({ calibration: { samples: 300, perSecond: 200, p50, p99: 6 } }, { scale })) === undefined).toBe(proved);
  });

  it.each<[string, Delivered, string]>([
    [
      'half of its arrivals were late, however rare they are',
      but({ lag: { p50: 21, p99: 60, max: 60 } }, { scale: { latencyP99Ms: 80, limitMs: undefined, perSecond: 0.5 } }),
      'sent half of the arrivals 21.0 ms late or more; 20.0 ms are allowed',
    ],
    ['an arrival was dropped', but(achieved({ dropped: 1 })), 'had no room for 1 of 300 arrivals'],
    ['an arrival was never sent', but(achieved({ arrivals: 299 })), 'sent 299 of 300'],
    ['it was late', but({ lag: { p50: 1, p99: 20.5, max: 200 } }), 'sent 1 % of the arrivals 20.5 ms late'],
    ['it gave up', but({}, { hopeless: true }), 'behind its own schedule'],
    ['it was busy', but({ busy: 0.95 }), 'was busy for 95'],
    ['its machine ran out of sockets', but({}, { exhausted: 3 }), 'ran out of ports, files or memory 3 times'],
    [
      'nothing came to an end',
      but(achieved({ kept: 0, failed: 0 }), { scale: { latencyP99Ms: Number.NaN, limitMs: undefined, perSecond: 1_000 } }),
      'not one arrival',
    ],
    ['it was stopped', but(achieved({ arrivals: 12 }), { interrupted: true }), '12 of 300 arrivals'],
    ['it was off by itself', but({ calibration: { samples: 300, perSecond: 200, p50: 0.4, p99: 21 } }), '21.0 ms (p99) off'],
    ['it was off by itself in the middle', but({ calibration: { samples: 300, perSecond: 200, p50: 2.1, p99: 4 } }), '2.1 ms (p50)'],
    ['its own server did not answer', but({ calibration: { samples: 99, perSecond: 200, p50: 0, p99: 0 } }), 'answered 99 times'],
  ])('nothing when %s', (_, delivered, why) => {
    expect(doubtOf(delivered)?.why).toContain(why);
  });

  it('nothing without a calibration', () => {
    const { calibration: _, ...delivery } = SOUND.delivery;
    expect(doubtOf({ ...SOUND, delivery })?.why).toContain('not calibrated');
  });
});
