import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

const NEVER = new Set(['node_modules', '.git']);
const DEEPEST = 100;

type Segment = '**' | RegExp;
type Pattern = readonly Segment[];
/** Patterns with how many of their segments a folder has matched: folders where none is left are not entered. */
type Positions = readonly { readonly pattern: Pattern; readonly at: number }[];

/**
 * Files below `cwd` that match a pattern: `*`, `?`, `[a-z]`, `{a,b}` and `**`; `!pattern` takes away. Wildcards do not match a
 * leading dot. Folders behind symbolic links are not entered, so that cycles end.
 */
export async function glob(patterns: readonly string[], cwd: string): Promise<string[]> {
  const expanded = patterns.map((pattern) => relativeTo(cwd, pattern)).flatMap((pattern) => expandBraces(pattern));
  const wanted = expanded.filter((pattern) => !pattern.startsWith('!')).map((pattern) => compile(pattern, false));
  const unwanted = expanded.filter((pattern) => pattern.startsWith('!')).map((pattern) => compile(pattern.slice(1), true));
  const found = new Set<string>();
  await walk({ cwd, found }, '', closure(wanted.map((pattern) => ({ pattern, at: 0 }))));
  return [...found].filter((path) => !unwanted.some((pattern) => matches(pattern, path))).toSorted();
}

async function walk(search: { readonly cwd: string; readonly found: Set<string> }, folder: string, positions: Positions): Promise<void> {
  if (positions.length === 0 || folder.split('/').length > DEEPEST) return;
  const entries = await readdir(join(search.cwd, folder), { withFileTypes: true }).catch(() => []);
  await Promise.all(
    entries.map(async (entry) => {
      if (NEVER.has(entry.name)) return;
      const next = step(positions, entry.name);
      if (next.length === 0) return;
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) await walk(search, path, next);
      else if (isComplete(next) && (await isFile(entry, join(search.cwd, path)))) search.found.add(path);
    }),
  );
}

/** Where the patterns are after one more name of the path. */
function step(positions: Positions, name: string): Positions {
  const next: { pattern: Pattern; at: number }[] = [];
  for (const { pattern, at } of positions) {
    const segment = pattern[at];
    if (segment === '**') {
      if (!name.startsWith('.')) next.push({ pattern, at });
    } else if (segment?.test(name)) next.push({ pattern, at: at + 1 });
  }
  return closure(next);
}

/** `**` also matches no folder at all. */
function closure(positions: Positions): Positions {
  const all = [...positions];
  for (const { pattern, at } of all) {
    if (pattern[at] !== '**') continue;
    if (!all.some((other) => other.pattern === pattern && other.at === at + 1)) all.push({ pattern, at: at + 1 });
  }
  return all;
}

function isComplete(positions: Positions): boolean {
  return positions.some(({ pattern, at }) => at === pattern.length);
}

function matches(pattern: Pattern, path: string): boolean {
  const end = path.split('/').reduce((positions: Positions, name) => step(positions, name), closure([{ pattern, at: 0 }]));
  return isComplete(end);
}

async function isFile(entry: Dirent, path: string): Promise<boolean> {
  if (entry.isFile()) return true;
  if (!entry.isSymbolicLink()) return false;
  return stat(path).then(
    (target) => target.isFile(),
    () => false,
  );
}

function relativeTo(cwd: string, pattern: string): string {
  const negated = pattern.startsWith('!');
  let path = (negated ? pattern.slice(1) : pattern).replaceAll('\\', '/');
  if (path.startsWith(`${cwd}/`)) path = path.slice(cwd.length + 1);
  path = path.replace(/^(?:\.\/)+/, '');
  if (path.endsWith('/')) path += '**';
  return negated ? `!${path}` : path;
}

/** `a.{x,y}` → `a.x`, `a.y`; nested braces from the inside out, 1,000 patterns at most. */
function expandBraces(pattern: string): string[] {
  let patterns = [pattern];
  for (let round = 0; round < 16; round++) {
    if (!patterns.some((one) => /\{[^{}]*,[^{}]*\}/.test(one))) break;
    patterns = patterns
      .flatMap((one) => {
        const match = /\{([^{}]*,[^{}]*)\}/.exec(one);
        if (match === null) return [one];
        const [whole, inner = ''] = match;
        return inner.split(',').map((choice) => one.slice(0, match.index) + choice + one.slice(match.index + whole.length));
      })
      .slice(0, 1_000);
  }
  return patterns;
}

function compile(pattern: string, dots: boolean): Pattern {
  return pattern
    .split('/')
    .filter((segment) => segment !== '' && segment !== '.')
    .map((segment) => (segment === '**' ? '**' : toPattern(segment, dots)));
}

function toPattern(segment: string, dots: boolean): RegExp {
  let source = '';
  for (let at = 0; at < segment.length; at++) {
    const character = segment.charAt(at);
    const close = character === '[' ? segment.indexOf(']', at + 2) : -1;
    if (close !== -1) {
      source += `[${segment
        .slice(at + 1, close)
        .replace(/^!/, '^')
        .replaceAll('\\', '\\\\')
        .replaceAll('[', '\\[')}]`;
      at = close;
    } else if (character === '*') source += source.endsWith('[^/]*') ? '' : '[^/]*';
    else if (character === '?') source += '[^/]';
    else source += character.replace(/[\\^$.+()[\]{}|]/, String.raw`\$&`);
  }
  const first = !dots && /^[*?[]/.test(segment) ? '(?!\\.)' : '';
  return new RegExp(`^${first}${source}$`);
}
