import { glob as nodeGlob, stat } from 'node:fs/promises';
import { join, posix, relative } from 'node:path';

const NEVER = new Set(['node_modules', '.git']);

/**
 * Files below `cwd` that match a pattern, as Node's own glob reads it (https://nodejs.org/api/fs.html#fspromisesglobpattern-options);
 * `!pattern` takes away. Wildcards do not match a leading dot, and `node_modules` and `.git` are never entered.
 * Links that lead nowhere, pipes and devices match as well: whoever reads them learns what they are, and nobody passes them over.
 */
export async function glob(patterns: readonly string[], cwd: string): Promise<string[]> {
  const written = patterns.map((pattern) => relativeTo(cwd, pattern));
  // What lies outside of `cwd` is nobody's report.
  const wanted = written.filter((pattern) => !pattern.startsWith('!') && !posix.normalize(pattern).startsWith('..'));
  const unwanted = written.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1));
  const found = new Set<string>();
  for await (const entry of nodeGlob(wanted, { cwd, withFileTypes: true, exclude: ({ name }) => NEVER.has(name) })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isDirectory() && !(entry.isSymbolicLink() && (await isFolder(path)))) found.add(relative(cwd, path));
  }
  return [...found].filter((path) => !unwanted.some((pattern) => posix.matchesGlob(path, pattern))).toSorted();
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
