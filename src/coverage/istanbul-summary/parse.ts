import type { Ratio } from '../../model/coverage.ts';
import type { CoverageEvent } from '../contract.ts';
import { isObject, readJsonReport } from '../json-report.ts';
import { ratio, RecordBuilder } from '../record-builder.ts';

/**
 * Totals of each file, no lines: enough for gates on totals, packages and critical paths, never for changed lines. `total` is the
 * sum that the tool made of the files: compared with them, and counted only where no file is named.
 */
export async function parseIstanbulSummary(text: AsyncIterable<string>, emit: (event: CoverageEvent) => void): Promise<void> {
  const sum = { covered: 0, total: 0 };
  let files = 0;
  let all: RecordBuilder | undefined;
  let wrong: string | undefined;
  const whole = await readJsonReport(
    text,
    {
      begin: (path) => (path.length === 0 ? 'enter' : 'want'),
      value: ([key = ''], value) => {
        const file = new RecordBuilder(String(key));
        const lines = ratioAt(value, 'lines');
        if (lines === undefined) {
          wrong ??= `${file.path.slice(0, 200)}: no numbers of lines`;
          return;
        }
        file.totals = lines;
        file.stated({ branches: ratioAt(value, 'branches'), functions: ratioAt(value, 'functions') });
        if (key === 'total') {
          all = file;
          return;
        }
        files += 1;
        sum.covered += lines.covered;
        sum.total += lines.total;
        emit({ type: 'file', record: file.record() });
      },
    },
    { emit },
  );
  if (wrong !== undefined) emit({ type: 'gap', reason: 'malformed', message: wrong });
  const stated = all?.totals;
  if (!whole || all === undefined || stated === undefined) return;
  if (files === 0) {
    const { branches, functions } = all.record();
    emit({ type: 'totals', totals: { lines: stated, branches, functions } });
  } else if (stated.covered !== sum.covered || stated.total !== sum.total) {
    const said = `the total says ${stated.covered} of ${stated.total} lines`;
    emit({ type: 'note', message: `${said}, its files are ${sum.covered} of ${sum.total}` });
  }
}

function ratioAt(value: unknown, key: string): Ratio | undefined {
  const part = isObject(value) ? value[key] : undefined;
  return isObject(part) ? ratio(part['covered'], part['total']) : undefined;
}
