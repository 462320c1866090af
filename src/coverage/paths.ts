/** Where a path of a report leads. */
export type Mapped =
  | { readonly to: 'repository'; readonly path: string }
  | { readonly to: 'nowhere' }
  /** Several files of the repository fit equally well. */
  | { readonly to: 'ambiguous'; readonly candidates: readonly string[] };

/**
 * Maps the paths of reports to the repository's own files: as they are, below the repository, below a root that the
 * report names, and last by the longest tail that only one tracked file has (`/app/src/x.ts` → `src/x.ts`).
 */
export class PathMapper {
  readonly #root: string;
  readonly #tracked: ReadonlySet<string>;
  readonly #byName = new Map<string, string[]>();
  readonly #known = new Map<string, Mapped>();

  constructor(root: string, tracked: readonly string[]) {
    this.#root = slashes(root).replace(/\/$/, '');
    this.#tracked = new Set(tracked);
    for (const path of tracked) {
      const name = path.slice(path.lastIndexOf('/') + 1);
      const same = this.#byName.get(name);
      if (same === undefined) this.#byName.set(name, [path]);
      else same.push(path);
    }
  }

  map(path: string, roots: readonly string[]): Mapped {
    const key = `${path}\0${roots.join('\0')}`;
    let mapped = this.#known.get(key);
    if (mapped === undefined) {
      mapped = this.#find(slashes(path), roots.map(slashes));
      this.#known.set(key, mapped);
    }
    return mapped;
  }

  #find(path: string, roots: readonly string[]): Mapped {
    for (const candidate of [path, ...roots.map((root) => `${root.replace(/\/$/, '')}/${path}`)]) {
      const below = normal(candidate.startsWith(`${this.#root}/`) ? candidate.slice(this.#root.length + 1) : candidate);
      if (this.#tracked.has(below)) return { to: 'repository', path: below };
    }
    if (FOREIGN.test(path)) return { to: 'nowhere' };
    // A root may be the container's: its own last folders then tell files of the same name apart.
    const tails = isAbsolute(path) ? [path] : [...roots.map((root) => `${root}/${path}`), path];
    let ambiguous: Mapped = { to: 'nowhere' };
    for (const tail of tails) {
      const found = this.#byTail(normal(tail));
      if (found.to === 'repository') return found;
      if (found.to === 'ambiguous') ambiguous = found;
    }
    return ambiguous;
  }

  #byTail(path: string): Mapped {
    const parts = path.split('/').filter((part) => part !== '');
    const name = parts.at(-1);
    let best: string[] = [];
    let longest = 0;
    for (const tracked of (name === undefined ? undefined : this.#byName.get(name)) ?? []) {
      const common = commonTail(parts, tracked.split('/'));
      if (common > longest) [best, longest] = [[tracked], common];
      else if (common === longest) best.push(tracked);
    }
    const [only] = best;
    if (only === undefined) return { to: 'nowhere' };
    if (best.length > 1) return { to: 'ambiguous', candidates: best.slice(0, 5) };
    // One shared folder at least, or the whole of either path: `index.ts` alone is no likeness.
    const whole = longest === parts.length || longest === only.split('/').length;
    return longest > 1 || whole ? { to: 'repository', path: only } : { to: 'nowhere' };
  }
}

/** Code of others, wherever it is installed: its file names say nothing about ours. */
const FOREIGN =
  /(?:^|\/)(?:node_modules|site-packages|dist-packages|\.cargo\/registry|pkg\/mod|usr\/(?:lib|include|local\/(?:lib|include|go)))\//;

function commonTail(a: readonly string[], b: readonly string[]): number {
  let common = 0;
  while (common < a.length && common < b.length && a[a.length - 1 - common] === b[b.length - 1 - common]) common += 1;
  return common;
}

function slashes(path: string): string {
  return path.replace(/^file:\/\//, '').replaceAll('\\', '/');
}

function isAbsolute(path: string): boolean {
  return path.startsWith('/') || /^[A-Za-z]:\//.test(path);
}

/** Without `.`, `..` and doubled slashes. */
function normal(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '.' && (part !== '' || parts.length === 0)) parts.push(part);
  }
  return parts.join('/');
}
