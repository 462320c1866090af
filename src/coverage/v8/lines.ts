import type { LineHits } from '../../lib/lines-hits.ts';

export interface Range {
  /** Offsets in characters; the end is exclusive. */
  readonly start: number;
  readonly end: number;
  readonly count: number;
}

/** One function of a script, its whole range first and the blocks in it after. */
export interface Scope {
  readonly name: string;
  readonly blocks: boolean;
  readonly ranges: readonly Range[];
}

export interface SourceLines {
  /** Whether what begins at this offset is left out by a mark: it counts as run. */
  readonly ignores: (offset: number) => boolean;
}

interface SourceLine {
  readonly start: number;
  /** Without the line break. */
  readonly end: number;
  readonly ignored: boolean;
}

/** Marks by which c8 and Node leave lines out: they count as run. */
const NEXT = /^\W*(?:\/\*|\/\/)\s*(?:[cv]8|node:coverage) ignore next(?:\s+(\d+))?/;
const START = /^\W*(?:\/\*|\/\/)\s*(?:(?:[cv]8) ignore start|node:coverage disable)/;
const STOP = /^\W*(?:\/\*|\/\/)\s*(?:(?:[cv]8) ignore (?:stop|end)|node:coverage enable)/;

/** Every line runs once unless a range says otherwise; a range decides over the lines that are wholly in it, an inner one after an outer one. */
export function linesOfRanges(source: string, scopes: readonly Scope[], hits: LineHits): SourceLines {
  const lines = linesOf(source);
  const counts = new Uint32Array(lines.length).fill(1);
  const ordered = scopes.toSorted((a, b) => startOf(a) - startOf(b) || endOf(b) - endOf(a));
  for (const { ranges } of ordered) {
    for (const { start, end, count } of ranges) {
      for (let index = firstFrom(lines, start); index < lines.length; index += 1) {
        const line = lines[index];
        if (line === undefined || line.end > end) break;
        if (!line.ignored) counts[index] = Math.min(count, 0xff_ff_ff);
      }
    }
  }
  for (const [index, count] of counts.entries()) hits.raise(index + 1, count);
  return { ignores: (offset) => lines[firstFrom(lines, offset + 1) - 1]?.ignored === true };
}

/** Index of the first line that begins at the offset or after it. */
function firstFrom(lines: readonly SourceLine[], offset: number): number {
  let [low, high] = [0, lines.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((lines[middle]?.start ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

function linesOf(source: string): SourceLine[] {
  const lines: SourceLine[] = [];
  let start = 0;
  let skip = 0;
  let off = false;
  for (const raw of source.trimEnd().split(/(?<=\n)/u)) {
    const text = raw.replace(/\r?\n$/, '');
    if (STOP.test(text)) off = false;
    if (START.test(text)) off = true;
    const next = NEXT.exec(text);
    const ignored = off || skip > 0 || next !== null;
    if (next !== null) skip = Number(next[1] ?? '1');
    else if (skip > 0) skip -= 1;
    lines.push({ start, end: start + text.length, ignored });
    start += raw.length;
  }
  return lines;
}

function startOf({ ranges }: Scope): number {
  return ranges[0]?.start ?? 0;
}

function endOf({ ranges }: Scope): number {
  return ranges[0]?.end ?? 0;
}
