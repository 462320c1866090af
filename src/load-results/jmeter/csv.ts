import type { Emit } from '../contract.ts';
import { csvFields } from '../csv.ts';
import { readLines } from '../report.ts';
import { emitSample } from './sample.ts';

/** Columns can be chosen; without these three nothing can be told. Other separators are a property of JMeter's. */
export const HEADER = /^\uFEFF?timeStamp([,;\t|])elapsed\1label\b/;
/** Lines that one field may go over: a message of a failed assertion, with a stack. */
const FIELD_LINES = 500;

export async function parseCsv(text: AsyncIterable<string>, emit: Emit): Promise<void> {
  let columns: readonly string[] | undefined;
  let separator = ',';
  let open: string[] = [];
  await readLines(text, emit, (line) => {
    if (columns === undefined) {
      separator = HEADER.exec(line)?.[1] ?? ',';
      columns = line.replace(/^\uFEFF/, '').split(separator);
      return columns.includes('success') ? undefined : 'has no column `success` (jmeter.save.saveservice.successful)';
    }
    const fields = csvFields([...open, line].join('\n'), separator);
    if (fields === undefined) {
      open.push(line);
      return open.length > FIELD_LINES ? `begins no field of ${FIELD_LINES} lines and more` : undefined;
    }
    open = [];
    if (fields.length !== columns.length) return `has ${fields.length} columns, and the first line ${columns.length}`;
    const at = (column: string): string => fields[columns?.indexOf(column) ?? -1] ?? '';
    return emitSample(
      { label: at('label'), elapsed: at('elapsed'), timeStamp: at('timeStamp'), success: at('success'), message: at('responseMessage') },
      emit,
    );
  });
  if (open.length > 0) emit({ type: 'gap', reason: 'truncated', message: 'the last field is left open' });
}
