import type { Emit } from '../contract.ts';
import { csvFields } from '../csv.ts';
import { labelOf } from './label.ts';
import { distributionOf, readLines } from '../report.ts';

/** `<prefix>_stats.csv`: https://docs.locust.io/en/stable/retrieving-stats.html */
export const STATS = /^\uFEFF?Type,Name,Request Count,Failure Count\b/;
/** What `--csv` writes beside it. */
export const COMPANIONS: readonly { readonly head: RegExp; readonly what: string }[] = [
  { head: /^\uFEFF?Timestamp,User Count,Type,Name,/, what: 'the history of the run' },
  { head: /^\uFEFF?Method,Name,Error,Occurrences/, what: 'the list of failures' },
  { head: /^\uFEFF?Count,Message,Traceback,Nodes/, what: 'the list of exceptions' },
];

const TOTAL = 'Aggregated';

/** One line for each request, and one for all of them. */
export async function parseCsv(text: AsyncIterable<string>, emit: Emit): Promise<void> {
  let columns: readonly string[] | undefined;
  let companion = false;
  let total = false;
  await readLines(text, emit, (line) => {
    if (columns === undefined) {
      columns = line.split(',');
      const what = COMPANIONS.find(({ head }) => head.test(line))?.what;
      companion = what !== undefined;
      if (what !== undefined) emit({ type: 'companion', what });
      return undefined;
    }
    if (companion) return undefined;
    const fields = csvFields(line);
    if (fields?.length !== columns.length) return 'has not the columns of the first';
    const row = Object.fromEntries(columns.map((column, index) => [column, fields[index] ?? '']));
    total ||= row['Name'] === TOTAL;
    return request(row, emit);
  });
  if (!companion && columns !== undefined && !total)
    emit({ type: 'gap', reason: 'truncated', message: `there is no line of all requests (${TOTAL}): the file ends before its end` });
}

function request(row: Readonly<Record<string, string>>, emit: Emit): string | undefined {
  const name = row['Name'] ?? '';
  const [of, failed, rate] = ['Request Count', 'Failure Count', 'Requests/s'].map((column) => Number(row[column] || Number.NaN));
  if (of === undefined || failed === undefined || Number.isNaN(of + failed)) return 'has no count';
  const label = labelOf(row['Type'] ?? '', name);
  const whole = name === TOTAL && (row['Type'] ?? '') === '';
  if (of > 0) {
    emit({ type: 'outcomes', of, failed, labels: whole ? [] : [label], part: !whole });
    const distribution = distributionOf(timesOf(row), { part: partOf, mean: 'Average Response Time' });
    if (distribution) emit({ type: 'reported', distribution: { ...distribution, samples: of }, ...(whole ? {} : { label }) });
  }
  if (whole && rate !== undefined && rate > 0) emit({ type: 'span', durationMs: (of / rate) * 1_000 });
  return undefined;
}

function timesOf(row: Readonly<Record<string, string>>): Record<string, number> {
  const times = Object.entries(row).flatMap(([column, text]) => (text === '' || text === 'N/A' ? [] : [[column, Number(text)] as const]));
  const named = Object.fromEntries(times);
  return { ...named, min: named['Min Response Time'] ?? Number.NaN, max: named['Max Response Time'] ?? Number.NaN };
}

/** `50%`, `99.9%`. */
function partOf(column: string): number | undefined {
  const [, digits] = /^(\d+(?:\.\d+)?)%$/.exec(column) ?? [];
  return digits === undefined ? undefined : Number((Number(digits) / 100).toPrecision(12));
}
