import type { LineCounter } from 'yaml';

import type { Location } from '../model/source.ts';
import type { Problem } from './problems.ts';

/** A way into the configuration: `['stages', 0, 'unit', 'results']`. */
export type Path = readonly (string | number)[];

/** Offsets of a key and of its value in the text. */
export interface Span {
  readonly key?: readonly [number, number];
  readonly value: readonly [number, number];
}

/** Finds the place of a setting, or of the nearest one around it that was written. */
export type Locate = (path: Path) => Location;

const SNIPPET_WIDTH = 160;

/** Where everything in one file is written. */
export class Places {
  readonly file: string;
  readonly #text: string;
  readonly #lines: LineCounter;
  readonly #spans = new Map<string, Span>();
  readonly #secrets: { value: string; source: string }[] = [];

  constructor(file: string, text: string, lines: LineCounter) {
    this.file = file;
    this.#text = text;
    this.#lines = lines;
  }

  set(path: Path, span: Span): void {
    this.#spans.set(JSON.stringify(path), span);
  }

  /** Remembers what an interpolation gave, so that no message repeats a value of the environment. */
  conceal(value: string, source: string): void {
    if (value.length >= 4) this.#secrets.push({ value, source });
  }

  readonly locate: Locate = (path) => this.#location(this.#range(path, 'key'));

  /** A problem with the value at a path, or with its key. */
  problem(path: Path, what: string, options: { repair?: string | undefined; at?: 'key' | 'value' } = {}): Problem {
    return this.problemAt(this.#range(path, options.at ?? 'value'), what, options.repair);
  }

  /** A problem with a piece of the text. */
  problemAt(range: readonly [number, number], what: string, repair?: string): Problem {
    return {
      location: this.#location(range),
      what: this.#discreet(what),
      ...(repair === undefined ? {} : { repair: this.#discreet(repair) }),
      snippet: this.#snippet(range),
    };
  }

  #range(path: Path, prefer: 'key' | 'value'): readonly [number, number] {
    for (let length = path.length; length >= 0; length--) {
      const span = this.#spans.get(JSON.stringify(path.slice(0, length)));
      if (!span) continue;
      // What is missing inside a map is shown at the map's own key.
      const wanted = length < path.length ? 'key' : prefer;
      if (span.key && (wanted === 'key' || span.value[0] === span.value[1])) return span.key;
      return span.value;
    }
    return [0, 0];
  }

  #location([start]: readonly [number, number]): Location {
    const { line, col } = this.#lines.linePos(start);
    return { path: this.file, line: Math.max(1, line), column: Math.max(1, col) };
  }

  #snippet([start, end]: readonly [number, number]): string {
    const from = this.#text.lastIndexOf('\n', start - 1) + 1;
    const newline = this.#text.indexOf('\n', start);
    const to = newline === -1 ? this.#text.length : newline;
    // eslint-disable-next-line no-control-regex -- a terminal must not be steered by a hostile file
    const line = this.#text
      .slice(from, to)
      .replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ')
      .slice(0, SNIPPET_WIDTH);
    const column = Math.min(start - from, line.length);
    const width = Math.max(1, Math.min(end - start, line.trimEnd().length - column));
    const number = String(this.#location([start, end]).line);
    return `  ${number} | ${line}\n  ${' '.repeat(number.length)} | ${' '.repeat(column)}${'^'.repeat(width)}`;
  }

  #discreet(text: string): string {
    return this.#secrets.reduce((kept, { value, source }) => kept.replaceAll(value, source), text);
  }
}
