import type { CoverageEvent } from '../contract.ts';
import { arrayOf, readJsonReport } from '../json-report.ts';
import { count, RecordBuilder } from '../record-builder.ts';

const PARTS = new Set(['name', 'coverage', 'branches']);
/** Characters of one string: Code Climate has all lines of a file in one. */
const STRING = 1_000_000;
/** Numbers of one branch: line, block, branch, hits. */
const BRANCH = 4;

/**
 * A file's `coverage` has one entry a line: its hits, or null where there is nothing to run. `branches` is a flat list of
 * four numbers for each branch. Functions are not told of. Code Climate writes the same with the list as a text in itself.
 */
export async function parseCoveralls(text: AsyncIterable<string>, emit: (event: CoverageEvent) => void): Promise<void> {
  let parts: Record<string, unknown> = {};
  let wrong: string | undefined;
  await readJsonReport(
    text,
    {
      begin: (path) => {
        if (path.length === 0) return 'enter';
        if (path[0] !== 'source_files') return 'skip';
        if (path.length < 3) return 'enter';
        return path.length === 3 && PARTS.has(String(path[2])) ? 'want' : 'skip';
      },
      value: (path, value) => {
        parts[String(path[2])] = value;
      },
      end: (path) => {
        if (path.length !== 2) return;
        const file = fileOf(parts);
        parts = {};
        if (file === undefined) wrong ??= `source_files[${String(path[1])}]: no name, or no list of lines, or something else in it`;
        else emit({ type: 'file', record: file.record() });
      },
    },
    { emit, string: STRING },
  );
  if (wrong !== undefined) emit({ type: 'gap', reason: 'malformed', message: wrong });
}

function fileOf({ name, coverage, branches }: Readonly<Record<string, unknown>>): RecordBuilder | undefined {
  const lines = typeof coverage === 'string' ? parsed(coverage) : coverage;
  if (typeof name !== 'string' || name === '' || !Array.isArray(lines)) return undefined;
  const file = new RecordBuilder(name);
  for (const [index, hits] of lines.entries()) {
    if (hits === null) continue;
    const number = count(hits);
    if (number === undefined || !file.lines.raise(index + 1, number)) return undefined;
  }
  const listed = arrayOf(branches);
  for (let at = 0; at + BRANCH <= listed.length; at += BRANCH) {
    const [line, block, branch, hits] = listed.slice(at, at + BRANCH);
    file.branch([line, block, branch].join(','), (count(hits) ?? 0) > 0);
  }
  return file;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
