import { expect, it } from 'vitest';

import type { Due } from '../clock.ts';
import { pace } from './pace.ts';

it('launches each arrival when it is due or later, never earlier, in order', async () => {
  const due = [0, 0, 30, 31, 90];
  const seen: [due: number, late: number][] = [];
  let startMs = Number.NaN;
  await pace(due, {
    begin: (atMs) => (startMs = atMs),
    launch: (dueMs, nowMs) => seen.push([Math.round(dueMs - startMs), nowMs - dueMs]),
    signal: new AbortController().signal,
  });
  expect(seen.map(([at]) => at)).toEqual(due);
  for (const [, late] of seen) expect(late).toBeGreaterThanOrEqual(0);
  // A busy machine is late by some milliseconds, a clock that is off by more than that by all of them.
  expect(Math.min(...seen.slice(2).map(([, late]) => late))).toBeLessThan(20);
});

it('asks again when woken, though nothing was to come for long', async () => {
  const coming: Due[] = [{ notBeforeMs: 60_000 }];
  const launched: number[] = [];
  const from = performance.now();
  await pace(latest(coming), {
    begin: (_, wake) =>
      void setTimeout(() => {
        coming.push(0);
        wake();
      }, 50),
    launch: (dueMs) => launched.push(dueMs),
    signal: new AbortController().signal,
  });
  expect(launched).toHaveLength(1);
  expect(performance.now() - from).toBeLessThan(10_000);
});

it('comes back to a time that is nearer than the one it sleeps for', async () => {
  const from = performance.now();
  const coming: Due[] = [{ notBeforeMs: 60_000 }];
  await pace(latest(coming), {
    begin: (startMs, wake) =>
      void setTimeout(() => {
        coming.push(performance.now() - startMs + 100);
        wake();
      }, 30),
    launch: () => undefined,
    signal: new AbortController().signal,
  });
  expect(performance.now() - from).toBeGreaterThan(125);
  expect(performance.now() - from).toBeLessThan(10_000);
});

it('ends with its signal, whatever is still to come', async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 50);
  const from = performance.now();
  await pace([0, 60_000], { begin: () => undefined, launch: () => undefined, signal: stop.signal });
  expect(performance.now() - from).toBeLessThan(10_000);
});

/** Gives the latest that is known, over and over; ends with the first arrival. */
function* latest(coming: readonly Due[]): Generator<Due, void, undefined> {
  for (;;) {
    const due = coming.at(-1) ?? 0;
    yield due;
    if (typeof due === 'number') return;
  }
}
