import { beginsName, endOfName, isBlank, withoutEntities } from './xml-names.ts';
import { OpenElements, type XmlHandler, type XmlLimits } from './xml-open.ts';
import { LONGEST_NAME, XmlSource, XmlStop, type XmlTrouble } from './xml-source.ts';
import { StartTag } from './xml-start-tag.ts';

/** What became of the document: trouble, and how many characters no XML may hold were let through. */
export interface XmlEnd {
  readonly trouble?: XmlTrouble;
  readonly tolerated: number;
}

const BLANK = /^[\t\n\r ]*$/;

const EXCLAMATION = 0x21;
const SLASH = 0x2f;
const GREATER = 0x3e;
const QUESTION = 0x3f;

/** What stands at the place that is read next. Between marks it is `text`. */
type State = 'text' | 'tag' | 'cdata' | 'comment' | 'instruction';

/** `readXml`, one piece at a time. */
export class XmlReader {
  readonly #handler: XmlHandler;
  readonly #limits: XmlLimits;
  readonly #source: XmlSource = new XmlSource();
  readonly #tag = new StartTag(this.#source);
  readonly #open: OpenElements;
  #state: State = 'text';
  #trouble: XmlTrouble | undefined;
  #seen = false;
  #sawRoot = false;
  #sawDoctype = false;

  constructor(handler: XmlHandler, limits: XmlLimits) {
    this.#handler = handler;
    this.#limits = limits;
    this.#open = new OpenElements(limits.text);
  }

  /** Returns false when there is no point in going on. */
  write(chunk: string): boolean {
    if (this.#trouble !== undefined) return false;
    const source = this.#source;
    source.take(chunk);
    if (!this.#seen) {
      // Blank lines before the declaration are an error to XML and harmless to us.
      source.at = chunk.length - chunk.trimStart().length;
      this.#seen = source.at < chunk.length;
    }
    try {
      while (source.at < source.buffer.length) if (!this.#step()) break;
      return true;
    } catch (error) {
      if (!(error instanceof XmlStop)) throw error;
      this.#trouble = error.trouble;
      return false;
    }
  }

  end(): XmlEnd {
    const trouble = this.#trouble ?? this.#unfinished();
    return { ...(trouble === undefined ? {} : { trouble }), tolerated: this.#source.tolerated };
  }

  /** Characters of the document that are held. */
  get held(): number {
    return this.#source.buffer.length + this.#tag.held + this.#open.held;
  }

  #unfinished(): XmlTrouble | undefined {
    if (!this.#seen) return { reason: 'empty', message: 'the file is empty' };
    const what = this.#missing();
    if (what === undefined) return undefined;
    return { reason: 'truncated', message: `${this.#source.place(this.#source.buffer.length)}: the document ends in the middle (${what})` };
  }

  #missing(): string | undefined {
    const open = this.#open.innermost;
    if (open !== undefined) return `unclosed tag: ${open.name}`;
    if (!this.#sawRoot) return 'document must contain a root element';
    return this.#state !== 'text' || this.#source.at < this.#source.buffer.length ? 'unexpected end' : undefined;
  }

  /** Consumes what stands next; `false` when more of the document is needed for it. */
  #step(): boolean {
    switch (this.#state) {
      case 'text':
        return this.#text();
      case 'tag':
        return this.#startTag();
      case 'cdata':
        return this.#cdata();
      case 'comment':
        return this.#comment();
      case 'instruction':
        return this.#past('?>');
    }
  }

  #text(): boolean {
    const less = this.#source.less(this.#source.at);
    if (less > this.#source.at && !this.#characters(less)) return false;
    if (less === this.#source.buffer.length) return true;
    const code = this.#source.buffer.charCodeAt(less + 1);
    if (code === SLASH) return this.#closeTag(less);
    if (code === EXCLAMATION) return this.#declaration(less);
    if (code === QUESTION) return this.#instruction(less);
    return !Number.isNaN(code) && this.#openTag(less, code);
  }

  /** Character data up to `end`. */
  #characters(end: number): boolean {
    if (this.#open.depth === 0) {
      const text = this.#source.buffer.slice(this.#source.at, end);
      if (!BLANK.test(text)) this.#source.stop('malformed', 'text data outside of root node', this.#source.at + text.search(/[^\t\n\r ]/));
      this.#source.at = end;
      return true;
    }
    // What goes on in the next piece must be seen in one: "]]>" and line breaks of two characters.
    const last = end === this.#source.buffer.length ? this.#beforeUncertain() : end;
    this.#source.brackets(last);
    if (this.#source.ampersand(this.#source.at) < last && this.#plain(last)) return last === end;
    for (;;) {
      const ampersand = this.#source.ampersand(this.#source.at);
      if (ampersand >= last) break;
      this.#append(this.#source.at, ampersand);
      this.#source.at = ampersand;
      const entity = this.#source.entity(ampersand);
      if (entity === undefined) return false;
      this.#add(entity);
    }
    this.#append(this.#source.at, last);
    this.#source.at = last;
    return last === end;
  }

  /** Text up to `last` of which no entity needs a second look: nearly all, and much faster in one go. */
  #plain(last: number): boolean {
    const text = withoutEntities(this.#unified(this.#source.buffer.slice(this.#source.at, last)));
    if (text === undefined) return false;
    this.#add(text);
    this.#source.at = last;
    return true;
  }

  /** Line breaks of any kind as one line feed. */
  #unified(text: string): string {
    return this.#source.odd && text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
  }

  /** Where the buffer ends, before the brackets or the carriage return that what comes next may belong to. */
  #beforeUncertain(): number {
    const { buffer, at } = this.#source;
    let last = buffer.length;
    while (buffer.length - last < 2 && last > at && /[\]\r]/.test(buffer.charAt(last - 1))) last -= 1;
    return last;
  }

  #append(from: number, to: number): void {
    const { room, streams } = this.#open;
    if (from >= to || (room <= 0 && !streams)) return;
    this.#add(this.#unified(this.#source.buffer.slice(from, streams ? to : Math.min(to, from + 2 * room))));
  }

  #add(text: string): void {
    this.#open.append(text);
    if (this.#open.streams) this.#handler.text?.(this.#open.innermost?.local ?? '', text);
  }

  #closeTag(less: number): boolean {
    const buffer = this.#source.buffer;
    const top = this.#open.innermost;
    const from = less + 2;
    if (top !== undefined && buffer.startsWith(top.name, from) && buffer.charCodeAt(from + top.name.length) === GREATER) {
      this.#source.at = from + top.name.length + 1;
      this.#close();
      return true;
    }
    const end = endOfName(buffer, from);
    let at = end;
    while (isBlank(buffer.charCodeAt(at))) at += 1;
    if (at - less > 2 * LONGEST_NAME) this.#source.stop('hostile', 'a name of thousands of characters', at);
    if (at === buffer.length) return false;
    if (end === from || buffer.charCodeAt(at) !== GREATER) this.#source.stop('malformed', 'disallowed character in closing tag', at + 1);
    const name = buffer.slice(from, end);
    if (top === undefined) this.#source.stop('malformed', `unmatched closing tag: ${name}`, at + 1);
    this.#source.at = at + 1;
    this.#close();
    return name === top.name || this.#source.stop('malformed', 'unexpected close tag', at + 1);
  }

  #close(): void {
    const local = this.#open.innermost?.local ?? '';
    this.#handler.close(local, this.#open.pop());
  }

  #declaration(less: number): boolean {
    const buffer = this.#source.buffer;
    if (buffer.startsWith('<!--', less)) return this.#enter('comment', less + 4);
    if (buffer.startsWith('<![CDATA[', less)) {
      if (this.#open.depth === 0) this.#source.stop('malformed', 'text data outside of root node', less + 9);
      return this.#enter('cdata', less + 9);
    }
    if (buffer.startsWith('<!DOCTYPE', less)) return this.#doctype(less);
    const head = buffer.slice(less, less + 9);
    if (less + head.length === buffer.length && ['<!--', '<![CDATA[', '<!DOCTYPE'].some((whole) => whole.startsWith(head))) return false;
    this.#source.stop('malformed', 'incorrect syntax', less + 2);
  }

  #enter(state: State, at: number): true {
    this.#state = state;
    this.#source.at = at;
    return true;
  }

  #doctype(less: number): boolean {
    const head = this.#source.buffer.slice(less, less + LONGEST_NAME);
    // .NET writes an empty list of declarations, `[]`: Pester's JaCoCo reports have one.
    const close = /^(?:[^>"'[]|"[^"]*"|'[^']*')*(?:\[\s*\]\s*)?>/.exec(head)?.[0];
    const own = (close ?? head).slice(2).search(/\[(?!\s*(?:\]\s*(?:>|$)|$))|\](?!\s*(?:>|$))|<!|ENTITY/i);
    if (own !== -1)
      this.#source.stop('hostile', 'the document declares entities or a DTD of its own, which no report needs', less + 2 + own);
    if (close === undefined)
      return head.length === LONGEST_NAME ? this.#source.stop('hostile', 'a name of thousands of characters', less + LONGEST_NAME) : false;
    if (this.#sawDoctype || this.#sawRoot) this.#source.stop('malformed', 'inappropriately located doctype declaration', less + 9);
    this.#sawDoctype = true;
    return this.#enter('text', less + close.length);
  }

  #instruction(less: number): boolean {
    const from = less + 2;
    const end = endOfName(this.#source.buffer, from);
    if (end - from > LONGEST_NAME) this.#source.stop('hostile', 'a name of thousands of characters', end);
    if (end === this.#source.buffer.length) return false;
    if (end === from || !beginsName(this.#source.buffer.charCodeAt(from)))
      this.#source.stop('malformed', 'processing instruction without a target', from + 1);
    if (/^xml$/i.test(this.#source.buffer.slice(from, end)) && (this.#open.depth > 0 || this.#sawRoot || this.#sawDoctype))
      this.#source.stop('malformed', 'an XML declaration must be at the start of the document', end);
    return this.#enter('instruction', end);
  }

  /** Passes over everything up to and with `end`. */
  #past(end: string): boolean {
    const at = this.#source.buffer.indexOf(end, this.#source.at);
    if (at !== -1) return this.#enter('text', at + end.length);
    // What was passed over is not looked at again.
    this.#source.at = Math.max(this.#source.at, this.#source.buffer.length - end.length + 1);
    return false;
  }

  #comment(): boolean {
    const at = this.#source.buffer.indexOf('--', this.#source.at);
    if (at === -1) {
      this.#source.at = Math.max(this.#source.at, this.#source.buffer.length - 1);
      return false;
    }
    this.#source.at = at;
    if (at + 2 >= this.#source.buffer.length) return false;
    if (this.#source.buffer.charCodeAt(at + 2) !== GREATER) this.#source.stop('malformed', 'malformed comment', at + 3);
    return this.#enter('text', at + 3);
  }

  #cdata(): boolean {
    const end = this.#source.buffer.indexOf(']]>', this.#source.at);
    const last = end === -1 ? this.#beforeUncertain() : end;
    this.#append(this.#source.at, last);
    this.#source.at = last;
    return end !== -1 && this.#enter('text', end + 3);
  }

  #openTag(less: number, first: number): boolean {
    if (!beginsName(first)) this.#source.stop('malformed', 'disallowed character in tag name', less + 2);
    const end = endOfName(this.#source.buffer, less + 2);
    if (end - less > LONGEST_NAME) this.#source.stop('hostile', 'a name of thousands of characters', end);
    if (end === this.#source.buffer.length) return false;
    if (this.#sawRoot && this.#open.depth === 0) this.#source.stop('malformed', 'documents may contain only one root', less + 2);
    const code = this.#source.buffer.charCodeAt(end);
    if (code !== GREATER && code !== SLASH && !isBlank(code)) this.#source.stop('malformed', 'disallowed character in tag name', end + 1);
    this.#tag.begin(this.#source.buffer.slice(less + 1, end));
    this.#enter('tag', end);
    return this.#startTag();
  }

  #startTag(): boolean {
    const end = this.#tag.read();
    if (end === undefined) return false;
    const { at } = this.#source;
    if (this.#open.depth >= this.#limits.depth) this.#source.stop('hostile', `more than ${this.#limits.depth} nested elements`, at);
    this.#sawRoot = true;
    this.#enter('text', at);
    const { kind, attributes } = this.#tag;
    const wanted = this.#handler.open(kind.local, attributes);
    if (end === 'empty') this.#handler.close(kind.local, '');
    else this.#open.push(kind, wanted);
    return true;
  }
}
