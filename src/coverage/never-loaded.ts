import { posix } from 'node:path';

import type { ChangedLines } from '../lib/diff.ts';
import type { ChangedCoverage, NeverLoaded } from '../model/coverage.ts';
import { codeLines, extensionOf, isCode, rangesOf } from './code-lines.ts';
import { isTestFile } from './test-files.ts';

export interface NeverLoadedOptions {
  readonly tracked: readonly string[];
  /** Files that the reports tell of, as paths of the repository. */
  readonly told: ReadonlySet<string>;
  /** Globs of the sources that tests should load; without, what is like the files of the reports. */
  readonly include?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
  readonly change?: ChangedLines | undefined;
  /** Text of a file of the repository, `undefined` when it cannot be read. */
  readonly read: (path: string) => Promise<string | undefined>;
}

export interface FoundNeverLoaded {
  readonly neverLoaded?: NeverLoaded;
  readonly changed?: NonNullable<ChangedCoverage['neverLoaded']>;
}

/** Files named; the rest is counted. */
const NAMED = 500;
/** Files looked into; those beyond count with no lines. */
const READ = 5_000;

/**
 * Source files that tests could have loaded and no report tells of. Files without a line of code (types alone, empty
 * packages) are none. Most tools only report what was loaded: to them such a file does not exist.
 */
export async function findNeverLoaded(options: NeverLoadedOptions): Promise<FoundNeverLoaded> {
  const paths = candidates(options).sort();
  const files: { path: string; lines: number }[] = [];
  const changed: NonNullable<ChangedCoverage['neverLoaded']> = [];
  for (const [index, path] of paths.entries()) {
    if (index >= READ) {
      files.push({ path, lines: 0 });
      continue;
    }
    const text = await options.read(path);
    const lines = text === undefined ? [] : codeLines(path, text);
    if (lines.length === 0) continue;
    files.push({ path, lines: lines.length });
    const only = options.change?.get(path);
    const touched = only === undefined ? [] : lines.filter((line) => only.has(line));
    if (touched.length > 0) changed.push({ path, lines: touched.length, uncovered: rangesOf(touched) });
  }
  if (files.length === 0) return {};
  const lines = files.reduce((sum, file) => sum + file.lines, 0);
  const by = options.include === undefined ? 'likeness' : 'include';
  return {
    neverLoaded: { by, files: files.slice(0, NAMED), total: files.length, lines },
    ...(changed.length > 0 && { changed: changed.slice(0, NAMED) }),
  };
}

function candidates({ tracked, told, include, exclude = [] }: NeverLoadedOptions): string[] {
  const like = include === undefined ? likeness(told) : (path: string): boolean => include.some((glob) => posix.matchesGlob(path, glob));
  return tracked.filter(
    (path) => !told.has(path) && isCode(path) && like(path) && !isTestFile(path) && !exclude.some((glob) => posix.matchesGlob(path, glob)),
  );
}

/**
 * Of the same language as a file of the reports, and in the same source folder: one that a file lies in, one with files in
 * two of its folders, or one that is called like sources. Never all of the repository.
 */
function likeness(told: ReadonlySet<string>): (path: string) => boolean {
  const folders = new Map<string, Map<string, Set<string>>>();
  for (const path of told) {
    // What leads to no file of the repository keeps the path of its report, which may be absolute.
    if (posix.isAbsolute(path)) continue;
    const known = folders.get(family(path)) ?? new Map<string, Set<string>>();
    folders.set(family(path), known);
    if (!path.includes('/')) known.set('.', new Set());
    for (let child = path; child.includes('/'); child = posix.dirname(child)) {
      const folder = posix.dirname(child);
      const children = known.get(folder) ?? new Set<string>();
      known.set(folder, child === path ? children.add('.').add('..') : children.add(child));
    }
  }
  return (path) => {
    const known = folders.get(family(path));
    if (known === undefined || ASIDE.test(path)) return false;
    for (let folder = posix.dirname(path); folder !== '.'; folder = posix.dirname(folder)) {
      const children = known.get(folder);
      if (children !== undefined && (children.size > 1 || SOURCES.test(folder))) return true;
    }
    return !path.includes('/') && known.has('.');
  };
}

const SOURCES = /(?:^|\/)(?:src|lib|app|pkg|internal|source|sources|main)$/;
const FAMILIES = new Map([
  ...['ts', 'tsx', 'js', 'jsx', 'mjs', 'cjs', 'mts', 'cts', 'vue', 'svelte'].map((extension) => [extension, 'script'] as const),
  ...['c', 'cc', 'cpp', 'cxx'].map((extension) => [extension, 'c'] as const),
  ...['java', 'kt'].map((extension) => [extension, 'jvm'] as const),
]);

function family(path: string): string {
  const extension = extensionOf(path);
  return FAMILIES.get(extension) ?? extension;
}

/** What lies beside sources and is loaded by no test: configuration of tools, generated and installed code. */
const ASIDE =
  /\.config\.[cm]?[jt]s$|(?:^|\/)(?:node_modules|vendor|third_party|dist|build|out|target|migrations|generated|fixtures)\/|\.min\.js$|\.pb\.go$|_pb2\.py$/;
