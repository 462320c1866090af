import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { randomOf } from '../../lib/random.ts';
import { arrivalsIn, type Segment } from '../../model/load-shape.ts';
import { arrivalsOf } from './arrivals.ts';

const rate = fc.double({ min: 0, max: 500, noNaN: true });
const segments = fc.array(fc.record({ durationMs: fc.integer({ min: 1, max: 5_000 }), from: rate, to: rate }), {
  minLength: 1,
  maxLength: 5,
});

describe('even arrivals', () => {
  it('come at the rate that was asked, each at its time', () => {
    expect([...arrivalsOf([{ durationMs: 1_000, from: 4, to: 4 }], { type: 'even' })]).toEqual([125, 375, 625, 875]);
  });

  it('are as many as the segments expect, in order, within their time', () => {
    fc.assert(
      fc.property(segments, (parts) => {
        const due = [...arrivalsOf(parts, { type: 'even' })];
        const expected = parts.reduce((sum, part) => sum + arrivalsIn(part), 0);
        expect(Math.abs(due.length - expected)).toBeLessThanOrEqual(1);
        expect(due).toEqual(due.toSorted((a, b) => a - b));
        expect(due.at(-1) ?? 0).toBeLessThanOrEqual(totalMs(parts) + 1e-6);
      }),
    );
  });

  it('come faster as a ramp goes on', () => {
    const due = [...arrivalsOf([{ durationMs: 10_000, from: 0, to: 20 }], { type: 'even' })];
    expect(due.filter((ms) => ms < 5_000)).toHaveLength(25);
    expect(due).toHaveLength(100);
  });
});

describe('Poisson arrivals', () => {
  it('are the same for a seed, and exactly as many as were asked for', () => {
    const part: Segment = { durationMs: 100_000, from: 100, to: 100 };
    const once = [...arrivalsOf([part], { type: 'poisson', random: randomOf(7) })];
    expect([...arrivalsOf([part], { type: 'poisson', random: randomOf(7) })]).toEqual(once);
    expect(once).toHaveLength(10_000);
    expect(once).toEqual(once.toSorted((a, b) => a - b));
  });

  it('have gaps whose spread is their mean', () => {
    const due = [...arrivalsOf([{ durationMs: 100_000, from: 100, to: 100 }], { type: 'poisson', random: randomOf(3) })];
    const gaps = due.slice(1).map((ms, index) => ms - (due[index] ?? 0));
    const mean = gaps.reduce((sum, ms) => sum + ms, 0) / gaps.length;
    const deviation = Math.sqrt(gaps.reduce((sum, ms) => sum + (ms - mean) ** 2, 0) / gaps.length);
    expect(deviation / mean).toBeGreaterThan(0.95);
    expect(deviation / mean).toBeLessThan(1.05);
  });
});

function totalMs(parts: readonly Segment[]): number {
  return parts.reduce((sum, { durationMs }) => sum + durationMs, 0);
}
