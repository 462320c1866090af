/** Below this a test is noise; by less than this it has not become slower. Milliseconds. */
const FLOOR_MS = 1_000;
/** How many times as long a test must take, beyond what the machine explains. */
const TIMES = 2;
/** Durations under this say nothing about the machine. Milliseconds. */
const TELLING_MS = 20;
const ENOUGH = 20;

/**
 * By how much this run's machine is slower than the base's: the median of the ratios of all tests that take long enough to tell.
 * One for few tests, and for a machine that is faster: a slow test is not excused by quick others.
 */
export function durationShift(pairs: readonly (readonly [number | undefined, number | undefined])[]): number {
  const ratios = pairs
    .flatMap(([was, is]) => (was !== undefined && is !== undefined && was >= TELLING_MS ? [is / was] : []))
    .sort((a, b) => a - b);
  if (ratios.length < ENOUGH) return 1;
  return Math.max(1, ratios[Math.floor(ratios.length / 2)] ?? 1);
}

/** Twice as long and a second longer than the base's time on a machine like this one. */
export function isSlower(was: number, is: number, shift: number): boolean {
  const expected = was * shift;
  return is >= expected * TIMES && is - expected >= FLOOR_MS;
}
