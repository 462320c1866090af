import fc from 'fast-check';
import { expect, it } from 'vitest';

import type { Walked } from '../contract.ts';
import { metricsOf } from './metrics.ts';
import { Recorder } from './recorder.ts';

const SHAPE = { durationMs: 6_000, journeys: ['buy', 'look'] };
const START_MS = 1_000;
const miss = { what: 'status', measured: '500', expected: '200' } as const;

const arrival = fc.record({
  journey: fc.constantFrom('buy', 'look'),
  dueMs: fc.integer({ min: 0, max: 6_000 }),
  lateMs: fc.integer({ min: 0, max: 40 }),
  tookMs: fc.integer({ min: 1, max: 3_000 }),
  end: fc.constantFrom<Walked['end']>('kept', 'missed', 'cut'),
  steps: fc.integer({ min: 1, max: 3 }),
  refused: fc.boolean(),
  /** Whose it is, and in which of its reports it comes. */
  worker: fc.integer({ min: 0, max: 2 }),
  report: fc.integer({ min: 0, max: 3 }),
});
type Arrival = typeof arrival extends fc.Arbitrary<infer Value> ? Value : never;

it('what several count, report by report, is what one would have counted', () => {
  fc.assert(
    fc.property(fc.array(arrival, { maxLength: 60 }), (arrivals) => {
      // Who reports first is heard first: of equal misses, the one that was due first is kept whole, whoever tells of it.
      const ordered = arrivals.toSorted((one, other) => one.dueMs - other.dueMs);
      const whole = recorded(ordered);
      const merged = new Recorder(SHAPE, 6);
      for (const [worker, report] of [0, 1, 2].flatMap((one) => [0, 1, 2, 3].map((other) => [one, other] as const)))
        merged.merge(structuredClone(recorded(ordered.filter((one) => one.worker === worker && one.report === report)).store()));
      expect(seriesOf(merged)).toEqual(seriesOf(whole));
      for (const name of ['kept', 'failed', 'cut', 'refusals', 'exhausted'] as const) expect(merged[name]).toBe(whole[name]);
      const [ours, one] = [merged.takeRecent(), whole.takeRecent()];
      expect({ ...ours, latency: ours.latency.store() }).toEqual({ ...one, latency: one.latency.store() });
      const firsts = (recorder: Recorder) =>
        [...recorder.misses.values()].map(({ step, times, firstAtMs }) => `${step} ${times} ${firstAtMs}`).sort();
      expect(firsts(merged)).toEqual(firsts(whole));
    }),
  );
});

it('connections that were lost while they were held are lost in the whole', () => {
  const [one, whole] = [new Recorder(SHAPE, 6), new Recorder(SHAPE, 6)];
  one.begin(START_MS);
  one.lost(3, START_MS + 6_000);
  whole.merge(one.store());
  expect(whole.failed).toBe(3);
  expect(whole.success.whole).toEqual({ hits: 0, of: 3 });
  expect(whole.errors.whole).toEqual({ hits: 3, of: 3 });
  expect([...whole.misses.values()]).toMatchObject([{ what: 'connection', times: 3, firstAtMs: 6_000 }]);
});

function recorded(arrivals: readonly Arrival[]): Recorder {
  const recorder = new Recorder(SHAPE, 6);
  recorder.begin(START_MS);
  for (const { journey, dueMs, lateMs, tookMs, end, steps, refused } of arrivals) {
    const due = START_MS + dueMs;
    recorder.launched(due, due + lateMs);
    const walked: Walked = {
      startedMs: due + lateMs,
      end,
      tokens: 7,
      steps: Array.from({ length: steps }, (_, index) => ({
        place: index + 1,
        title: `step ${index + 1}`,
        durationMs: tookMs / steps,
        ...(end === 'missed' && index === steps - 1 ? { miss, ...(refused ? { refused } : {}) } : {}),
      })),
    };
    recorder.ended({ index: 0, dueMs: due, endMs: due + lateMs + tookMs, walked }, journey);
  }
  return recorder;
}

function seriesOf(recorder: Recorder): unknown[] {
  return [...metricsOf(recorder, { from: '', to: '' }).values()].map((make) => make());
}
