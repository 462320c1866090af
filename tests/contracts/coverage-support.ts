import { readFile } from 'node:fs/promises';

import type { CoverageEvent, CoverageFormat } from '../../src/coverage/contract.ts';
import { pieces } from './results-support.ts';

type Pair = readonly [covered: number, total: number];

/** What a reader said, in the form of plain data: hits by line, ratios as pairs. */
export interface SaidCoverage {
  readonly files: readonly {
    readonly path: string;
    readonly lines: Readonly<Record<number, number>>;
    readonly totals?: Pair;
    readonly branches?: Pair;
    readonly functions?: Pair;
    readonly within?: string;
  }[];
  /** What is said of the whole report, lines among it. */
  readonly totals?: { readonly lines: Pair; readonly branches?: Pair; readonly functions?: Pair };
  readonly roots?: readonly string[];
  readonly gaps?: readonly string[];
  readonly notes?: readonly string[];
  /** `a.c: 3 lines stated, 1 listed`. */
  readonly disagreements?: readonly string[];
}

/** Reads a text with one format, in small pieces; `sources` are the files of the repository. */
export async function saidBy(
  format: CoverageFormat,
  text: string,
  { length = 7, sources = {} }: { length?: number; sources?: Readonly<Record<string, string>> } = {},
): Promise<SaidCoverage> {
  const events: CoverageEvent[] = [];
  await format.parse(pieces(text, length), (event) => events.push(kept(event)), { source: (path) => Promise.resolve(sources[path]) });
  return plain(events);
}

/** The same of a file. */
export async function saidByFile(format: CoverageFormat, path: string): Promise<SaidCoverage> {
  return saidBy(format, await readFile(path, 'utf8'), { length: 1_000 });
}

/** Readers use the room of a record's lines again. */
function kept(event: CoverageEvent): CoverageEvent {
  if (event.type !== 'file') return event;
  const lines = new Map<number, number>();
  event.record.lines.forEach((hits, line) => lines.set(line, hits));
  return { type: 'file', record: { ...event.record, lines } };
}

function plain(events: readonly CoverageEvent[]): SaidCoverage {
  const roots = events.flatMap((event) => (event.type === 'root' ? [event.path] : []));
  const gaps = events.flatMap((event) => (event.type === 'gap' ? [`${event.reason}: ${event.message}`] : []));
  const notes = events.flatMap((event) => (event.type === 'note' ? [event.message] : []));
  const disagreements = events.flatMap((event) =>
    event.type === 'disagreement' ? [`${event.scope}: ${event.declared} ${event.what} stated, ${event.counted} listed`] : [],
  );
  const files = events.flatMap((event) => (event.type === 'file' ? [event.record] : []));
  return {
    files: files.map(({ path, lines, totals, branches, functions, within }) => {
      const hits: Record<number, number> = {};
      lines.forEach((count, line) => (hits[line] = count));
      return {
        path,
        lines: hits,
        ...(totals && { totals: pair(totals) }),
        ...(branches && { branches: pair(branches) }),
        ...(functions && { functions: pair(functions) }),
        ...(within !== undefined && { within }),
      };
    }),
    ...wholeOf(events),
    ...(roots.length > 0 && { roots }),
    ...(gaps.length > 0 && { gaps }),
    ...(notes.length > 0 && { notes }),
    ...(disagreements.length > 0 && { disagreements }),
  };
}

function wholeOf(events: readonly CoverageEvent[]): Pick<SaidCoverage, 'totals'> {
  const stated = events.find((event) => event.type === 'totals' && event.totals.lines !== undefined);
  if (stated?.type !== 'totals' || stated.totals.lines === undefined) return {};
  const { lines, branches, functions } = stated.totals;
  return {
    totals: { lines: pair(lines), ...(branches && { branches: pair(branches) }), ...(functions && { functions: pair(functions) }) },
  };
}

function pair({ covered, total }: { covered: number; total: number }): Pair {
  return [covered, total];
}
