import { code, folded, prose, table } from '../../lib/markdown.ts';
import { counted, cut } from '../../lib/text.ts';
import type { DegradationCell, DegradationMatrix } from '../../model/report-degradation.ts';
import type { ReportV1 } from '../../model/report-v1.ts';

/** Every cell says by itself what it is; the mark is for the eye. */
export const DEGRADATION_CELLS: Readonly<Record<DegradationCell, string>> = {
  ok: '✓ ok',
  degraded: '✓ degraded',
  refused: '✓ clean 503',
  error: '✗ error',
  crash: '✗ crash',
  hang: '✗ hang',
  unknown: '? not seen',
  part: '– harmed itself',
};

const BAD: readonly DegradationCell[] = ['error', 'crash', 'hang'];

export function degradationHead({ journeys }: DegradationMatrix): string[] {
  return ['without', 'how', ...journeys];
}

export function degradationRows({ rows }: DegradationMatrix): string[][] {
  return rows.map(({ dependency, fault, cells }) => [dependency, fault, ...cells.map((cell) => DEGRADATION_CELLS[cell])]);
}

/** `5 ways, 1 that users do not survive`. */
export function degradationTally({ rows, more }: DegradationMatrix): string {
  const bad = rows.filter(({ cells }) => cells.some((cell) => BAD.includes(cell))).length;
  return `${counted(rows.length + more, 'fault')}${bad === 0 ? '' : `, ${counted(bad, 'breaks', 'break')} a journey`}`;
}

/** Dependency × journey, in a fold of its own. */
export function degradationFold({ degradation }: ReportV1, most: number): string {
  if (degradation === undefined || most === 0) return '';
  const rows = degradationRows(degradation)
    .slice(0, most)
    .map(([dependency = '', fault = '', ...cells]) => [code(cut(dependency, 60)), prose(cut(fault, 80)), ...cells]);
  const hidden = degradation.rows.length - rows.length + degradation.more;
  const parts = [
    table(
      degradationHead(degradation).map((name, index) => (index < 2 ? name : prose(cut(name, 40)))),
      rows,
    ),
    hidden > 0 ? `${String(hidden)} more in the full report.` : '',
  ];
  return folded(`Without a dependency (${degradationTally(degradation)})`, parts.filter(Boolean).join('\n\n'));
}
