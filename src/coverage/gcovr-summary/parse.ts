import type { Ratio } from '../../model/coverage.ts';
import type { CoverageEvent } from '../contract.ts';
import { isObject, readJsonReport } from '../json-report.ts';
import { ratio, RecordBuilder } from '../record-builder.ts';

const SUMS = new Set(['line_total', 'line_covered', 'total', 'covered']);

/** Totals of each file, no lines. The totals of the whole report are compared with them. */
export async function parseGcovrSummary(text: AsyncIterable<string>, emit: (event: CoverageEvent) => void): Promise<void> {
  const sum = { covered: 0, total: 0 };
  const said: Record<string, unknown> = {};
  let wrong: string | undefined;
  const whole = await readJsonReport(
    text,
    {
      begin: (path) => {
        if (path.length === 0) return 'enter';
        if (path[0] === 'files') return path.length === 1 ? 'enter' : 'want';
        return path.length === 1 && (SUMS.has(String(path[0])) || path[0] === 'root') ? 'want' : 'skip';
      },
      value: (path, value) => {
        if (path[0] === 'root') {
          if (typeof value === 'string' && value !== '') emit({ type: 'root', path: value });
        } else if (path[0] !== 'files') said[String(path[0])] = value;
        else {
          const file = fileOf(value);
          if (file?.totals === undefined) wrong ??= `files[${String(path[1])}]: no name, or no numbers of lines`;
          else {
            sum.covered += file.totals.covered;
            sum.total += file.totals.total;
            emit({ type: 'file', record: file.record() });
          }
        }
      },
    },
    { emit },
  );
  if (wrong !== undefined) emit({ type: 'gap', reason: 'malformed', message: wrong });
  const stated = part(said, 'line');
  if (whole && stated !== undefined && (stated.covered !== sum.covered || stated.total !== sum.total)) {
    const message = `the report says ${stated.covered} of ${stated.total} lines, its files are ${sum.covered} of ${sum.total}`;
    emit({ type: 'note', message });
  }
}

function fileOf(value: unknown): RecordBuilder | undefined {
  if (!isObject(value)) return undefined;
  const name = value['filename'] ?? value['file'];
  if (typeof name !== 'string' || name === '') return undefined;
  const file = new RecordBuilder(name);
  file.totals = part(value, 'line');
  file.stated({ branches: part(value, 'branch'), functions: part(value, 'function') });
  return file;
}

function part(value: Readonly<Record<string, unknown>>, key: string): Ratio | undefined {
  // The first version had lines alone, and no word for them.
  const first = key === 'line' ? ratio(value['covered'], value['total']) : undefined;
  return ratio(value[`${key}_covered`], value[`${key}_total`]) ?? first;
}
