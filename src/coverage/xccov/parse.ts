import type { CoverageEvent } from '../contract.ts';
import { arrayOf, isObject, readJsonReport } from '../json-report.ts';
import { count, ratio, RecordBuilder } from '../record-builder.ts';

/**
 * Totals of each file, with its functions and no lines. A file of several targets is told of by each; what is compiled into
 * the tests themselves (`Tests.xctest`) is not what they cover.
 */
export async function parseXccov(text: AsyncIterable<string>, emit: (event: CoverageEvent) => void): Promise<void> {
  let wrong: string | undefined;
  let tests = 0;
  await readJsonReport(
    text,
    {
      begin: (path) =>
        path.length === 0 || (path.length === 1 && path[0] === 'targets') ? 'enter' : path[0] === 'targets' ? 'want' : 'skip',
      value: (_, target) => {
        const files = isObject(target) ? arrayOf(target['files']) : [];
        if (isObject(target) && String(target['name']).endsWith('.xctest')) {
          tests += files.length;
          return;
        }
        for (const file of files) {
          const record = recordOf(file);
          if (record === undefined)
            wrong ??= `a file without a path or numbers in ${isObject(target) ? String(target['name']) : 'a target'}`;
          else emit({ type: 'file', record: record.record() });
        }
      },
    },
    { emit },
  );
  if (tests > 0) emit({ type: 'note', message: `${tests} files of tests are not counted` });
  if (wrong !== undefined) emit({ type: 'gap', reason: 'malformed', message: wrong.slice(0, 300) });
}

function recordOf(file: unknown): RecordBuilder | undefined {
  if (!isObject(file) || typeof file['path'] !== 'string' || file['path'] === '') return undefined;
  const totals = ratio(file['coveredLines'], file['executableLines']);
  if (totals === undefined) return undefined;
  const record = new RecordBuilder(file['path']);
  record.totals = totals;
  for (const called of arrayOf(file['functions'])) {
    if (isObject(called))
      record.function(`${String(called['lineNumber'])}:${String(called['name'])}`, (count(called['executionCount']) ?? 0) > 0);
  }
  return record;
}
