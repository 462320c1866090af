/**
 * A bounded log is `x.log` (the head) and, once that is full, two segments that take turns, so that the newest output
 * is on disk even after a `kill -9`. When the writer closes, the segments are appended to the head and removed.
 */
const DROPPED = /^\[gauntlet: (\d+) bytes dropped here\]\n/;

/** The two segment files beside a log. */
export function segmentPaths(log: string): readonly [string, string] {
  return [`${log}.tail-a`, `${log}.tail-b`];
}

/** The first line of a segment that does not follow directly on what is kept before it. */
export function droppedLine(bytes: number): string {
  return `[gauntlet: ${String(bytes)} bytes dropped here]\n`;
}

/** What follows the head of a log: its segments in order, with one line that says how much is missing before them. */
export function joinSegments(segments: readonly string[]): string {
  const [older, newer] = segments.filter((text) => text !== '').toSorted((a, b) => droppedBefore(a) - droppedBefore(b));
  return `${older ?? ''}${newer?.replace(DROPPED, '') ?? ''}`;
}

/** Bytes missing between the head and this segment. */
export function droppedBefore(segment: string): number {
  return Number(DROPPED.exec(segment)?.[1] ?? 0);
}
