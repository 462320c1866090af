/** Why reading cannot go on; `at` is the place in the chunk, where it is not the reader's own. */
export class JsonStop extends Error {
  readonly reason: 'empty' | 'truncated' | 'hostile' | 'malformed';
  readonly at: number | undefined;

  constructor(reason: JsonStop['reason'], message: string, at?: number) {
    super(message);
    this.reason = reason;
    this.at = at;
  }
}

export const QUOTE = 0x22;
export const BACKSLASH = 0x5c;
export const COLON = 0x3a;
export const NEWLINE = 0x0a;
export const COMMA = 0x2c;
/** Brackets differ from braces in bit 0x20. */
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;
export const OPEN_BRACKET = 0x5b;

/** What is open around a position: the opening brackets, outermost first. Bounded. */
export class Nesting {
  level = 0;
  readonly #opened: Uint8Array;

  constructor(depth: number) {
    this.#opened = new Uint8Array(depth);
  }

  /** The innermost opening bracket, or 0. */
  get innermost(): number {
    return this.level === 0 ? 0 : (this.#opened[this.level - 1] ?? 0);
  }

  open(code: number): void {
    const depth = this.#opened.length;
    if (this.level >= depth) throw new JsonStop('hostile', `more than ${depth} nested values`);
    this.#opened[this.level] = code;
    this.level += 1;
  }

  /** False when the innermost bracket is not closed by this one: each closes with its own code plus two. */
  close(code: number): boolean {
    if (this.innermost + 2 !== code) return false;
    this.level -= 1;
    return true;
  }
}
export function endsScalar(code: number): boolean {
  return code <= 0x20 || code === COMMA || (code | 0x20) === CLOSE_BRACE;
}

/** Backslashes that stand right before `end`, none before `from`. */
export function slashesBefore(text: string, end: number, from: number): number {
  let at = end;
  while (at > from && text.charCodeAt(at - 1) === BACKSLASH) at -= 1;
  return end - at;
}

/** A string cut anywhere, without the half of an escape that may be left at its end. */
export function wholeEscapes(text: string): string {
  for (let at = text.length - 1; at >= 0 && at >= text.length - 6; at -= 1) {
    if (text.charCodeAt(at) !== BACKSLASH) continue;
    return slashesBefore(text, at + 1, 0) % 2 === 1 ? text.slice(0, at) : text;
  }
  return text;
}
