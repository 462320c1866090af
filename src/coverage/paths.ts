import { cleanPath, isAbsolute, joinPath, normalPath } from './path-text.ts';
import { longestTail, SuffixIndex } from './suffixes.ts';

/** Where a path of a report leads. */
export type Mapped =
  | { readonly to: 'repository'; readonly path: string }
  | { readonly to: 'nowhere' }
  /** Several files of the repository fit equally well. */
  | { readonly to: 'ambiguous'; readonly candidates: readonly string[] };

/** What a report says beside the path itself. */
export interface PathContext {
  /** Folders that the report's relative paths start at (`<source>`), as far as they were named. */
  readonly roots: readonly string[];
  /** Where the report stands in the repository: its paths often start at a folder above it. */
  readonly report?: string;
  /** Folder that the command ran in, relative to the repository. */
  readonly cwd?: string;
  /** A module or folder that the file is in, as the report calls it. */
  readonly within?: string | undefined;
}

/** A Go module of the repository: its import path and its folder (`''` at the top). */
export interface GoModule {
  readonly path: string;
  readonly folder: string;
}

interface Place {
  readonly raw: string;
  /** What was found by the end of the path alone, to be weighed when all paths are known. */
  readonly full: readonly string[];
  readonly within: string | undefined;
  readonly mapped: Mapped;
  readonly guessed: boolean;
}

/** Folder of a report → folder of the repository → how many unambiguous paths show it. */
type Votes = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** Candidates named of an ambiguous path. */
const CANDIDATES = 5;
/** Prefixes that so many files share are believed to be one folder. */
const ESTABLISHED = 3;

/**
 * Maps the paths of reports to the repository's own files. In this order: as they are from the folders above the report,
 * below a root that the report names, by Go's import path, and last by the longest end that only one tracked file has
 * (`/app/src/x.ts` → `src/x.ts`). What is ambiguous is decided only by what unambiguous paths show about the same folder
 * (`/app/src/y.ts` can only be `src/y.ts`, so `/app` is the top), never guessed.
 */
export class PathMapper {
  readonly #root: string;
  readonly #modules: readonly GoModule[];
  readonly #tracked: ReadonlySet<string>;
  readonly #list: readonly string[];
  readonly #places = new Map<string, Place>();
  #suffixes: SuffixIndex | undefined;
  #folded: SuffixIndex | undefined;

  constructor(root: string, tracked: readonly string[], modules: readonly GoModule[] = []) {
    this.#root = cleanPath(root).replace(/\/$/, '');
    this.#list = tracked;
    this.#tracked = new Set(tracked);
    this.#modules = [...modules].sort((a, b) => b.path.length - a.path.length);
  }

  /** Remembers a path; the key stands for it until `settle` says where it leads. */
  place(raw: string, context: PathContext): string {
    const key = [raw, context.report ?? '', context.within ?? '', ...context.roots].join('\0');
    if (!this.#places.has(key)) this.#places.set(key, this.#find(raw, context));
    return key;
  }

  /** Where a placed path leads as far as it can be said before the others are known. */
  now(key: string): Mapped {
    return this.#places.get(key)?.mapped ?? { to: 'nowhere' };
  }

  /** Where every placed path leads, with the path as the report wrote it, behind its module. */
  settle(): ReadonlyMap<string, { readonly raw: string; readonly mapped: Mapped }> {
    const votes = new Map<string, Map<string, number>>();
    for (const place of this.#places.values()) {
      if (!place.guessed || place.mapped.to !== 'repository') continue;
      const pair = this.#pair(place.full, place.mapped.path);
      if (pair === undefined) continue;
      const targets = votes.get(pair.from) ?? new Map<string, number>();
      votes.set(pair.from, targets.set(pair.to, (targets.get(pair.to) ?? 0) + 1));
    }
    const settled = new Map<string, { raw: string; mapped: Mapped }>();
    for (const [key, place] of this.#places) {
      // Two modules may have a file of one name each.
      const raw = place.within === undefined ? place.raw : `${place.within}/${place.raw}`;
      settled.set(key, { raw, mapped: this.#weigh(place, votes) });
    }
    return settled;
  }

  #find(raw: string, context: PathContext): Place {
    const path = cleanPath(raw);
    const place = (mapped: Mapped, full: readonly string[] = [], guessed = false): Place => ({
      raw,
      full,
      within: context.within,
      mapped,
      guessed,
    });
    const roots = isAbsolute(path) ? [] : context.roots.map(cleanPath);
    const full = isAbsolute(path) ? [normalPath(path)] : [...roots.map((root) => normalPath(joinPath(root, path))), normalPath(path)];
    const exact = this.#exact(path, roots, context);
    const foreign = roots.filter((root) => isAbsolute(root) && this.#below(root) === undefined);
    if (exact !== undefined && foreign.length === 0) return place({ to: 'repository', path: exact });
    const module = this.#byModule(path);
    if (module !== undefined) return place(module);
    const installed = INSTALLED.exec(path)?.[1];
    if (installed !== undefined) return place(this.#ownPackage(installed));
    if (FOREIGN.test(path)) return place({ to: 'nowhere' });
    const found = this.#byTails(full, exact);
    return place(found, full, true);
  }

  /** A tracked file that the path names literally from a folder that it may start at. */
  #exact(path: string, roots: readonly string[], { report, cwd }: PathContext): string | undefined {
    for (const root of roots) {
      const below = this.#below(joinPath(root, path));
      if (below !== undefined && this.#tracked.has(below)) return below;
    }
    if (isAbsolute(path)) {
      const below = this.#below(path);
      return below !== undefined && this.#tracked.has(below) ? below : undefined;
    }
    const relative = [...roots.filter((root) => !isAbsolute(root)), ''];
    for (const folder of folders(report, cwd)) {
      for (const root of relative) {
        const candidate = normalPath(joinPath(joinPath(folder, root), path));
        if (this.#tracked.has(candidate)) return candidate;
      }
    }
    return undefined;
  }

  /** An absolute path inside the repository, relative to it. */
  #below(path: string): string | undefined {
    if (!isAbsolute(path)) return undefined;
    const plain = normalPath(path);
    if (plain === this.#root) return '';
    if (plain.startsWith(`${this.#root}/`)) return plain.slice(this.#root.length + 1);
    // Drives and folders of Windows are the same in any case.
    const folded = /^[A-Za-z]:/.test(plain) && plain.toLowerCase().startsWith(`${this.#root.toLowerCase()}/`);
    return folded ? plain.slice(this.#root.length + 1) : undefined;
  }

  /** `example.com/shop/cart/cart.go` of the module `example.com/shop`; a file of it that is not tracked was generated. */
  #byModule(path: string): Mapped | undefined {
    const module = path.endsWith('.go') ? this.#modules.find((known) => path.startsWith(`${known.path}/`)) : undefined;
    if (module === undefined) return undefined;
    const file = normalPath(joinPath(module.folder, path.slice(module.path.length + 1)));
    return this.#tracked.has(file) ? { to: 'repository', path: file } : { to: 'nowhere' };
  }

  /** A package that was installed from this repository: all of its path below `site-packages` is one tracked file's end. */
  #ownPackage(path: string): Mapped {
    if (!path.includes('/')) return { to: 'nowhere' };
    const found = this.#index().find(path);
    if (found === undefined || found.common < path.split('/').length) return { to: 'nowhere' };
    return found.count > 1 ? ambiguous(found.files) : { to: 'repository', path: found.files[0] ?? '' };
  }

  /** The tail that says most decides; one that fits several files, or that differs from where the path itself leads, is open. */
  #byTails(full: readonly string[], exact: string | undefined): Mapped {
    let open: Mapped = { to: 'nowhere' };
    for (const path of full) {
      const mapped = this.#byTail(this.#index(), path);
      if (mapped.to === 'nowhere') continue;
      if (mapped.to === 'ambiguous') open = mapped;
      else if (exact === undefined || exact === mapped.path) return mapped;
      else return ambiguous([exact, mapped.path].sort());
    }
    return exact === undefined ? open : { to: 'repository', path: exact };
  }

  #byTail(index: SuffixIndex, path: string): Mapped {
    const found = index.find(path);
    if (found === undefined) return { to: 'nowhere' };
    const parts = path.split('/').filter((part) => part !== '').length;
    // One shared folder at least, or the whole of either path: `index.ts` alone is no likeness.
    if (found.common < 2 && found.common < parts && found.whole === undefined) return { to: 'nowhere' };
    return found.count > 1 ? ambiguous(found.files) : { to: 'repository', path: found.files[0] ?? '' };
  }

  #weigh(place: Place, votes: Votes): Mapped {
    const { mapped, full, within } = place;
    if (!place.guessed) return mapped;
    if (mapped.to === 'ambiguous') {
      const inside = within === undefined ? [] : mapped.candidates.filter((file) => file.split('/').includes(within));
      const shown = inside.length === 1 ? inside : this.#shown(full, mapped.candidates, votes);
      const [only] = shown;
      return shown.length === 1 && only !== undefined ? { to: 'repository', path: only } : mapped;
    }
    if (mapped.to === 'repository') return this.#doubtful(full, mapped.path, votes) ? { to: 'nowhere' } : mapped;
    const [path] = full;
    return path === undefined ? mapped : this.#byTail(this.#foldedIndex(), path.toLowerCase());
  }

  /** The files that an ambiguous path leads to if its folder stands for what it stands for in unambiguous paths. */
  #shown(full: readonly string[], candidates: readonly string[], votes: Votes): string[] {
    const common = Math.max(...full.flatMap((path) => candidates.map((file) => longestTail(path, file))));
    const files = new Set<string>();
    for (const path of full) {
      for (const folder of [...foldersOf(path), '']) {
        for (const to of votes.get(folder)?.keys() ?? []) {
          const file = joinPath(to, path.slice(folder.length).replace(/^\//, ''));
          if (this.#tracked.has(file) && (candidates.includes(file) || longestTail(path, file) === common)) files.add(file);
        }
      }
    }
    return [...files];
  }

  /** One file with two like names, in a folder that many others show to be elsewhere: generated or installed, not this file. */
  #doubtful(full: readonly string[], file: string, votes: Votes): boolean {
    const pair = this.#pair(full, file);
    if (pair === undefined || pair.common > 2 || (votes.get(pair.from)?.get(pair.to) ?? 0) >= ESTABLISHED) return false;
    return foldersOf(pair.from).some((folder) => [...(votes.get(folder)?.values() ?? [])].some((count) => count >= ESTABLISHED));
  }

  /** What must stand for what if the path leads to this file: the parts before their common end. */
  #pair(full: readonly string[], file: string): { from: string; to: string; common: number } | undefined {
    const ends = full.map((path) => ({ path, common: longestTail(path, file) })).sort((a, b) => b.common - a.common);
    const [best] = ends;
    if (best === undefined || best.common === 0) return undefined;
    const cut = (path: string): string => path.split('/').slice(0, -best.common).join('/');
    return { from: cut(best.path), to: cut(file), common: best.common };
  }

  #index(): SuffixIndex {
    this.#suffixes ??= new SuffixIndex(this.#list, CANDIDATES);
    return this.#suffixes;
  }

  #foldedIndex(): SuffixIndex {
    this.#folded ??= new SuffixIndex(this.#list, CANDIDATES, (path) => path.toLowerCase());
    return this.#folded;
  }
}

/** Code of others, wherever it is installed: its file names say nothing about ours. */
const FOREIGN =
  /(?:^|\/)(?:node_modules|\.cargo\/registry|\.rustup|pkg\/mod|vendor\/bundle|gems\/[^/]+-\d[^/]*|usr\/(?:lib|include|local\/(?:lib|include|go)))\//;
const INSTALLED = /(?:^|\/)(?:site-packages|dist-packages)\/(.+)$/;

function ambiguous(candidates: readonly string[]): Mapped {
  return { to: 'ambiguous', candidates };
}

/** The folders that a path is below, nearest first: `/a/b/c` → `/a/b`, `/a`. */
function foldersOf(path: string): string[] {
  const found: string[] = [];
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) found.push(path.slice(0, slash));
  return found;
}

/** Folders above the report, nearest first, then the command's own, and last the top. */
function folders(report: string | undefined, cwd: string | undefined): string[] {
  const found = report === undefined || isAbsolute(cleanPath(report)) ? [] : foldersOf(normalPath(cleanPath(report)));
  if (cwd !== undefined && cwd !== '.' && cwd !== '') found.push(normalPath(cleanPath(cwd)));
  return [...found, ''];
}
