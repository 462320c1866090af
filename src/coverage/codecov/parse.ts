import type { CoverageEvent } from '../contract.ts';
import { isObject, readJsonReport } from '../json-report.ts';
import { count, RecordBuilder } from '../record-builder.ts';

/**
 * A file has its lines by number, or as a list that begins with a line 0 that does not exist. A line is its hits, `true`
 * for one that ran in part, `"1/2"` where one of two branches was taken, or null. A line that ran in part ran.
 */
export async function parseCodecov(text: AsyncIterable<string>, emit: (event: CoverageEvent) => void): Promise<void> {
  let wrong: string | undefined;
  await readJsonReport(
    text,
    {
      begin: (path) => (path.length === 0 || (path.length === 1 && path[0] === 'coverage') ? 'enter' : path.length === 2 ? 'want' : 'skip'),
      value: (path, value) => {
        const file = new RecordBuilder(String(path[1]));
        if (!addLines(file, value)) wrong ??= `${file.path.slice(0, 200)}: no lines, or something else in them`;
        emit({ type: 'file', record: file.record() });
      },
    },
    { emit },
  );
  if (wrong !== undefined) emit({ type: 'gap', reason: 'malformed', message: wrong });
}

function addLines(file: RecordBuilder, value: unknown): boolean {
  if (!Array.isArray(value) && !isObject(value)) return false;
  for (const [line, hits] of Object.entries(value)) {
    if (hits === null || (line === '0' && Array.isArray(value))) continue;
    const [, taken, all] = (typeof hits === 'string' && /^(\d{1,9})\/(\d{1,9})$/.exec(hits)) || [];
    if (taken !== undefined && all !== undefined) file.branches(line, { covered: Number(taken), total: Number(all) });
    const number = hits === true ? 1 : count(taken ?? hits);
    if (number === undefined || !file.lines.raise(Number(line), number)) return false;
  }
  return true;
}
