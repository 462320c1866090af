import type { LineRange } from '../model/coverage.ts';

const SLASHES = new Set(
  'c cc cjs cpp cs cts cxx dart go groovy h hh hpp java js jsx kt kts m mjs mm mts php rs scala svelte swift ts tsx vue'.split(' '),
);
const HASHES = new Set('ex exs pl pm py r rb sh'.split(' '));
/** Lines of these say what there is to compile, and run nothing. */
const DECLARES =
  /^(?:import|package|using|namespace|use|#\s*include|#\s*pragma|extern crate|export (?:\*|type|interface)|type \w+ =|interface \w+)\b/;

/** Whether a file is written in a language whose lines can be told apart here. */
export function isCode(path: string): boolean {
  const extension = extensionOf(path);
  return (SLASHES.has(extension) || HASHES.has(extension)) && !/\.d\.[cm]?ts$/.test(path);
}

export function extensionOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot === -1 ? '' : name.slice(dot + 1).toLowerCase();
}

/**
 * Numbers of the lines of a source file that hold code: neither blank nor comment nor mere brackets. An estimate of what a
 * coverage tool would count, mostly above it: statements over several lines are one to a tool.
 */
export function codeLines(path: string, text: string): number[] {
  const hashes = HASHES.has(extensionOf(path));
  const found: number[] = [];
  let end: string | undefined;
  for (const [index, raw] of text.split('\n').entries()) {
    let line = raw.trim();
    if (end !== undefined) {
      const at = line.indexOf(end);
      if (at === -1) continue;
      line = line.slice(at + end.length).trim();
      end = undefined;
    }
    const opener = hashes ? /^[rub]*("""|''')|^(=begin)\b/i.exec(line) : /^(\/\*)/.exec(line);
    if (opener !== null) {
      const mark = opener[1] ?? opener[2] ?? '';
      const closer = mark === '/*' ? '*/' : mark === '=begin' ? '=end' : mark;
      const rest = line.slice(opener[0].length);
      const at = rest.indexOf(closer);
      if (at === -1) end = closer;
      line = at === -1 ? '' : rest.slice(at + closer.length).trim();
    }
    if (!isCodeLine(line, hashes)) continue;
    found.push(index + 1);
  }
  return found;
}

export function rangesOf(lines: readonly number[]): LineRange[] {
  const ranges: LineRange[] = [];
  for (const line of lines) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === line - 1) last[1] = line;
    else ranges.push([line, line]);
  }
  return ranges;
}

function isCodeLine(line: string, hashes: boolean): boolean {
  if (!/[\w$]/.test(line)) return false;
  if (hashes) return !line.startsWith('#');
  return !line.startsWith('//') && !DECLARES.test(line);
}
