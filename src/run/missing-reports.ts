import { posix, relative } from 'node:path';

import { COVERAGE_FILES } from '../config/commands.ts';
import type { Gap } from './context.ts';
import type { Reports } from './reports.ts';

export interface Uncounted {
  /** What somebody promised. */
  readonly owed: readonly Gap[];
  /** What is worth telling. */
  readonly told: readonly Gap[];
}

interface Asked {
  /** Patterns without a fresh report. */
  readonly silent: readonly string[];
  readonly reports: Reports;
  readonly what: string;
}

/** Patterns that somebody wrote are promises, each: a shard that never arrived is not made good by the others. Old files are told. */
export function uncounted(root: string, { silent, reports, what }: Asked): Uncounted {
  const stale = reports.stale.map((path) => relative(root, path));
  const asking = (path: string): string | undefined => silent.find((glob) => posix.matchesGlob(path, posix.normalize(glob)));
  const owed = silent.map((glob) => missing([glob], { stale: stale.filter((path) => asking(path) === glob), what }));
  const beside = stale.filter((path) => asking(path) === undefined);
  return { owed, told: beside.length === 0 ? [] : [old(beside, what)] };
}

function old(paths: readonly string[], what: string): Gap {
  const named = `${paths.slice(0, 3).join(', ')}${paths.length > 3 ? ` and ${paths.length - 3} more` : ''}`;
  return {
    reason: 'missing',
    message: `${named} matched but ${paths.length === 1 ? 'was' : 'were'} written before this run: not counted`,
    fix: `remove what earlier runs left, or make the command write every ${what} anew`,
  };
}

/** Coverage of anything but the files of this repository says nothing about them, however much of it there is. */
export function foreign(files: readonly { readonly path: string }[], tracked: readonly string[]): Gap[] {
  const known = new Set(tracked);
  const [first] = files;
  if (known.size === 0 || first === undefined || files.some(({ path }) => known.has(path))) return [];
  const others = files.length === 1 ? first.path : `${files.length} files such as ${first.path}`;
  return [
    {
      reason: 'matched-nothing',
      message: `the coverage is of ${others}, and of no file that git knows here`,
      fix: 'have the coverage tool name the sources in the repository (source maps, the folder that it runs in)',
    },
  ];
}

/** Nobody asked for these by name: they are where reports usually are. */
export function usual(globs: readonly string[]): boolean {
  return COVERAGE_FILES.every((glob) => globs.includes(glob));
}

/** Nothing arrived that could be read. */
export function missing(globs: readonly string[], { stale, what }: { stale: readonly string[]; what: string }): Gap {
  const asked = globs.join(', ');
  if (stale.length === 0) {
    return {
      reason: 'missing',
      message: `no ${what} arrived: ${asked || 'no file is configured, and nothing'} matched nothing after the command ended`,
      fix: `make the command write its ${what} where the config looks for it, or correct the glob`,
    };
  }
  return {
    reason: 'missing',
    message: `no ${what} arrived: ${stale.slice(0, 3).join(', ')} matched but was written before this run, so it says nothing about this commit`,
    fix: `make the command write its ${what} anew on every run`,
  };
}
