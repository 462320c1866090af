import { arrivalsIn, totalOf, type Segment } from '../../model/load-shape.ts';

/**
 * `even`: at equal distances. `poisson`: independent of each other, as people are, and as many as were asked for: a Poisson process
 * of which the number is known, so that a load never falls short of the samples that a limit needs.
 */
export type Spacing = { readonly type: 'even' } | { readonly type: 'poisson'; readonly random: () => number };

/**
 * When each arrival is due, in milliseconds from the start. The schedule is the open model's whole idea: it asks nothing of
 * the system, so a system that stalls finds all that arrived meanwhile waiting.
 */
export function* arrivalsOf(segments: readonly Segment[], spacing: Spacing): Generator<number, void, undefined> {
  const due = placesIn(totalOf(segments), { spacing, length: segments.reduce((sum, segment) => sum + arrivalsIn(segment), 0) });
  let place = due.next();
  let startMs = 0;
  let before = 0;
  for (const segment of segments) {
    const within = arrivalsIn(segment);
    for (; place.done !== true && place.value < before + within; place = due.next()) yield startMs + timeOf(segment, place.value - before);
    startMs += segment.durationMs;
    before += within;
  }
}

/** So many points between 0 and `length`, ascending: in expected arrivals instead of time every process has rate one. */
function* placesIn(total: number, { spacing, length }: { spacing: Spacing; length: number }): Generator<number, void, undefined> {
  const scale = total === 0 ? 1 : length / total;
  let at = 0;
  for (let left = total; left > 0; left -= 1) {
    // The smallest of as many even chances as are left (order statistics, one after the other).
    if (spacing.type === 'poisson') at += (total - at) * (1 - (1 - spacing.random()) ** (1 / left));
    yield scale * (spacing.type === 'even' ? total - left + 0.5 : at);
  }
}

/** When the expected number of arrivals since the beginning of the segment reaches `count`. */
function timeOf({ durationMs, from, to }: Segment, count: number): number {
  const slope = (to - from) / (durationMs / 1_000);
  if (slope === 0) return (count / from) * 1_000;
  return ((Math.sqrt(from * from + 2 * slope * count) - from) / slope) * 1_000;
}
