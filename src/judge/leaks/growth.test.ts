import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { growthOf, type Points } from './growth.ts';
import { COUNTS, HEAP } from './held.ts';

interface Recorded {
  readonly kind: string;
  readonly looks: readonly (readonly [walks: number, heap: number, memory: number, fds: number, pids: number])[];
}

// Real services of bench/leaks/server.cjs, looked at by bench/leaks/record.ts.
const recorded = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures/recorded.json'), 'utf8')) as Recorded[];
const healthy = recorded.filter(({ kind }) => !kind.startsWith('leak-'));
const leaking = recorded.filter(({ kind }) => kind.startsWith('leak-'));
/** As many looks as `cycles` from 8 to 14 bring. */
const LENGTHS = [9, 10, 11, 12, 13, 14, 15];

describe.each(LENGTHS)('of recorded services, looked at %d times', (length) => {
  it.each(healthy.map(({ kind, looks }, index) => [kind, index, looks] as const))('%s (%d) rests', (_, __, looks) => {
    expect(growthOf(column(looks, 1).slice(0, length), HEAP.floor).state).toBe('rests');
    for (const held of COUNTS) expect(growthOf(column(looks, held.key === 'fds' ? 3 : 4).slice(0, length), held.floor).state).toBe('rests');
  });

  it.each(leaking.map(({ kind, looks }, index) => [kind, index, looks] as const))('%s (%d) grows', (kind, __, looks) => {
    const { state, slope } = growthOf(column(looks, 1).slice(0, length), HEAP.floor);
    expect(state).toBe('grows');
    // A buffer of 1,024 bytes and what stands for it; the smallest holds a number and a short name.
    if (kind === 'leak-buffer') expect(Math.abs(slope.value - 1_240)).toBeLessThan(20);
    if (kind === 'leak-small') expect(slope.value).toBeGreaterThan(50);
  });
});

it('the smallest leak that matters is found in what healthy services hold, and half of it is not', () => {
  const rows = healthy.filter(({ kind }) => kind !== 'slow').map(({ looks }) => column(looks, 1));
  const found = (bytes: number) => rows.filter((points) => growthOf(plus(points, bytes), HEAP.floor).state === 'grows').length;
  expect(found(50)).toBe(rows.length);
  expect(found(5)).toBe(0);
});

it('what came to its end is no growth: a cache that fills, a step', () => {
  const filling = points((walks) => 8e6 + 1_000 * Math.min(walks, 4_000));
  const step = points((walks) => 8e6 + (walks > 3_500 ? 2e6 : 0));
  expect([filling, step].map((one) => growthOf(one, HEAP.floor).state)).toEqual(['rests', 'rests']);
});

it('few looks show nothing, and are not called rest', () => {
  expect(growthOf(points((walks) => walks * 1_000).slice(0, 7), HEAP.floor).state).toBe('too-few');
});

it('of few walks in a round, a few kilobytes are nobody’s', () => {
  const slow: Points = Array.from({ length: 15 }, (_, round) => [round * 20, 8e6 + round * 4_000 + (round % 2) * 300]);
  expect(growthOf(slow, HEAP.floor)).toMatchObject({ state: 'rests', floor: 500 });
  expect(
    growthOf(
      slow.map(([walks, bytes]) => [walks, bytes + walks * 1_000] as const),
      HEAP.floor,
    ).state,
  ).toBe('grows');
});

function column(looks: Recorded['looks'], at: 1 | 3 | 4): Points {
  return looks.map((look) => [look[0], look[at]] as const);
}

function plus(all: Points, bytes: number): Points {
  return all.map(([walks, held]) => [walks, held + walks * bytes] as const);
}

function points(held: (walks: number) => number): Points {
  return Array.from({ length: 15 }, (_, round) => [round * 500, held(round * 500)] as const);
}
