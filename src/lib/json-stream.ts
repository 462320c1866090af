import { JsonText } from './json-stream-text.ts';
import { CLOSE_BRACE, COLON, COMMA, endsScalar, JsonStop, Nesting, NEWLINE, OPEN_BRACE, OPEN_BRACKET, QUOTE } from './json-stream-chars.ts';

/** Where a value stands: keys and indexes from the root. Live while the document is read: copy what you keep. */
export type JsonPath = readonly (string | number)[];
export type JsonKind = 'object' | 'array' | 'string' | 'scalar';

export interface JsonHandler {
  /**
   * A value begins. `enter` visits the parts of an object or array one by one (anything else is passed over), `want`
   * delivers it parsed, whole, and `skip` passes over it, looking at no more than quotes and brackets.
   */
  readonly begin: (path: JsonPath, kind: JsonKind) => 'enter' | 'want' | 'skip';
  /** A wanted value, with its long strings cut. */
  readonly value: (path: JsonPath, value: unknown) => void;
  /** An object or array that was entered ends. */
  readonly end?: (path: JsonPath) => void;
}

export interface JsonLimits {
  /** Nesting beyond which reading stops as hostile. */
  readonly depth: number;
  /** Characters kept of one string in a wanted value, as they are written; longer ones are cut. A longer key is hostile. */
  readonly string: number;
  /** Characters of one wanted value, long strings cut, beyond which reading stops as hostile. */
  readonly value: number;
}

/** Why reading did not reach the end of the document; the message begins with `line:column`. */
export interface JsonTrouble {
  readonly reason: 'empty' | 'truncated' | 'hostile' | 'malformed';
  readonly message: string;
}

export interface JsonEnd {
  readonly trouble?: JsonTrouble;
}

/**
 * Reads one JSON document as it streams by: memory is bounded by the limits, not by the document. Only the parts that
 * the handler asks for are parsed. Raw control characters in strings, which some writers print, are read as blanks.
 */
export async function readJson(chunks: AsyncIterable<string>, handler: JsonHandler, limits: JsonLimits): Promise<JsonEnd> {
  const reader = new JsonReader(handler, limits);
  for await (const chunk of chunks) {
    if (!reader.write(chunk)) break;
  }
  return reader.end();
}

/**
 * A `begin` that wants the values at these places: keys joined by dots, `*` for any key or index (`results.tests.*`).
 * What lies on the way to one is entered, the rest skipped.
 */
export function wanting(...places: readonly string[]): JsonHandler['begin'] {
  const patterns = places.map((place) => place.split('.'));
  return (path) => {
    const matching = patterns.filter(
      (pattern) => pattern.length >= path.length && path.every((part, index) => pattern[index] === '*' || pattern[index] === String(part)),
    );
    if (matching.some(({ length }) => length === path.length)) return 'want';
    return matching.length > 0 ? 'enter' : 'skip';
  };
}

/** `results.tests[3].name`, bounded. */
export function jsonPathText(path: JsonPath): string {
  const parts = path.slice(0, SHOWN).map((part) => (typeof part === 'number' ? `[${part}]` : `.${part.slice(0, 200)}`));
  return parts.join('').replace(/^\./, '') + (path.length > SHOWN ? '…' : '') || 'the document';
}

/** Parts of a path that are told. */
const SHOWN = 12;
/** Characters of a number or literal: the longest double has fewer. */
const SCALAR = 1_100;

/** What package managers print behind the document: `Done in 3s.`, `✨  Done`, `info Visit …`. What another writer left does not begin so. */
function isProse(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || code === 0x2728;
}

type State = 'value' | 'first-value' | 'first-key' | 'key' | 'colon' | 'next' | 'done';
/** `text` is a string, object or array that is passed over or gathered as it stands; `key` is the string of a key. */
type Mode = 'structure' | 'text' | 'key' | 'scalar';

class JsonReader {
  readonly #handler: JsonHandler;
  readonly #limits: JsonLimits;
  readonly #path: (string | number)[] = [];
  readonly #nesting: Nesting;
  readonly #text: JsonText;
  /** The next index of each array that was entered, by its level. */
  readonly #indexes: number[] = [];
  #state: State = 'value';
  #mode: Mode = 'structure';
  #chunk = '';
  #at = 0;
  #keep = false;
  #scalar = '';
  #seen = false;
  /** Behind the document: nothing but blanks since the last line break, and whether somebody has printed something there. */
  #freshLine = false;
  #over = false;
  /** Where the chunk begins. */
  #line = 1;
  #column = 1;
  #trouble: JsonTrouble | undefined;

  constructor(handler: JsonHandler, limits: JsonLimits) {
    this.#handler = handler;
    this.#limits = limits;
    this.#nesting = new Nesting(limits.depth);
    this.#text = new JsonText(this.#nesting, limits);
  }

  /** Returns false when there is no point in going on. */
  write(chunk: string): boolean {
    this.#chunk = chunk;
    this.#at = !this.#seen && chunk.startsWith('\uFEFF') ? 1 : 0;
    const going = this.#guarded(() => {
      while (this.#at < chunk.length) {
        if (this.#mode === 'structure') this.#structure();
        else if (this.#mode === 'scalar') this.#readScalar();
        else this.#readText();
      }
    });
    if (going) [this.#line, this.#column] = this.#position(this.#at);
    this.#chunk = '';
    this.#at = 0;
    return going;
  }

  end(): JsonEnd {
    if (this.#trouble === undefined) this.#guarded(() => this.#atEnd());
    return this.#trouble === undefined ? {} : { trouble: this.#trouble };
  }

  #atEnd(): void {
    if (!this.#seen) throw new JsonStop('empty', 'the file is empty');
    if (this.#mode === 'scalar' && this.#nesting.level === 0) this.#endScalar();
    if (this.#state !== 'done' || this.#mode !== 'structure')
      throw new JsonStop('truncated', `the document ends in the middle of ${jsonPathText(this.#path)}`);
  }

  /** Between the values of what was entered. */
  #structure(): void {
    const code = this.#chunk.charCodeAt(this.#at);
    const state = this.#state;
    if (code <= 0x20) {
      this.#freshLine ||= state === 'done' && code === NEWLINE;
      this.#at += 1;
      return;
    }
    this.#seen = true;
    if (state === 'done') this.#behind(code);
    else if ((code | 0x20) === CLOSE_BRACE && (state === 'next' || state.startsWith('first')) && this.#nesting.close(code)) this.#leave();
    else if (state === 'value' || state === 'first-value') this.#begin(code);
    else if ((state === 'key' || state === 'first-key') && code === QUOTE) this.#beginText('key', true);
    else if (state === 'colon' && code === COLON) this.#move('value');
    else if (state === 'next' && code === COMMA) this.#move(this.#nesting.innermost === OPEN_BRACE ? 'key' : 'value');
    else this.#unexpected();
  }

  #behind(code: number): void {
    const begins = code === OPEN_BRACE || code === OPEN_BRACKET;
    if (this.#over ? this.#freshLine && begins : !this.#freshLine || !isProse(code)) this.#unexpected();
    this.#over = true;
    this.#freshLine = false;
    this.#at += 1;
  }

  #move(state: State): void {
    this.#state = state;
    this.#at += 1;
  }

  #begin(code: number): void {
    const kind = kindOf(code);
    if (kind === undefined) this.#unexpected();
    if (this.#nesting.innermost === OPEN_BRACKET) this.#path.push(this.#nextIndex());
    const answer = this.#handler.begin(this.#path, kind);
    if (kind === 'scalar') {
      this.#mode = 'scalar';
      this.#keep = answer === 'want';
    } else if (answer === 'enter' && kind !== 'string') {
      this.#nesting.open(code);
      this.#indexes[this.#nesting.level] = 0;
      this.#move(code === OPEN_BRACE ? 'first-key' : 'first-value');
    } else {
      this.#beginText('text', answer === 'want');
    }
  }

  #nextIndex(): number {
    const index = this.#indexes[this.#nesting.level] ?? 0;
    this.#indexes[this.#nesting.level] = index + 1;
    return index;
  }

  #leave(): void {
    this.#at += 1;
    this.#handler.end?.(this.#path);
    this.#valueDone();
  }

  #valueDone(): void {
    this.#mode = 'structure';
    this.#state = this.#nesting.level === 0 ? 'done' : 'next';
    this.#path.pop();
  }

  #beginText(mode: 'text' | 'key', keep: boolean): void {
    this.#mode = mode;
    this.#keep = keep;
    this.#text.begin(keep);
  }

  #readText(): void {
    const end = this.#text.read(this.#chunk, this.#at);
    this.#at = end === -1 ? this.#chunk.length : end;
    if (end === -1) return;
    if (this.#mode === 'key') {
      if (this.#text.cut) throw new JsonStop('hostile', `a key of more than ${this.#limits.string} characters`);
      this.#path.push(String(this.#parsed(this.#text.take())));
      this.#mode = 'structure';
      this.#state = 'colon';
      return;
    }
    if (this.#keep) this.#handler.value(this.#path, this.#parsed(this.#text.take()));
    this.#valueDone();
  }

  #readScalar(): void {
    const chunk = this.#chunk;
    let end = this.#at;
    while (end < chunk.length && !endsScalar(chunk.charCodeAt(end))) end += 1;
    this.#scalar += chunk.slice(this.#at, end);
    this.#at = end;
    if (this.#scalar.length > SCALAR) throw new JsonStop('malformed', 'neither a number nor a literal');
    if (end < chunk.length) this.#endScalar();
  }

  #endScalar(): void {
    const value = this.#parsed(this.#scalar);
    this.#scalar = '';
    if (this.#keep) this.#handler.value(this.#path, value);
    this.#valueDone();
  }

  #parsed(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch {
      try {
        // oxlint-disable-next-line no-control-regex -- raw controls in strings are what is mended
        return JSON.parse(text.replace(/[\u0000-\u001F]/g, ' '));
      } catch {
        throw new JsonStop('malformed', 'not valid JSON');
      }
    }
  }

  #guarded(action: () => void): boolean {
    try {
      action();
      return true;
    } catch (error) {
      if (!(error instanceof JsonStop)) throw error;
      const { reason, message, at = this.#at } = error;
      const [line, column] = this.#position(at);
      const where = reason === 'malformed' || reason === 'hostile' ? ` in ${jsonPathText(this.#path)}` : '';
      this.#trouble = { reason, message: `${line}:${column}: ${message}${where}` };
      return false;
    }
  }

  #unexpected(): never {
    const character = JSON.stringify(String.fromCodePoint(this.#chunk.codePointAt(this.#at) ?? 0));
    throw new JsonStop('malformed', this.#state === 'done' ? `a second document, ${character},` : `unexpected ${character}`);
  }

  /** Line and column of a character of the chunk, from 1. */
  #position(at: number): [line: number, column: number] {
    let line = this.#line;
    let start = -1;
    for (let found = this.#chunk.indexOf('\n'); found !== -1 && found < at; found = this.#chunk.indexOf('\n', found + 1)) {
      line += 1;
      start = found;
    }
    return [line, start === -1 ? this.#column + at : at - start];
  }
}

function kindOf(code: number): JsonKind | undefined {
  if (code === OPEN_BRACE) return 'object';
  if (code === OPEN_BRACKET) return 'array';
  if (code === QUOTE) return 'string';
  // `-`, digits, `true`, `false`, `null`: whether it is one is seen at its end.
  return code === 0x2d || (code >= 0x30 && code <= 0x39) || code === 0x74 || code === 0x66 || code === 0x6e ? 'scalar' : undefined;
}
