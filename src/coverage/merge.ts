import type { ChangedLines } from '../lib/diff.ts';
import type { ChangedCoverage, FileCoverage, LineRange, Ratio } from '../model/coverage.ts';
import type { CoverageRecord, Tally, Totals } from './contract.ts';
import { isCode } from './code-lines.ts';
import { LineSet } from './line-set.ts';
import { mergeTallies } from './tally.ts';
import { isTestFile } from './test-files.ts';

interface MergedFile {
  readonly lines: LineSet;
  totals: Ratio | undefined;
  branches: Tally | undefined;
  functions: Tally | undefined;
}

export interface CoverageTotals {
  readonly lines: Ratio;
  readonly branches?: Ratio;
  readonly functions?: Ratio;
}

/** Ranges of uncovered lines named of one file, and of all files: what comes after is only counted. */
const RANGES_OF_FILE = 1_000;
const RANGES = 200_000;

/** Coverage of any number of reports in any formats, merged per line: a line that ran in one of them ran. */
export class CoverageMerge {
  readonly #files = new Map<string, MergedFile>();
  #stated: Totals = {};

  /**
   * Lines merge exactly, and so do branches and functions of the same shape (see `mergeTallies`). Totals without lines
   * only count while no report names lines of the file.
   */
  add(path: string, { lines, totals, branches, functions }: CoverageRecord): void {
    const file = this.#file(path);
    lines.forEach((hits, line) => file.lines.add(line, hits > 0));
    file.totals = mergeTallies(file.totals, totals);
    file.branches = mergeTallies(file.branches, branches);
    file.functions = mergeTallies(file.functions, functions);
  }

  /**
   * What a report only knows in all: it counts while no report tells the same of a file. Whether two such reports are of the same files
   * is not known: they add up, so that neither hides the other.
   */
  stated({ lines, branches, functions }: Totals): void {
    this.#stated = {
      lines: added(this.#stated.lines, lines),
      branches: added(this.#stated.branches, branches),
      functions: added(this.#stated.functions, functions),
    };
  }

  /** What was added under one path belongs to another. */
  move(from: string, to: string): void {
    const file = this.#files.get(from);
    if (file === undefined || from === to) return;
    this.#files.delete(from);
    const target = this.#files.get(to);
    if (target === undefined) {
      this.#files.set(to, file);
      return;
    }
    target.lines.merge(file.lines);
    target.totals = mergeTallies(target.totals, file.totals);
    target.branches = mergeTallies(target.branches, file.branches);
    target.functions = mergeTallies(target.functions, file.functions);
  }

  has(path: string): boolean {
    return this.#files.has(path);
  }

  get size(): number {
    return this.#files.size;
  }

  paths(): string[] {
    return [...this.#files.keys()];
  }

  /** The same of the lines of a change alone; lines that no report knows (comments, blanks) do not count. */
  changed(change: ChangedLines): Pick<ChangedCoverage, 'lines' | 'files' | 'unlisted'> {
    const files: Pick<FileCoverage, 'path' | 'lines' | 'uncovered'>[] = [];
    const unlisted: string[] = [];
    for (const path of [...change.keys()].sort()) {
      const file = this.#files.get(path);
      const only = change.get(path);
      if (file === undefined && this.#onlyTotals() && isCode(path) && !isTestFile(path)) unlisted.push(path);
      if (file === undefined || only === undefined) continue;
      if (file.lines.empty && (file.totals?.total ?? 0) > 0) unlisted.push(path);
      const { uncovered, covered, total } = ranges(file.lines, { only, most: RANGES_OF_FILE });
      if (total > 0) files.push({ path, lines: { covered, total }, uncovered });
    }
    return { lines: sum(files.map(({ lines }) => lines)), files, ...(unlisted.length > 0 && { unlisted }) };
  }

  /** All that is known are sums of whole reports: any file may be among them. */
  #onlyTotals(): boolean {
    return (this.#stated.lines?.total ?? 0) > 0 && !this.namesLines();
  }

  /** The highest line that is known of each file with lines. */
  lastLines(): Map<string, number> {
    return new Map([...this.#files].filter(([, { lines }]) => !lines.empty).map(([path, { lines }]) => [path, lines.last]));
  }

  namesLines(): boolean {
    return [...this.#files.values()].some((file) => linesOf(file).total > 0);
  }

  totals(): CoverageTotals {
    const files = [...this.#files.values()];
    const branches = files.map((file) => file.branches).filter((ratio) => ratio !== undefined);
    const functions = files.map((file) => file.functions).filter((ratio) => ratio !== undefined);
    const lines = sum(files.map(linesOf));
    const stated = this.#stated;
    return {
      lines: lines.total === 0 && stated.lines !== undefined ? stated.lines : lines,
      ...(branches.length > 0 ? { branches: sum(branches) } : stated.branches && { branches: stated.branches }),
      ...(functions.length > 0 ? { functions: sum(functions) } : stated.functions && { functions: stated.functions }),
    };
  }

  /** Sorted by path. */
  files(): FileCoverage[] {
    let left = RANGES;
    return this.paths()
      .sort()
      .map((path) => {
        const file = this.#file(path);
        const { uncovered, omitted } = ranges(file.lines, { most: Math.min(RANGES_OF_FILE, left) });
        left -= uncovered.length;
        return {
          path,
          lines: linesOf(file),
          ...(file.branches && { branches: sum([file.branches]) }),
          ...(file.functions && { functions: sum([file.functions]) }),
          uncovered,
          ...(omitted > 0 && { omitted }),
          ...(file.lines.empty && file.totals !== undefined && { detail: 'totals' as const }),
        };
      });
  }

  #file(path: string): MergedFile {
    let file = this.#files.get(path);
    if (file === undefined) {
      file = { lines: new LineSet(), totals: undefined, branches: undefined, functions: undefined };
      this.#files.set(path, file);
    }
    return file;
  }
}

function linesOf({ lines, totals }: MergedFile): Ratio {
  return lines.empty && totals !== undefined ? sum([totals]) : lines.counts();
}

function ranges(lines: LineSet, { only, most }: { only?: ReadonlySet<number>; most: number }) {
  const uncovered: LineRange[] = [];
  let [covered, total, omitted, end] = [0, 0, 0, -1];
  lines.forEach((line, ran) => {
    if (only?.has(line) === false) return;
    total += 1;
    if (ran) {
      covered += 1;
      return;
    }
    const last = uncovered.at(-1);
    if (end === line - 1) {
      if (last !== undefined && omitted === 0) last[1] = line;
    } else if (uncovered.length < most) uncovered.push([line, line]);
    else omitted += 1;
    end = line;
  });
  return { uncovered, omitted, covered, total };
}

function added(a: Ratio | undefined, b: Ratio | undefined): Ratio | undefined {
  return a === undefined || b === undefined ? (a ?? b) : sum([a, b]);
}

function sum(ratios: readonly Ratio[]): Ratio {
  let [covered, total] = [0, 0];
  for (const ratio of ratios) {
    covered += ratio.covered;
    total += ratio.total;
  }
  return { covered, total };
}
