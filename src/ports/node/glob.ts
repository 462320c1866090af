import { glob as nodeGlob, stat } from 'node:fs/promises';
import { join, posix, relative } from 'node:path';

import type { GlobOptions } from '../files.ts';

const NEVER = new Set(['node_modules', '.git']);

/**
 * Files below `cwd` that match a pattern, as Node's own glob reads it (https://nodejs.org/api/fs.html#fspromisesglobpattern-options);
 * `!pattern` takes away. Wildcards do not match a leading dot, and `node_modules` and `.git` are never entered.
 * Links that lead nowhere, pipes and devices match as well: whoever reads them learns what they are, and nobody passes them over.
 * `folders`: so do folders where the pattern names an ending (`*.xml`). A file that is called like the pattern itself matches it.
 */
export async function glob(patterns: readonly string[], cwd: string, { folders = false }: GlobOptions = {}): Promise<string[]> {
  const written = patterns.map((pattern) => relativeTo(cwd, pattern));
  // What lies outside of `cwd` is nobody's report.
  const wanted = written.filter((pattern) => !pattern.startsWith('!') && !posix.normalize(pattern).startsWith('..'));
  const unwanted = written.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1));
  const found = new Set<string>(folders ? await calledSo(wanted, cwd) : []);
  const endings = folders ? wanted.filter((pattern) => ENDING.test(pattern)) : [];
  for await (const entry of nodeGlob(wanted, { cwd, withFileTypes: true, exclude: ({ name }) => NEVER.has(name) })) {
    const path = join(entry.parentPath, entry.name);
    const below = relative(cwd, path);
    const isOne = entry.isDirectory() || (entry.isSymbolicLink() && (await isFolder(path)));
    if (!isOne || endings.some((pattern) => posix.matchesGlob(below, pattern))) found.add(below);
  }
  return [...found].filter((path) => !unwanted.some((pattern) => posix.matchesGlob(path, pattern))).toSorted();
}

/** A last part that ends like a file's name: `*.xml`, not `**` and not `TestResults*`. */
const ENDING = /\.(?:\w+|\{[\w,]+\})$/;

/** `results[1].xml` is the name of a file as well as a pattern. */
async function calledSo(patterns: readonly string[], cwd: string): Promise<string[]> {
  const odd = patterns.filter((pattern) => /[[\](){}!+@]/.test(pattern)).map((pattern) => posix.normalize(pattern));
  const there = await Promise.all(
    odd.map((pattern) =>
      stat(join(cwd, pattern)).then(
        (target) => target.isFile(),
        () => false,
      ),
    ),
  );
  return odd.filter((_, index) => there[index]);
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (target) => target.isDirectory(),
    () => false,
  );
}

function relativeTo(cwd: string, pattern: string): string {
  const negated = pattern.startsWith('!');
  let path = negated ? pattern.slice(1) : pattern;
  if (path.startsWith(`${cwd}/`)) path = path.slice(cwd.length + 1);
  path = path.replace(/^(?:\.\/)+/, '');
  if (path.endsWith('/')) path += '**';
  return negated ? `!${path}` : path;
}
