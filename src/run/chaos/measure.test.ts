import { describe, expect, test } from 'vitest';

import type { Answer } from '../../model/experiment.ts';
import { isOver, measured, recoveryOf, type Moments, type Sample } from './measure.ts';

// One walk every 100 ms, each of which takes 10 ms; one letter is the answer of one walk.
const LETTERS: Readonly<Record<string, Answer>> = {
  o: 'ok',
  l: 'slow',
  d: 'degraded',
  r: 'refused',
  w: 'wrong',
  u: 'unreachable',
  h: 'hang',
  x: 'exhausted',
};
const HELD: Moments = { startMs: 1_000, injectMs: 2_000, injectedMs: 2_010, healMs: 2_960, healedMs: 3_000, endMs: 6_000, lasts: 'held' };
const CRASH: Moments = { ...HELD, healedMs: 2_020, lasts: 'moment' };

function walks(letters: string): Sample[] {
  return Array.from(letters.replaceAll(' ', '')).map((letter, index) => {
    const dueMs = 1_000 + index * 100;
    const answer = LETTERS[letter] ?? 'ok';
    const failure = { step: 'GET /', measured: '500', expected: '200' };
    return { dueMs, endMs: dueMs + 10, answer, ...(answer === 'ok' ? {} : { failure }) };
  });
}

const GOOD = 'oooooooooo';

describe('recovery', () => {
  test.each([
    ['at once', `${GOOD} rrrrrrrrrr ${GOOD}`, { state: 'unharmed' }],
    ['after some more that go wrong', `${GOOD} rrrrrrrrrr wwwoooooooo`, { state: 'recovered', afterMs: 310, blurMs: 40 }],
    ['not by a good one in between', `${GOOD} rrrrrrrrrr wowoowooooooo`, { state: 'recovered', afterMs: 610, blurMs: 40 }],
    ['late answers are answers', `${GOOD} rrrrrrrrrr wlllllll`, { state: 'recovered', afterMs: 110, blurMs: 40 }],
    ['a fallback is not yet what was there before', `${GOOD} rrrrrrrrrr dddoooooo`, { state: 'recovered', afterMs: 310, blurMs: 40 }],
    ['too few good ones are none', `${GOOD} rrrrrrrrrr wwwwwwwoooo`, { state: 'not-recovered', afterMs: 3_000 }],
    ['never', `${GOOD} rrrrrrrrrr wwwwwwwwww`, { state: 'not-recovered', afterMs: 3_000 }],
    ['nobody asked', GOOD, { state: 'not-recovered', afterMs: 3_000 }],
  ])('%s', (_, letters, expected) => {
    expect(recoveryOf(walks(letters), HELD)).toEqual(expected);
  });

  test('counts from the death that a crash is', () => {
    expect(recoveryOf(walks(`${GOOD} uuuuuooooooooo`), CRASH)).toEqual({ state: 'recovered', afterMs: 510, blurMs: 10 });
    expect(recoveryOf(walks(`${GOOD} oooooooooo`), CRASH)).toEqual({ state: 'unharmed' });
  });

  test('one that was due later may be served sooner', () => {
    const held = walks(`${GOOD} rrrrrrrrrr wwwoooooooo`).map((walk) => (walk.dueMs === 3_300 ? { ...walk, endMs: 4_700 } : walk));
    expect(recoveryOf(held, HELD)).toMatchObject({ state: 'recovered', afterMs: 410 });
  });

  test('is over when the newest walks are all good, and not before there are enough of them', () => {
    expect(isOver(walks(`${GOOD} rrrrrrrrrr ooooo`), 3_000)).toBe(true);
    expect(isOver(walks(`${GOOD} rrrrrrrrrr oooo`), 3_000)).toBe(false);
    expect(isOver(walks(`${GOOD} rrrrrrrrrr ooooooow`), 3_000)).toBe(false);
    // One of them has no end yet: five before it, or none.
    expect(isOver(walks(`${GOOD} rrrrrrrrrr oooooo`), 3_000, 3_500)).toBe(true);
    expect(isOver(walks(`${GOOD} rrrrrrrrrr ooooooo`), 3_000, 3_300)).toBe(false);
  });

  test('does not go by what was under way when nobody watched any more', () => {
    const endMs = 3_750;
    const seen = walks(`${GOOD} rrrrrrrrrr ooooooo`);
    const left = { dueMs: 3_700, endMs: 9_000, answer: 'hang' } as const;
    expect(recoveryOf([...seen, left], { ...HELD, endMs })).toMatchObject({ state: 'unharmed' });
    // With an older one among them there is no row of good ones.
    expect(recoveryOf(seen.with(15, { ...left, dueMs: 2_500 }), { ...HELD, endMs })).toMatchObject({ state: 'unharmed' });
    expect(recoveryOf(seen.with(24, { ...left, dueMs: 3_400 }), { ...HELD, endMs })).toMatchObject({ state: 'not-recovered' });
  });
});

test('phases, detection and the first failure are apart; what this machine lost is counted nowhere', () => {
  const facts = measured(walks(`oooooooxoo oorrwrrrrr ${GOOD}`), HELD);
  expect(facts.before).toMatchObject({ walks: 9, answers: { ok: 9 }, p50Ms: 10, maxMs: 10 });
  expect(facts.during).toMatchObject({ walks: 10, answers: { ok: 2, refused: 7, wrong: 1 } });
  expect(facts.after).toMatchObject({ walks: 10, answers: { ok: 10 } });
  expect(facts.detectMs).toBe(210);
  expect(facts.firstFailure).toMatchObject({ atMs: 1_200, answer: 'refused', step: 'GET /' });
  expect(facts.points).toHaveLength(30);
  expect(facts.points[12]).toEqual([1_200, 10, 3]);
});

test('a walk that the fault held up belongs to the time in which it was due', () => {
  const held: Sample = { dueMs: 2_900, endMs: 4_000, answer: 'ok' };
  const facts = measured([...walks(GOOD), held, ...walks(`${GOOD}${GOOD}${GOOD}`).slice(20)], HELD);
  expect(facts.during).toMatchObject({ walks: 1, maxMs: 1_100 });
  expect(facts.recovery).toEqual({ state: 'unharmed' });
});
