/** Path → the lines that a change adds or rewrites, by their numbers in the new text. */
export type ChangedLines = ReadonlyMap<string, ReadonlySet<number>>;

const HUNK = /^@@ -\S+ \+(\d+)(?:,(\d+))? @@/;

/** Reads `git diff --unified=0 --no-prefix`. Deleted files and lines have no number in the new text, so they do not show. */
export function parseDiff(diff: string): ChangedLines {
  const files = new Map<string, Set<number>>();
  let current: Set<number> | undefined;
  // Lines of a hunk's body can look like headers: they are counted off, never interpreted.
  let body = 0;
  for (const line of diff.split('\n')) {
    if (body > 0) {
      if (!line.startsWith('\\')) body -= 1;
      continue;
    }
    if (line.startsWith('+++ ')) {
      const path = unquote(line.slice(4));
      current = path === '/dev/null' ? undefined : new Set();
      if (current) files.set(path, current);
    }
    const hunk = HUNK.exec(line);
    if (!hunk) continue;
    const [from, count] = [Number(hunk[1]), Number(hunk[2] ?? '1')];
    for (let number = from; number < from + count; number += 1) current?.add(number);
    body = count + removed(line);
  }
  return files;
}

function removed(header: string): number {
  const match = /^@@ -\d+(?:,(\d+))? /.exec(header);
  return Number(match?.[1] ?? '1');
}

/** Git quotes a path with control characters, quotes or backslashes the way C does. */
function unquote(path: string): string {
  const text = path.replace(/\t$/, '');
  if (!text.startsWith('"')) return text;
  return text
    .slice(1, -1)
    .replace(/\\(["\\])/g, '$1')
    .replaceAll(String.raw`\t`, '\t');
}
