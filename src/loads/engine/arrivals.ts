/** A stretch of time in which arrivals come at a rate that stays, or changes evenly. */
export interface Segment {
  readonly durationMs: number;
  /** Arrivals per second at its beginning and at its end. */
  readonly from: number;
  readonly to: number;
}

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
  const due = placesIn(totalOf(segments), spacing);
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

/** How many arrivals a segment expects. */
export function arrivalsIn({ durationMs, from, to }: Segment): number {
  return ((from + to) / 2) * (durationMs / 1_000);
}

/** How many arrivals there are in all. */
export function totalOf(segments: readonly Segment[]): number {
  return Math.round(segments.reduce((sum, segment) => sum + arrivalsIn(segment), 0));
}

/** Milliseconds from the beginning of the first segment to the end of the last. */
export function lengthOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, { durationMs }) => sum + durationMs, 0);
}

/** Points between 0 and `total`, ascending, `total` of them: in expected arrivals instead of time every process has rate one. */
function* placesIn(total: number, spacing: Spacing): Generator<number, void, undefined> {
  let at = 0;
  for (let left = total; left > 0; left -= 1) {
    // The smallest of as many even chances as are left (order statistics, one after the other).
    if (spacing.type === 'poisson') at += (total - at) * (1 - (1 - spacing.random()) ** (1 / left));
    yield spacing.type === 'even' ? total - left + 0.5 : at;
  }
}

/** When the expected number of arrivals since the beginning of the segment reaches `count`. */
function timeOf({ durationMs, from, to }: Segment, count: number): number {
  const slope = (to - from) / (durationMs / 1_000);
  if (slope === 0) return (count / from) * 1_000;
  return ((Math.sqrt(from * from + 2 * slope * count) - from) / slope) * 1_000;
}
