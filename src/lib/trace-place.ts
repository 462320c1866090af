/** A place in a source file of the repository. */
export interface Place {
  readonly path: string;
  readonly line: number;
}

/**
 * How traces and assertions name a place, in one line each: `File "a/b.py", line 3` (Python), `a/b.rb:3`, `a/b.ts:3:5`,
 * `a/b.rs:3:9`, `a/b.cc:3`, `a/b.php:3` (most others), `a/b.php(3)` and `a\b.cs:line 3` (.NET).
 */
const PLACE =
  /(?:File "(?<python>[^"\n]{1,500})", line (?<pythonLine>\d{1,7}))|(?<path>(?:[A-Za-z]:)?[\w@.+~$[\]/\\-]{1,500}\.[A-Za-z]{1,5})(?::(?:line )?|\()(?<line>\d{1,7})\b/g;
/** Code of runtimes, runners and packages: true, and no place in the repository. */
const FOREIGN =
  /(?:^|\/)(?:node_modules|site-packages|dist-packages|vendor|gems|\.cargo|rustc|go\/pkg|usr\/(?:lib|local|include|share)|lib\/python[\d.]+|\.venv|venv|jdk)\/|^(?:node:|internal\/|<)/;
/** Files that only look like a place: hosts with a port. */
const SOURCE =
  /\.(?:py|js|jsx|mjs|cjs|ts|tsx|mts|cts|vue|svelte|rb|php|rs|go|c|cc|cpp|cxx|h|hh|hpp|m|mm|swift|java|kt|kts|scala|groovy|clj|cs|fs|vb|ex|exs|erl|dart|pl|lua|zig|feature|robot|bats|sh)$/;
/** Characters of a trace that are looked through. */
const LOOKED_AT = 20_000;

/**
 * The place in the repository that a failure names: in the test's own file where it names one, otherwise its first.
 * A bare file name (`main.c:3`) is only taken for the test's own file: nobody knows which folder it lies in.
 */
export function placeInTrace(
  text: string,
  { root, file }: { readonly root: string; readonly file?: string | undefined },
): Place | undefined {
  let first: Place | undefined;
  for (const { groups = {} } of text.slice(0, LOOKED_AT).matchAll(PLACE)) {
    const path = inRepository(groups['python'] ?? groups['path'] ?? '', root);
    const line = Number(groups['pythonLine'] ?? groups['line']);
    if (path === undefined || !(line > 0)) continue;
    if (file !== undefined && (path === file || path.endsWith(`/${file}`) || file.endsWith(`/${path}`))) return { path: file, line };
    if (path.includes('/')) first ??= { path, line };
  }
  return first;
}

/** Relative to the repository; `undefined` for what lies outside or is nobody's source. */
function inRepository(written: string, root: string): string | undefined {
  // What stands before the path in a `file:///` address looks like a drive.
  const path = written.replaceAll('\\', '/').replace(/^(?:\.\/)+|^[a-z]:\/\/(?=\/)/, '');
  const own = path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
  if (!SOURCE.test(own) || FOREIGN.test(own) || /^(?:\/|[A-Za-z]:|~|\.\.\/)/.test(own)) return undefined;
  return own;
}
