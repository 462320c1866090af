import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { randomOf } from '../../lib/random.ts';
import { closedSchedule } from './closed.ts';
import type { Part } from './part.ts';
import { openSchedule, type Schedule } from './schedule.ts';

const asked = fc.record({
  users: fc.integer({ min: 1, max: 40 }),
  perSecond: fc.double({ min: 0.5, max: 60, noNaN: true }),
  of: fc.integer({ min: 2, max: 7 }),
});
const partsOf = (of: number): Part[] => Array.from({ length: of }, (_, index) => ({ index, of }));

describe('the parts of an open load', () => {
  it('are together the schedule of one: every arrival once, at its time, of the same user and the same walk of it', () => {
    fc.assert(
      fc.property(asked, ({ users, perSecond, of }) => {
        const open = (part: Part): Schedule =>
          openSchedule([{ durationMs: 5_000, from: 0, to: perSecond }], {
            users,
            spacing: { type: 'poisson', random: randomOf(5) },
            durationMs: 5_000,
            part,
          });
        const parts = partsOf(of).map((part) => [...arrivalsOf(open(part))]);
        const whole = [...arrivalsOf(open({ index: 0, of: 1 }))];
        expect(parts.flat().toSorted(byTime)).toEqual(whole);
        for (const [index, part] of parts.entries()) expect(open({ index, of }).asked()).toBe(part.length);
        expect(open({ index: 0, of: 1 }).asked()).toBe(whole.length);
      }),
    );
  });

  it('have no user in common', () => {
    const users = partsOf(3).map((part) => {
      const spacing = { type: 'even' } as const;
      const schedule = openSchedule([{ durationMs: 1_000, from: 100, to: 100 }], { users: 10, spacing, durationMs: 1_000, part });
      return [...new Set([...arrivalsOf(schedule)].map(({ user }) => user))].toSorted((one, other) => one - other);
    });
    expect(users).toEqual([
      [0, 3, 6, 9],
      [1, 4, 7],
      [2, 5, 8],
    ]);
  });
});

describe('the parts of a closed load', () => {
  it('have each user once, who comes when it would have come in one', () => {
    const firsts = (part: Part): Arrival[] => {
      const [users, withinMs, durationMs] = [11, 1_100, 2_000];
      let nowMs = 0;
      const schedule = closedSchedule({ users, thinkMs: 1, withinMs, durationMs, random: randomOf(1), monotonicMs: () => nowMs, part });
      const due = schedule.arrivals[Symbol.iterator]();
      schedule.begin(1, () => undefined);
      const seen: Arrival[] = [];
      for (nowMs = 1; nowMs < durationMs; nowMs += 1)
        for (let next = due.next(); typeof next.value === 'number'; next = due.next())
          seen.push({ dueMs: next.value, ...schedule.turn(seen.length) });
      return seen;
    };
    const whole = firsts({ index: 0, of: 1 });
    expect(whole.map(({ user }) => user)).toEqual(Array.from({ length: 11 }, (_, user) => user));
    expect(partsOf(4).flatMap(firsts).toSorted(byTime)).toEqual(whole);
  });
});

interface Arrival {
  readonly dueMs: number;
  readonly user: number;
  readonly walk: number;
}

function* arrivalsOf(schedule: Schedule): Generator<Arrival> {
  let index = 0;
  for (const due of schedule.arrivals) {
    if (typeof due === 'number') yield { dueMs: due, user: schedule.turn(index).user, walk: schedule.turn(index).walk };
    index += 1;
  }
}

function byTime(one: Arrival, other: Arrival): number {
  return one.dueMs - other.dueMs;
}
