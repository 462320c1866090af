import type { CoverageEvent } from '../contract.ts';
import { arrayOf, isObject, readJsonReport } from '../json-report.ts';
import { count, RecordBuilder } from '../record-builder.ts';

/**
 * Reads the result set (`{command: {coverage: {path: …}}}`; several commands are merged), the report of the JSON
 * formatter (`{meta, coverage: {path: …}, groups}`) and that of the gem simplecov-json (`{files: [{filename, coverage}]}`). A file is its list of lines, as before 0.18, or an object with
 * `lines`, `branches` and `methods`. Lines that Ruby does not count are null, ignored ones "ignored".
 *
 * The result set is raw: code between `# :nocov:` marks is in it, though SimpleCov leaves it out of what it prints.
 */
export async function parseSimplecov(text: AsyncIterable<string>, emit: (event: CoverageEvent) => void): Promise<void> {
  let wrong: string | undefined;
  await readJsonReport(
    text,
    {
      begin: (path) => {
        const at = path.indexOf('coverage');
        if (path.length === 0) return 'enter';
        if (path[0] === 'files') return path.length === 2 ? 'want' : 'enter';
        if (at === -1 || at > 1) return path.length === 1 ? 'enter' : 'skip';
        return path.length === at + 2 ? 'want' : 'enter';
      },
      value: (path, value) => {
        // A file that was loaded before Ruby counted.
        if (value === null) return;
        const { path: name, counts } = path[0] === 'files' ? listed(value) : { path: String(path.at(-1)), counts: value };
        const file = new RecordBuilder(name);
        const lines = Array.isArray(counts) ? (counts as unknown[]) : isObject(counts) ? counts['lines'] : undefined;
        if (name === '' || !Array.isArray(lines) || !addLines(file, lines))
          wrong ??= `${file.path.slice(0, 200)}: no list of lines, or something else in it`;
        if (isObject(counts)) addRest(file, counts);
        emit({ type: 'file', record: file.record() });
      },
    },
    { emit },
  );
  if (wrong !== undefined) emit({ type: 'gap', reason: 'malformed', message: wrong });
}

/** An entry of simplecov-json's list. */
function listed(value: unknown): { readonly path: string; readonly counts: unknown } {
  const { filename, coverage }: Readonly<Record<string, unknown>> = isObject(value) ? value : {};
  return { path: typeof filename === 'string' ? filename : '', counts: coverage };
}

function addLines(file: RecordBuilder, lines: readonly unknown[]): boolean {
  for (const [index, hits] of lines.entries()) {
    if (hits === null || hits === 'ignored') continue;
    const number = typeof hits === 'number' ? count(hits) : undefined;
    if (number === undefined) return false;
    file.lines.add(index + 1, number);
  }
  return true;
}

function addRest(file: RecordBuilder, { branches, methods }: Readonly<Record<string, unknown>>): void {
  // The result set: condition → outcome → hits.
  for (const [condition, outcomes] of Object.entries(isObject(branches) ? branches : {}))
    for (const [outcome, hits] of Object.entries(isObject(outcomes) ? outcomes : {}))
      file.branch(`${condition}>${outcome}`, (count(hits) ?? 0) > 0);
  // The formatter: a list of outcomes.
  for (const [index, branch] of arrayOf(branches).entries()) {
    if (!isObject(branch) || branch['coverage'] === 'ignored') continue;
    file.branch(`${index}:${String(branch['type'])}:${String(branch['start_line'])}`, (count(branch['coverage']) ?? 0) > 0);
  }
  for (const [method, hits] of Object.entries(isObject(methods) ? methods : {})) file.function(method, (count(hits) ?? 0) > 0);
  for (const [index, method] of arrayOf(methods).entries()) {
    if (!isObject(method) || method['coverage'] === 'ignored') continue;
    file.function(`${index}:${String(method['name'])}`, (count(method['coverage']) ?? 0) > 0);
  }
}
