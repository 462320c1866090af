/** Code of others, wherever it is installed. */
const FOREIGN =
  /(?:^|\/)(?:node_modules|site-packages|dist-packages|\.cargo\/registry|rustc|pkg\/mod|usr\/(?:src|lib|include|local\/(?:lib|include|go)))\//;

/**
 * Finds the file of the repository that a frame of a stack trace names: as it is, below the repository, or by the longest
 * end of its path that only one tracked file has (`/app/internal/gate.go`). Where several fit, none does.
 */
export function frameLocator(root: string, tracked: readonly string[]): (path: string) => string | undefined {
  const all = new Set(tracked);
  const byName = new Map<string, string[]>();
  for (const path of tracked) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    byName.set(name, [...(byName.get(name) ?? []), path]);
  }
  return (raw) => {
    const path = raw.replaceAll('\\', '/').replace(/^\.\//, '');
    const below = path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
    if (all.has(below)) return below;
    if (FOREIGN.test(path)) return undefined;
    return byTail(path.split('/').filter(Boolean), byName.get(path.slice(path.lastIndexOf('/') + 1)) ?? []);
  };
}

function byTail(parts: readonly string[], candidates: readonly string[]): string | undefined {
  let best: string[] = [];
  let longest = 0;
  for (const candidate of candidates) {
    const common = commonTail(parts, candidate.split('/'));
    if (common > longest) [best, longest] = [[candidate], common];
    else if (common === longest) best.push(candidate);
  }
  const [only] = best;
  if (only === undefined || best.length > 1) return undefined;
  // A file name alone is no likeness, unless it is all that either path has.
  return longest > 1 || longest === parts.length || !only.includes('/') ? only : undefined;
}

function commonTail(a: readonly string[], b: readonly string[]): number {
  let common = 0;
  while (common < a.length && common < b.length && a[a.length - 1 - common] === b[b.length - 1 - common]) common += 1;
  return common;
}
