import { BACKSLASH, CLOSE_BRACE, JsonStop, OPEN_BRACE, QUOTE, slashesBefore, wholeEscapes, type Nesting } from './json-stream-chars.ts';

/** Most strings end within so many characters; a call to find the end of longer ones pays off. */
const NEAR = 24;

/** Finds the end of one value, looking at quotes and brackets alone, over any number of chunks; keeps its text if asked to. */
export class JsonText {
  /** Characters of some string were dropped. */
  cut = false;
  readonly #nesting: Nesting;
  readonly #limits: { readonly string: number; readonly value: number };
  /** Level at which the text began. */
  #base = 0;
  #keep = false;
  /** What is kept, without the string that is read just now. */
  #held = '';
  #inString = false;
  /** The chunk ended behind a backslash. */
  #escaped = false;
  #string = '';
  /** Characters of `#string` were dropped. */
  #full = false;
  #chunk = '';
  /** Where, in this chunk, the text begins that is not in `#held` yet. */
  #from = 0;

  constructor(nesting: Nesting, limits: { readonly string: number; readonly value: number }) {
    this.#nesting = nesting;
    this.#limits = limits;
  }

  begin(keep: boolean): void {
    this.#keep = keep;
    this.#base = this.#nesting.level;
    this.#held = '';
    this.cut = false;
  }

  /** The text that was kept. */
  take(): string {
    const text = this.#held;
    this.#held = '';
    return text;
  }

  /** Reads on from here; returns the place behind the end of the value, or -1 when it is not in this chunk. */
  read(chunk: string, from: number): number {
    this.#chunk = chunk;
    this.#from = from;
    const end = this.#scan(from);
    this.#chunk = '';
    return end;
  }

  #scan(from: number): number {
    const chunk = this.#chunk;
    const nesting = this.#nesting;
    let at = this.#inString ? this.#restOfString() : from;
    if (at === -1 || (at > from && nesting.level === this.#base)) return at;
    while (at < chunk.length) {
      const code = chunk.charCodeAt(at);
      if (code === QUOTE) {
        const end = this.#endOfString(at + 1);
        if (end === -1) return this.#openString(at);
        if (this.#keep && end - at > this.#limits.string) this.#cutString(at, end);
        at = end + 1;
        if (nesting.level === this.#base) return this.#hold(at);
      } else if ((code | 0x20) === OPEN_BRACE) {
        nesting.open(code);
        at += 1;
      } else if ((code | 0x20) === CLOSE_BRACE) {
        if (!nesting.close(code)) throw new JsonStop('malformed', `unexpected "${chunk.charAt(at)}"`, at);
        at += 1;
        if (nesting.level === this.#base) return this.#hold(at);
      } else {
        at += 1;
      }
    }
    this.#hold(at);
    return -1;
  }

  /** A string that goes on in the next chunk. */
  #openString(at: number): -1 {
    this.#inString = true;
    this.#hold(at);
    this.#string = '';
    this.#full = false;
    this.#addToString(this.#chunk.slice(at));
    return -1;
  }

  #restOfString(): number {
    const end = this.#endOfString(0);
    this.#addToString(end === -1 ? this.#chunk : this.#chunk.slice(0, end));
    if (end === -1) return -1;
    this.#inString = false;
    if (this.#keep) this.#held += this.#string;
    this.#string = '';
    this.#from = end;
    return this.#nesting.level === this.#base ? this.#hold(end + 1) : end + 1;
  }

  #addToString(text: string): void {
    if (!this.#keep || this.#full || text === '') return;
    this.#string += text;
    if (this.#string.length <= this.#limits.string) return;
    this.#string = wholeEscapes(this.#string.slice(0, this.#limits.string));
    this.#full = true;
    this.cut = true;
  }

  #cutString(at: number, end: number): void {
    this.#hold(at);
    this.#held += wholeEscapes(this.#chunk.slice(at, at + this.#limits.string));
    this.#from = end;
    this.cut = true;
  }

  /** Keeps what was read up to here. */
  #hold(to: number): number {
    if (!this.#keep) return to;
    this.#held += this.#chunk.slice(this.#from, to);
    this.#from = to;
    if (this.#held.length > this.#limits.value) throw new JsonStop('hostile', `more than ${this.#limits.value} characters`, to);
    return to;
  }

  /** Where the quote stands that ends the string, or -1 when it is not in this chunk. */
  #endOfString(from: number): number {
    const chunk = this.#chunk;
    const near = Math.min(chunk.length, from + NEAR);
    let at = this.#escaped ? from + 1 : from;
    this.#escaped = false;
    while (at < near) {
      const code = chunk.charCodeAt(at);
      if (code === QUOTE) return at;
      at += code === BACKSLASH ? 2 : 1;
    }
    while (at < chunk.length) {
      const quote = chunk.indexOf('"', at);
      const slashes = slashesBefore(chunk, quote === -1 ? chunk.length : quote, at);
      if (quote === -1) {
        this.#escaped = slashes % 2 === 1;
        return -1;
      }
      if (slashes % 2 === 0) return quote;
      at = quote + 1;
    }
    this.#escaped = at > chunk.length;
    return -1;
  }
}
