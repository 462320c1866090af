import { eachLine, type Line } from '../../lib/lines.ts';
import type { CoverageEvent } from '../contract.ts';

/** https://www.jacoco.org/jacoco/trunk/doc/counters.html, one column each for what was missed and what was covered. */
export const HEADER = /^\s*GROUP,PACKAGE,CLASS,INSTRUCTION_MISSED,INSTRUCTION_COVERED,/;
/** Characters of one line. */
const LINE = 20_000;
const COUNTERS = { lines: 'LINE', branches: 'BRANCH', functions: 'METHOD' } as const;
type Counter = keyof typeof COUNTERS;

/**
 * One line a class. Classes name no source file, and one file may hold several: so only sums are known. A line of two classes is
 * two lines here.
 */
export async function parseJacocoCsv(text: AsyncIterable<string>, emit: (event: CoverageEvent) => void): Promise<void> {
  const sums: Record<Counter, { covered: number; total: number }> = {
    lines: { covered: 0, total: 0 },
    branches: { covered: 0, total: 0 },
    functions: { covered: 0, total: 0 },
  };
  let columns: readonly string[] = [];
  let gap: Extract<CoverageEvent, { type: 'gap' }> | undefined;
  await eachLine(text, LINE, ({ text: raw, number, unfinished }: Line): undefined => {
    const line = raw.trim();
    if (unfinished && line !== '') gap ??= { type: 'gap', reason: 'truncated', message: `line ${number} ends in the middle` };
    if (line === '' || unfinished) return undefined;
    if (columns.length === 0) {
      columns = line.split(',');
      return undefined;
    }
    // Names may hold commas; numbers do not: what stands behind the names is counted from the end.
    const numbers = line.split(',').slice(3 - columns.length);
    const at = (name: string): number => Number(numbers[columns.indexOf(name) - 3]);
    for (const [what, counter] of Object.entries(COUNTERS) as [Counter, string][]) {
      const [missed, covered] = [at(`${counter}_MISSED`), at(`${counter}_COVERED`)];
      if (!(missed >= 0) || !(covered >= 0)) {
        gap ??= { type: 'gap', reason: 'malformed', message: `line ${number} has no ${counter} counter` };
        return undefined;
      }
      sums[what].covered += covered;
      sums[what].total += missed + covered;
    }
    return undefined;
  });
  const { lines, branches, functions } = sums;
  if (lines.total > 0)
    emit({ type: 'totals', totals: { lines, ...(branches.total > 0 && { branches }), ...(functions.total > 0 && { functions }) } });
  if (gap !== undefined) emit(gap);
}
