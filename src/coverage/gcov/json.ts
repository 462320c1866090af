import type { CoverageEvent } from '../contract.ts';
import { arrayOf, isObject, readJsonReport } from '../json-report.ts';
import { count, RecordBuilder } from '../record-builder.ts';

/**
 * Reads what `gcov --json-format` writes, and gcovr's JSON, which is like it. A line that belongs to several functions (a
 * template) is listed once for each: it has the hits of the most visited. Branches are those that gcov sees, the ones of
 * exceptions among them. Relative paths start at the folder of the compilation, which may be named behind the files.
 */
export async function parseGcovJson(text: AsyncIterable<string>, emit: (event: CoverageEvent) => void): Promise<void> {
  const files: RecordBuilder[] = [];
  let file: RecordBuilder | undefined;
  let wrong: string | undefined;
  await readJsonReport(
    text,
    {
      begin: (path) => {
        if (path.length === 0) return 'enter';
        if (path.length === 1) return path[0] === 'files' ? 'enter' : path[0] === 'current_working_directory' ? 'want' : 'skip';
        if (path[0] !== 'files') return 'skip';
        if (path.length === 2) file = new RecordBuilder('');
        if (path.length === 3) return path[2] === 'file' ? 'want' : path[2] === 'lines' || path[2] === 'functions' ? 'enter' : 'skip';
        return path.length === 2 ? 'enter' : path.length === 4 ? 'want' : 'skip';
      },
      value: (path, value) => {
        if (path[0] === 'current_working_directory') {
          if (typeof value === 'string' && value !== '') emit({ type: 'root', path: value });
        } else if (path[2] === 'file') file = named(file, value);
        else if (file !== undefined && isObject(value)) {
          if (path[2] === 'functions') addFunction(file, value);
          else if (!addLine(file, value)) wrong ??= `files[${String(path[1])}]: a line without number or count`;
        }
      },
      end: (path) => {
        if (path.length !== 2 || file === undefined) return;
        if (file.path === '') wrong ??= `files[${String(path[1])}]: a file without a name`;
        else files.push(file);
        file = undefined;
      },
    },
    { emit },
  );
  for (const one of files) emit({ type: 'file', record: one.record() });
  if (wrong !== undefined) emit({ type: 'gap', reason: 'malformed', message: wrong });
}

/** The name may come behind the lines. */
function named(file: RecordBuilder | undefined, name: unknown): RecordBuilder {
  const builder = new RecordBuilder(typeof name === 'string' ? name : '');
  if (file !== undefined) builder.take(file);
  return builder;
}

function addLine(file: RecordBuilder, line: Readonly<Record<string, unknown>>): boolean {
  if (line['gcovr/noncode'] === true || line['gcovr/excluded'] === true) return true;
  const [number, hits] = [Number(line['line_number']), count(line['count'])];
  if (hits === undefined || !file.lines.raise(number, hits)) return false;
  const owner = typeof line['function_name'] === 'string' ? line['function_name'] : '';
  for (const [index, branch] of arrayOf(line['branches']).entries()) {
    if (isObject(branch)) file.branch(`${number}:${owner}:${index}`, (count(branch['count']) ?? 0) > 0);
  }
  return true;
}

function addFunction(file: RecordBuilder, value: Readonly<Record<string, unknown>>): void {
  const name = value['name'] ?? value['demangled_name'];
  const line = value['start_line'] ?? value['lineno'];
  file.function(`${String(name)}:${String(line)}`, (count(value['execution_count']) ?? 0) > 0);
}
