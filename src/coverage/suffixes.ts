interface Entry {
  count: number;
  /** The file whose whole path this is. */
  whole: string | undefined;
  readonly files: string[];
}

export interface FoundTail {
  /** Parts of the path that the files share with it, from the end. */
  readonly common: number;
  /** The file whose whole path they are. */
  readonly whole: string | undefined;
  /** Files that share them, the whole one first; bounded. */
  readonly files: readonly string[];
  /** How many there are in all. */
  readonly count: number;
}

/** The ends of many paths (`c.ts`, `b/c.ts`, `a/b/c.ts`), so that the longest common end is found in as many steps as a path has parts. */
export class SuffixIndex {
  readonly #entries = new Map<string, Entry>();
  readonly #most: number;

  constructor(paths: readonly string[], most: number, fold: (path: string) => string = (path) => path) {
    this.#most = most;
    for (const path of paths) this.#add(path, fold(path));
  }

  /** The files with the longest end in common with the path. */
  find(path: string): FoundTail | undefined {
    let from = path.startsWith('/') ? 1 : 0;
    for (;;) {
      const tail = path.slice(from);
      const entry = this.#entries.get(tail);
      if (entry !== undefined) return found(tail, entry);
      const slash = path.indexOf('/', from);
      if (slash === -1) return undefined;
      from = slash + 1;
    }
  }

  #add(path: string, folded: string): void {
    let from = 0;
    for (;;) {
      const tail = folded.slice(from);
      const entry = this.#entries.get(tail);
      const whole = from === 0 ? path : undefined;
      if (entry === undefined) this.#entries.set(tail, { count: 1, whole, files: [path] });
      else {
        entry.count += 1;
        entry.whole ??= whole;
        if (entry.files.length < this.#most) entry.files.push(path);
      }
      const slash = folded.indexOf('/', from);
      if (slash === -1) return;
      from = slash + 1;
    }
  }
}

function found(tail: string, { whole, files, count }: Entry): FoundTail {
  const others = files.filter((file) => file !== whole);
  return { common: tail.split('/').length, whole, files: whole === undefined ? others : [whole, ...others], count };
}

/** How many parts two paths share from the end. */
export function longestTail(a: string, b: string): number {
  const [left, right] = [a.split('/'), b.split('/')];
  let common = 0;
  while (common < left.length && common < right.length && left[left.length - 1 - common] === right[right.length - 1 - common]) common += 1;
  return common;
}
