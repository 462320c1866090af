import { join } from 'node:path';

import type { Files } from '../ports/index.ts';

/** What stood there before a command ran. */
export interface ReportState {
  /** Report file → its state. */
  readonly stamps: ReadonlyMap<string, string>;
  /** When the command began, by the clock of the file system that reports lie on, in milliseconds. */
  readonly beganMs: number;
}

/** Paths are absolute. */
export interface Reports {
  /** Written or rewritten by the command. */
  readonly fresh: readonly string[];
  /** Matched, but older than the command: they say nothing about this commit. */
  readonly stale: readonly string[];
  /** Patterns to which no fresh file answers. */
  readonly silent: readonly string[];
}

/** Clocks of containers and remote disks differ; what is older than this before the command is nobody's report of it. */
const CLOCKS_DIFFER_MS = 120_000;

/** Remembers the files that match before the command runs, so that a report of an earlier run cannot pass for one of this. */
export async function reportState(
  files: Files,
  root: string,
  { globs, probe }: { globs: readonly string[]; probe: string },
): Promise<ReportState> {
  const paths = await matching(files, root, globs);
  await files.write(probe, '');
  const beganMs = await files.modifiedMs(probe);
  await files.remove(probe);
  return { stamps: new Map(await Promise.all(paths.map(async (path) => [path, (await stamp(files, path)).state] as const))), beganMs };
}

/** Tells fresh reports from stale ones: untouched by the command, or brought back by it with the time that they were written at. */
export async function reportsSince(
  files: Files,
  root: string,
  { globs, before }: { globs: readonly string[]; before: ReportState },
): Promise<Reports> {
  const fresh: string[] = [];
  const stale: string[] = [];
  for (const path of await matching(files, root, globs)) {
    const { state, modifiedMs } = await stamp(files, path);
    const old = before.stamps.get(path) === state || modifiedMs < before.beganMs - CLOCKS_DIFFER_MS;
    (old ? stale : fresh).push(path);
  }
  return { fresh, stale, silent: await silent(files, root, { globs, fresh: new Set(fresh) }) };
}

async function silent(
  files: Files,
  root: string,
  { globs, fresh }: { globs: readonly string[]; fresh: ReadonlySet<string> },
): Promise<readonly string[]> {
  const wanted = globs.filter((glob) => !glob.startsWith('!'));
  if (wanted.length < 2) return fresh.size > 0 ? [] : wanted;
  const unwanted = globs.filter((glob) => glob.startsWith('!'));
  const answers = await Promise.all(wanted.map((glob) => matching(files, root, [glob, ...unwanted])));
  return wanted.filter((_, index) => !(answers[index] ?? []).some((path) => fresh.has(path)));
}

async function matching(files: Files, root: string, globs: readonly string[]): Promise<string[]> {
  if (globs.length === 0) return [];
  return (await files.glob(globs, root, { folders: true })).map((path) => join(root, path));
}

/** What is there and cannot be looked at has a state too: it is a report that nobody can read, told when it is read. */
async function stamp(files: Files, path: string): Promise<{ readonly state: string; readonly modifiedMs: number }> {
  try {
    const modifiedMs = await files.modifiedMs(path);
    return { state: `${modifiedMs} ${await files.size(path)}`, modifiedMs };
  } catch {
    return { state: 'unreadable', modifiedMs: Number.POSITIVE_INFINITY };
  }
}
