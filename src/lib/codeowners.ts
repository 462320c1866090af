/** Where GitHub looks for the file, in this order; the first that is there counts. */
export const CODEOWNERS_PATHS: readonly string[] = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS'];

/** GitHub loads no larger one. Bytes. */
const MOST_BYTES = 3_000_000;
const MOST_RULES = 20_000;

interface Rule {
  readonly matches: RegExp;
  readonly owners: readonly string[];
}

/**
 * Who owns a path (relative to the top of the repository), by GitHub's rules: the last line that matches decides, and a line
 * without an owner takes ownership away. A line that GitHub would not understand is passed over, as it does.
 * https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
 */
export function codeowners(text: string): (path: string) => readonly string[] {
  if (text.length > MOST_BYTES) return () => [];
  const rules = text
    .split(/\r?\n/, MOST_RULES)
    .flatMap((line) => ruleOf(line) ?? [])
    .reverse();
  const known = new Map<string, readonly string[]>();
  return (path) => {
    const before = known.get(path);
    if (before) return before;
    const owners = rules.find(({ matches }) => matches.test(path))?.owners ?? [];
    known.set(path, owners);
    return owners;
  };
}

const OWNER = /^(?:@[\w-]+(?:\/[\w.-]+)?|[^@\s]+@[^@\s]+)$/;

function ruleOf(line: string): Rule | undefined {
  // A space in a path is written as `\ `; a `#` after a space begins a comment.
  const [pattern, ...rest] = line.trim().match(/(?:\\.|\S)+/g) ?? [];
  if (pattern === undefined || /^[#!]|^\\#|[[\]]/.test(pattern) || pattern.length > 500) return undefined;
  const comment = rest.findIndex((word) => word.startsWith('#'));
  const owners = comment === -1 ? rest : rest.slice(0, comment);
  if (!owners.every((owner) => OWNER.test(owner))) return undefined;
  return { matches: expressionOf(pattern.replace(/\\(.)/g, '$1')), owners };
}

/** As in .gitignore: a slash within binds a pattern to the top, a folder stands for all below it, `*` stays within a folder. */
function expressionOf(pattern: string): RegExp {
  const bound = pattern.slice(0, -1).includes('/');
  const folder = pattern.endsWith('/');
  const body = pattern.replace(/^\/+|\/+$/g, '').replace(/\*{2,}/g, '**');
  const inner = body
    .split('/')
    .map(segment)
    .join('/')
    .replaceAll('(?:.*)/', '(?:.*/)?')
    .replace(/\/\(\?:\.\*\)$/, '/.*');
  // `docs/*` is what lies in the folder, not what lies deeper.
  const end = folder ? '/.*' : body.endsWith('/*') || body.endsWith('/**') ? '' : '(?:/.*)?';
  return new RegExp(`^${bound ? '' : '(?:.*/)?'}${inner}${end}$`);
}

function segment(part: string): string {
  if (part === '**') return '(?:.*)';
  return part
    .replace(/[.+^${}()|\\]/g, String.raw`\$&`)
    .replace(/\*+/g, '[^/]*')
    .replaceAll('?', '[^/]');
}
