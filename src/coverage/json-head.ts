/** Keys and indexes from the root, down to a few levels. */
type HeadPath = readonly (string | number)[];

/** Values looked at: formats show who they are at once. */
const VALUES = 5_000;
const DEPTH = 5;
const TOKEN = /"((?:[^"\\]|\\.)*)"(\s*:)?|[{}[\],]|[^\s"{}[\],:]+/gy;
const BLANK = /[\s:]*/gy;

/**
 * Where values stand in the beginning of a JSON document, so that a format is told by its structure and not by a word that
 * any string may hold. Empty when this is no JSON.
 */
export function headPaths(head: string): readonly HeadPath[] {
  if (last.head !== head) last = { head, paths: outline(head) };
  return last.paths;
}

/** Whether a value stands at such a path; `*` is any key or index. */
export function hasPath(head: string, ...pattern: readonly (string | number)[]): boolean {
  return headPaths(head).some(
    (path) => path.length >= pattern.length && pattern.every((part, index) => part === '*' || part === path[index]),
  );
}

/** Every format asks about the same beginning. */
let last: { readonly head: string; readonly paths: readonly HeadPath[] } = { head: '', paths: [] };

function outline(head: string): HeadPath[] {
  const paths: HeadPath[] = [];
  const open: { readonly array: boolean; index: number; key: string | number }[] = [];
  const start = /^\uFEFF?\s*(?=[{[])/.exec(head);
  if (start === null) return paths;
  let at = start[0].length;
  const value = (): void => {
    const around = open.at(-1);
    if (around?.array === true) around.key = around.index++;
    if (open.length > 0 && open.length <= DEPTH) paths.push(open.map(({ key }) => key));
  };
  while (paths.length < VALUES && at < head.length) {
    BLANK.lastIndex = at;
    BLANK.exec(head);
    TOKEN.lastIndex = BLANK.lastIndex;
    const match = TOKEN.exec(head);
    if (match === null) break;
    at = TOKEN.lastIndex;
    const [token, text, colon] = match;
    const around = open.at(-1);
    if (token === '{' || token === '[') {
      value();
      open.push({ array: token === '[', index: 0, key: '' });
    } else if (token === '}' || token === ']') open.pop();
    else if (text !== undefined && colon !== undefined && around?.array === false) around.key = text;
    else if (token !== ',') value();
    if (open.length === 0) break;
  }
  return paths;
}
