import { join, posix } from 'node:path';

import type { GapReason } from '../model/gap.ts';
import type { Files } from '../ports/index.ts';
import { isCode } from './code-lines.ts';
import { isTestFile } from './test-files.ts';

/** Why covered lines prove nothing about the sources, however many there are. */
export interface Doubt {
  readonly reason: GapReason;
  readonly message: string;
  readonly fix: string;
}

export interface DoubtOptions {
  readonly files: Pick<Files, 'stream'>;
  readonly root: string;
  readonly tracked: readonly string[];
  /** Path → the highest line that the reports name of it. */
  readonly lastLines: ReadonlyMap<string, number>;
  readonly include?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
}

/** Source files that are looked into. */
const READ = 5_000;
const NAMED = 3;

/** What the reports tell of is another version of the sources, or tests alone; or the config leaves no source to look for. */
export async function doubtsAbout(options: DoubtOptions): Promise<Doubt[]> {
  return [...onlyTests(options), ...noSources(options), ...(await beyondTheEnd(options))];
}

function onlyTests({ lastLines, include }: DoubtOptions): Doubt[] {
  const told = [...lastLines.keys()];
  const asked = (path: string): boolean => include?.some((glob) => posix.matchesGlob(path, glob)) === true;
  if (told.length === 0 || told.some((path) => !isTestFile(path) || asked(path))) return [];
  return [
    {
      reason: 'matched-nothing',
      message: `the coverage is of tests alone (${named(told)}): which lines of the sources ran is not known`,
      fix: 'Let the coverage tool instrument the sources and leave out the tests; if these are sources, name them under `coverage.include`.',
    },
  ];
}

function noSources({ tracked, include, exclude = [] }: DoubtOptions): Doubt[] {
  const matches = (globs: readonly string[], path: string): boolean => globs.some((glob) => posix.matchesGlob(path, glob));
  const sources = tracked.filter((path) => (include === undefined ? isCode(path) && !isTestFile(path) : matches(include, path)));
  if (exclude.length === 0 || sources.length === 0 || sources.some((path) => !matches(exclude, path))) return [];
  return [
    {
      reason: 'matched-nothing',
      message: `\`coverage.exclude\` (${named(exclude)}) takes out every source file of the repository: what no test loads cannot be told`,
      fix: 'Exclude the files that need no test, one pattern each; to ask for no coverage, leave `coverage` out.',
    },
  ];
}

async function beyondTheEnd({ files, root, tracked, lastLines }: DoubtOptions): Promise<Doubt[]> {
  const known = new Set(tracked);
  const wrong: string[] = [];
  for (const [path, last] of [...lastLines].filter(([file]) => known.has(file)).slice(0, READ)) {
    const length = await linesUpTo(files, join(root, path), last);
    if (length !== undefined && last > length) wrong.push(`${path} has ${length} lines, and ${last} is its last one in the report`);
  }
  const [first] = wrong;
  if (first === undefined) return [];
  const more = wrong.length > 1 ? `; ${wrong.length - 1} more files likewise` : '';
  return [
    {
      reason: 'unsupported',
      message: `the coverage is of another version of the sources: ${first}${more}`,
      fix: 'Measure the coverage of this commit, and have what is compiled lead back to its sources (source maps).',
    },
  ];
}

const NEWLINE = 0x0a;

/** Lines of a file, counted until there are enough; `undefined` when it cannot be read. */
async function linesUpTo(files: Pick<Files, 'stream'>, path: string, enough: number): Promise<number | undefined> {
  // What follows the last line break is a line to some tools, also when it is empty.
  let lines = 1;
  try {
    for await (const part of files.stream(path)) {
      const bytes = Buffer.from(part as Uint8Array);
      for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) lines += 1;
      if (lines >= enough) return lines;
    }
    return lines;
  } catch {
    return undefined;
  }
}

function named(all: readonly string[]): string {
  return `${all.slice(0, NAMED).join(', ')}${all.length > NAMED ? ` and ${all.length - NAMED} more` : ''}`;
}
