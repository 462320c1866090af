import { LineHits } from '../lib/lines-hits.ts';
import type { ChangedLines } from '../lib/diff.ts';
import type { ChangedCoverage, FileCoverage, LineRange, Ratio } from '../model/coverage.ts';
import type { CoverageRecord } from './contract.ts';

interface MergedFile {
  readonly hits: LineHits;
  branches: Ratio | undefined;
  functions: Ratio | undefined;
}

export interface CoverageTotals {
  readonly lines: Ratio;
  readonly branches?: Ratio;
  readonly functions?: Ratio;
  readonly files: FileCoverage[];
}

/** Coverage of any number of reports in any formats, merged per line: hits add up. */
export class CoverageMerge {
  readonly #files = new Map<string, MergedFile>();

  /**
   * Lines merge exactly. Of branches and functions a record only has sums, so of several records of one file the better
   * one counts: never more than is true.
   */
  add(path: string, { lines, branches, functions }: CoverageRecord): void {
    let file = this.#files.get(path);
    if (file === undefined) {
      file = { hits: new LineHits(), branches: undefined, functions: undefined };
      this.#files.set(path, file);
    }
    for (const [line, hits] of lines) file.hits.add(line, hits);
    file.branches = better(file.branches, branches);
    file.functions = better(file.functions, functions);
  }

  /** The same of the lines of a change alone; lines that no report knows (comments, blanks) do not count. */
  changed(change: ChangedLines): Omit<ChangedCoverage, 'base'> {
    const files = [...this.#files].flatMap(([path, file]) => {
      const only = change.get(path);
      if (!only) return [];
      const { lines, uncovered } = fileCoverage(path, file, only);
      return lines.total > 0 ? [{ path, lines, uncovered }] : [];
    });
    return { lines: sum(files.map(({ lines }) => lines)) ?? { covered: 0, total: 0 }, files };
  }

  finish(): CoverageTotals {
    const files = [...this.#files].map(([path, file]) => fileCoverage(path, file)).sort((a, b) => (a.path < b.path ? -1 : 1));
    const branches = sum(files.map((file) => file.branches));
    const functions = sum(files.map((file) => file.functions));
    return {
      lines: sum(files.map(({ lines }) => lines)) ?? { covered: 0, total: 0 },
      ...(branches && { branches }),
      ...(functions && { functions }),
      files,
    };
  }
}

function fileCoverage(path: string, { hits, branches, functions }: MergedFile, only?: ReadonlySet<number>): FileCoverage {
  const uncovered: LineRange[] = [];
  let [covered, total] = [0, 0];
  for (const [line, count] of hits.entries()) {
    if (only?.has(line) === false) continue;
    total += 1;
    if (count > 0) {
      covered += 1;
      continue;
    }
    const last = uncovered.at(-1);
    if (last !== undefined && last[1] === line - 1) last[1] = line;
    else uncovered.push([line, line]);
  }
  return { path, lines: { covered, total }, ...(branches && { branches }), ...(functions && { functions }), uncovered };
}

function better(a: Ratio | undefined, b: Ratio | undefined): Ratio | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const total = Math.max(a.total, b.total);
  return { covered: Math.min(total, Math.max(a.covered, b.covered)), total };
}

function sum(ratios: readonly (Ratio | undefined)[]): Ratio | undefined {
  const known = ratios.filter((ratio) => ratio !== undefined);
  if (known.length === 0) return undefined;
  return { covered: known.reduce((all, { covered }) => all + covered, 0), total: known.reduce((all, { total }) => all + total, 0) };
}
