import type { Ratio } from '../../model/coverage.ts';
import type { CoverageEvent } from '../contract.ts';
import { arrayOf, isObject, readJsonReport } from '../json-report.ts';
import { count, ratio, RecordBuilder } from '../record-builder.ts';
import { linesOfSegments, type Segment } from './segments.ts';

const PARTS = new Set(['filename', 'segments', 'branches', 'summary']);

/**
 * Lines come from the segments, as in `llvm-cov show` and its lcov export. The summary of a file, which `llvm-cov report`
 * prints, is the sum over its functions: a line of two functions (a closure, a template) counts twice there. It is compared, and counts alone only
 * where there are no segments (`-summary-only`). Branches are the two outcomes of each condition; where the summary knows
 * fewer (conditions that are constant) it counts. Functions are those of the summary: instantiations of one are one.
 */
export async function parseLlvmCov(text: AsyncIterable<string>, emit: (event: CoverageEvent) => void): Promise<void> {
  let parts: Record<string, unknown> = {};
  let totals: unknown;
  let files = 0;
  let wrong: string | undefined;
  const sum = { covered: 0, total: 0 };
  const said = { covered: 0, total: 0 };
  const whole = await readJsonReport(
    text,
    {
      begin: (path) => {
        const inside = path[0] === 'data' && (path.length < 3 || path[2] === 'files');
        if (path.length === 0 || (inside && path.length < 5)) return 'enter';
        if (path[0] === 'data' && path.length === 3 && path[2] === 'totals') return 'want';
        return inside && path.length === 5 && PARTS.has(String(path[4])) ? 'want' : 'skip';
      },
      value: (path, value) => {
        if (path.length === 3) totals = value;
        else parts[String(path[4])] = value;
      },
      end: (path) => {
        if (path.length !== 4) return;
        const { file, lines } = fileOf(parts);
        parts = {};
        if (file === undefined) {
          wrong ??= 'a file without its name, or with segments that are none';
          return;
        }
        files += 1;
        file.lines.forEach((hits) => {
          sum.total += 1;
          if (hits > 0) sum.covered += 1;
        });
        if (file.lines.size > 0 && lines !== undefined) {
          said.total += lines.total;
          said.covered += lines.covered;
        }
        emit({ type: 'file', record: file.record() });
      },
    },
    { emit },
  );
  if (wrong !== undefined) emit({ type: 'gap', reason: 'malformed', message: wrong });
  if (whole && files === 0) {
    const lines = part(totals, 'lines');
    if (lines !== undefined && lines.total > 0)
      emit({ type: 'totals', totals: { lines, branches: part(totals, 'branches'), functions: part(totals, 'functions') } });
  }
  if (whole && said.total > 0 && (said.total !== sum.total || said.covered !== sum.covered)) {
    const message = `the summary says ${said.covered} of ${said.total} lines, function by function; line by line they are ${sum.covered} of ${sum.total}`;
    emit({ type: 'note', message });
  }
}

function fileOf({ filename, segments, branches, summary }: Record<string, unknown>): { file?: RecordBuilder; lines?: Ratio | undefined } {
  if (typeof filename !== 'string' || filename === '') return {};
  const file = new RecordBuilder(filename);
  const lines = part(summary, 'lines');
  if (segments === undefined) file.totals = lines;
  else {
    const read = segmentsOf(segments);
    if (read === undefined || !linesOfSegments(read, (line, hits) => file.lines.raise(line, hits))) return {};
  }
  const stated = part(summary, 'branches');
  const listed = arrayOf(branches);
  if (stated === undefined || stated.total >= 2 * listed.length) {
    for (const branch of listed) {
      const [line, column, endLine, endColumn, taken, notTaken] = arrayOf(branch);
      const key = [line, column, endLine, endColumn].join(':');
      file.branch(`${key}:true`, (count(taken) ?? 0) > 0);
      file.branch(`${key}:false`, (count(notTaken) ?? 0) > 0);
    }
  }
  file.stated({ branches: stated, functions: part(summary, 'functions') });
  return { file, lines };
}

function part(summary: unknown, key: string): Ratio | undefined {
  const value = isObject(summary) ? summary[key] : undefined;
  return isObject(value) ? ratio(value['covered'], value['count']) : undefined;
}

/** `[line, column, count, hasCount, isRegionEntry, isGapRegion]`; the last came with LLVM 11. */
function segmentsOf(value: unknown): Segment[] | undefined {
  const segments: Segment[] = [];
  for (const item of arrayOf(value)) {
    const [line, , hits, hasCount, entry, gap] = arrayOf(item);
    const number = count(hits);
    if (typeof line !== 'number' || number === undefined) return undefined;
    segments.push({ line, hits: number, hasCount: truth(hasCount), entry: truth(entry), gap: truth(gap) });
  }
  return segments;
}

function truth(value: unknown): boolean {
  return value === true || value === 1;
}
