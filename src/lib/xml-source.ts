import { endOfName, entityText } from './xml-names.ts';

/** Why reading did not reach the end of the document; the message carries `line:column`. */
export interface XmlTrouble {
  readonly reason: 'empty' | 'truncated' | 'hostile' | 'malformed';
  readonly message: string;
}

/** Names, entities and document types this long are no report's. */
export const LONGEST_NAME = 4_096;

// oxlint-disable-next-line no-control-regex -- what XML forbids are controls
const FORBIDDEN = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g;

/** Thrown where reading ends before the document does. */
export class XmlStop extends Error {
  readonly trouble: XmlTrouble;

  constructor(trouble: XmlTrouble) {
    super(trouble.message);
    this.trouble = trouble;
  }
}

/** The part of a document that is looked at, and where in the document it stands. */
export class XmlSource {
  /** What was not consumed of the text before, and the piece that came last. */
  buffer = '';
  /** Everything before is consumed. */
  at = 0;
  /** The buffer holds tabs or carriage returns, which attributes show as blanks. */
  odd = false;
  /** The next line break; the length of the buffer when there is none. Ahead of `countLines` alone. */
  nextNewline = 0;
  /** Characters no XML may hold that were let through. */
  tolerated = 0;
  /** Characters of the document before the buffer. */
  #base = 0;
  #line = 1;
  /** Where the current line begins, from the beginning of the document. */
  #lineStart = 0;
  // Where the next of its kind stands at or after the place where it was last looked for: each search goes on from there.
  #nextAmpersand = -1;
  #nextBrackets = -1;
  #nextLess = -1;

  take(text: string): void {
    if (FORBIDDEN.test(text)) this.tolerated += text.match(FORBIDDEN)?.length ?? 0;
    FORBIDDEN.lastIndex = 0;
    this.countLines(this.at);
    this.#base += this.at;
    this.buffer = this.at === this.buffer.length ? text : this.buffer.slice(this.at) + text;
    this.at = 0;
    this.nextNewline = this.buffer.indexOf('\n');
    this.#nextAmpersand = this.#nextBrackets = this.#nextLess = -1;
    if (this.nextNewline === -1) this.nextNewline = this.buffer.length;
    this.odd = this.buffer.includes('\t') || this.buffer.includes('\r');
  }

  /** Goes through the line breaks before this place. */
  countLines(before: number): void {
    while (this.nextNewline < before) {
      this.#line += 1;
      this.#lineStart = this.#base + this.nextNewline + 1;
      const next = this.buffer.indexOf('\n', this.nextNewline + 1);
      this.nextNewline = next === -1 ? this.buffer.length : next;
    }
  }

  place(at: number): string {
    this.countLines(at);
    return `${this.#line}:${this.#base + at - this.#lineStart + 1}`;
  }

  stop(reason: XmlTrouble['reason'], message: string, at: number): never {
    throw new XmlStop({ reason, message: `${this.place(at)}: ${message}` });
  }

  less(from: number): number {
    if (this.#nextLess < from) this.#nextLess = found(this.buffer.indexOf('<', from), this.buffer);
    return this.#nextLess;
  }

  ampersand(from: number): number {
    if (this.#nextAmpersand < from) this.#nextAmpersand = found(this.buffer.indexOf('&', from), this.buffer);
    return this.#nextAmpersand;
  }

  /** What the entity at `ampersand` stands for, and moves past it; `undefined` when it does not end in the buffer. */
  entity(ampersand: number): string | undefined {
    const from = ampersand + 1;
    const usual = USUAL[this.buffer.charCodeAt(from) - 0x61];
    if (usual !== undefined && this.buffer.startsWith(usual.rest, from)) {
      this.at = from + usual.rest.length;
      return usual.text;
    }
    const end = endOfName(this.buffer, this.buffer.charAt(from) === '#' ? from + 1 : from);
    if (end - from > LONGEST_NAME) this.stop('hostile', 'a name of thousands of characters', end);
    if (end === this.buffer.length) return undefined;
    const name = this.buffer.slice(from, end);
    if (this.buffer.charAt(end) !== ';') this.stop('malformed', 'disallowed character in entity name', end + 1);
    if (name === '') this.stop('malformed', 'empty entity name', end + 1);
    const entity = entityText(name);
    if (entity === undefined) this.stop('malformed', 'undefined entity', end + 1);
    this.at = end + 1;
    if (entity !== 'forbidden') return entity.text;
    this.tolerated += 1;
    return `&${name};`;
  }

  /** Counts each "]]>" before `end`: it is only allowed as the end of a CDATA section. */
  brackets(end: number): void {
    for (;;) {
      if (this.#nextBrackets < this.at) this.#nextBrackets = found(this.buffer.indexOf(']]>', this.at), this.buffer);
      if (this.#nextBrackets >= end) return;
      this.tolerated += 1;
      this.#nextBrackets = found(this.buffer.indexOf(']]>', this.#nextBrackets + 3), this.buffer);
    }
  }

  get ended(): boolean {
    return this.at >= this.buffer.length;
  }
}

/** By first letter, from `a` on: what nearly every entity is. */
const USUAL = Array.from({ length: 26 }, (_, letter) =>
  [
    { rest: 'amp;', text: '&' },
    { rest: 'gt;', text: '>' },
    { rest: 'lt;', text: '<' },
    { rest: 'quot;', text: '"' },
  ].find(({ rest }) => rest.charCodeAt(0) - 0x61 === letter),
);

function found(at: number, text: string): number {
  return at === -1 ? text.length : at;
}
