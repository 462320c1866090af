import { join } from 'node:path';

import type { Files } from '../ports/index.ts';

/** Which report files stood there before a command ran, and in which state. */
export type ReportState = ReadonlyMap<string, string>;

/** Paths are absolute. */
export interface Reports {
  /** Written or rewritten by the command. */
  readonly fresh: readonly string[];
  /** Matched, but older than the command: they say nothing about this commit. */
  readonly stale: readonly string[];
}

/** Remembers the files that match before the command runs, so that a report of an earlier run cannot pass for one of this. */
export async function reportState(files: Files, root: string, globs: readonly string[]): Promise<ReportState> {
  const paths = await matching(files, root, globs);
  return new Map(await Promise.all(paths.map(async (path) => [path, await stamp(files, path)] as const)));
}

/** Tells fresh reports from stale ones. */
export async function reportsSince(
  files: Files,
  root: string,
  options: { globs: readonly string[]; before: ReportState },
): Promise<Reports> {
  const fresh: string[] = [];
  const stale: string[] = [];
  for (const path of await matching(files, root, options.globs)) {
    const untouched = options.before.get(path) === (await stamp(files, path));
    (untouched ? stale : fresh).push(path);
  }
  return { fresh, stale };
}

async function matching(files: Files, root: string, globs: readonly string[]): Promise<string[]> {
  if (globs.length === 0) return [];
  return (await files.glob(globs, root)).map((path) => join(root, path));
}

async function stamp(files: Files, path: string): Promise<string> {
  return `${await files.modifiedMs(path)} ${await files.size(path)}`;
}
