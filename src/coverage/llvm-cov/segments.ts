import { LAST_LINE } from '../../lib/lines-hits.ts';

/** Where the count changes: from here to the next segment it is this one. */
export interface Segment {
  readonly line: number;
  readonly hits: number;
  readonly hasCount: boolean;
  /** A region begins here, not an outer one goes on. */
  readonly entry: boolean;
  /** Between two regions: it counts for lines that nothing else is on. */
  readonly gap: boolean;
}

/**
 * Hits per line, after `LineCoverageStats` of LLVM: a line has the count of the region that reaches into it, or the
 * highest of those that begin on it. Lines that a skipped region (a preprocessor's `#if 0`) begins on have none.
 * Returns false over segments that no compiler writes.
 */
export function linesOfSegments(segments: readonly Segment[], tell: (line: number, hits: number) => void): boolean {
  const [first] = segments;
  const end = segments.at(-1)?.line ?? 0;
  if (first === undefined) return true;
  if (!(first.line >= 1) || end > LAST_LINE) return false;
  let wrapped: Segment | undefined;
  let next = 0;
  for (let line = first.line; line <= end; line += 1) {
    const from = next;
    while (segments[next]?.line === line) next += 1;
    const hits = hitsOf(segments.slice(from, next), wrapped);
    if (hits !== undefined) tell(line, hits);
    wrapped = next > from ? segments[next - 1] : wrapped;
    if (next < segments.length && (segments[next]?.line ?? 0) <= line) return false;
  }
  return next === segments.length;
}

function hitsOf(here: readonly Segment[], wrapped: Segment | undefined): number | undefined {
  const starts = here.filter(({ gap, hasCount, entry }) => !gap && hasCount && entry);
  const [first] = here;
  const skipped = first !== undefined && !first.hasCount && first.entry;
  const reaches = wrapped?.hasCount === true || starts.length > 0;
  const mapped = (!skipped && reaches) || here.some(({ hasCount, entry }) => hasCount && entry);
  if (!mapped) return undefined;
  return Math.max(wrapped?.hits ?? 0, ...starts.map(({ hits }) => hits));
}
