import { atMost, counted } from '../../lib/text.ts';
import type { FileCoverage, LineRange, Ratio } from '../../model/coverage.ts';
import type { EvidenceOf } from '../../model/evidence.ts';
import type { Location } from '../../model/source.ts';

// What the rules about coverage say alike.

export type Coverage = EvidenceOf<'coverage'>;

export function proof(piece: Coverage): { id: string; shows: string }[] {
  const [first] = piece.sources;
  const others = piece.sources.length - 1;
  const reports = first === undefined ? 'coverage' : `${first.file}${others > 0 ? ` and ${counted(others, 'other report')}` : ''}`;
  return [
    {
      id: piece.id,
      shows: `${reports}: ${piece.lines.covered} of ${piece.lines.total} lines in ${counted(piece.files.length, 'file')}`,
    },
  ];
}

export function places({ path, uncovered }: Pick<FileCoverage, 'path' | 'uncovered'>): Location[] {
  return uncovered.length === 0 ? [{ path }] : uncovered.slice(0, 10).map(([line, endLine]) => ({ path, line, endLine }));
}

/** `41-58, 63 and 4 more`. */
export function ranges(uncovered: readonly LineRange[], omitted = 0): string {
  if (uncovered.length === 0) return 'lines not named by the report';
  const shown = uncovered.slice(0, 12).map(([from, to]) => (from === to ? String(from) : `${from}-${to}`));
  const rest = uncovered.length - shown.length + omitted;
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : atMost(shown, 12);
}

export function missing({ lines }: Pick<FileCoverage, 'lines'>): number {
  return lines.total - lines.covered;
}

export function ratioOf({ covered, total }: Ratio): number {
  return total > 0 ? covered / total : 0;
}

export function sum(ratios: readonly Ratio[]): Ratio {
  return { covered: ratios.reduce((all, { covered }) => all + covered, 0), total: ratios.reduce((all, ratio) => all + ratio.total, 0) };
}
