import { ofKind, type CoverageEvidence, type Evidence } from '../model/evidence.ts';
import type { CoverageOfFile, SlowTest } from '../model/report-details.ts';
import type { ReportV1 } from '../model/report-v1.ts';

const MOST = { files: 200, ranges: 12, tests: 20 };

/** Files by what a reader would look at first: changed lines that no test ran, then lines that no test ran. */
export function coverageByFile(evidence: readonly Evidence[]): Pick<ReportV1, 'coverage'> {
  const files = ofKind(evidence, 'coverage').flatMap(filesOf);
  if (files.length === 0) return {};
  const list = files.sort((a, b) => changedMisses(b) - changedMisses(a) || misses(b) - misses(a) || (a.path < b.path ? -1 : 1));
  return { coverage: { list: list.slice(0, MOST.files), total: files.length } };
}

function filesOf({ stage, files, changed }: CoverageEvidence): CoverageOfFile[] {
  const touched = new Map(changed?.files.map((file) => [file.path, file]));
  return files.map(({ path, lines, uncovered, omitted = 0 }) => {
    const change = touched.get(path);
    const shown = uncovered.slice(0, MOST.ranges);
    return {
      stage,
      path,
      lines,
      uncovered: shown,
      more: omitted + uncovered.length - shown.length,
      ...(change ? { changed: { lines: change.lines, uncovered: change.uncovered.slice(0, MOST.ranges) } } : {}),
    };
  });
}

function misses({ lines }: CoverageOfFile): number {
  return lines.total - lines.covered;
}

function changedMisses({ changed }: CoverageOfFile): number {
  return changed === undefined ? 0 : changed.lines.total - changed.lines.covered;
}

/** The tests that took longest, over all stages. */
export function slowestTests(evidence: readonly Evidence[]): SlowTest[] {
  return ofKind(evidence, 'tests')
    .flatMap(({ stage, slowest }) =>
      slowest.flatMap(({ name, class: owner, durationMs }) =>
        durationMs === undefined || durationMs <= 0 ? [] : [{ stage, test: [owner, name].filter(Boolean).join(' › '), durationMs }],
      ),
    )
    .sort((a, b) => b.durationMs - a.durationMs)
    .slice(0, MOST.tests);
}
