import { ElementKinds, KNOWN_ATTRIBUTES, type ElementKind } from './xml-kinds.ts';
import { beginsName, copied, endOfName, isBlank } from './xml-names.ts';
import { LONGEST_NAME, type XmlSource } from './xml-source.ts';

/** Characters kept of one attribute's value. */
const TOKEN = 65_536;
/** Real documents have dozens of attributes on an element, never thousands. */
const ATTRIBUTES = 4_096;

const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const SLASH = 0x2f;
const EQUALS = 0x3d;
const GREATER = 0x3e;

/** Attributes by name, whatever the name: nothing is inherited. Made by a constructor, unlike by `Object.create(null)`, they are fast. */
const Attributes = function () {} as unknown as new () => Record<string, string>;
Attributes.prototype = Object.create(null) as object;

/** How a tag ends: its element goes on, or is empty. */
export type TagEnd = 'open' | 'empty';
/** What stands next in the tag: something after a blank, or a part of an attribute. */
type Part = 'between' | 'equals' | 'quote' | 'value';

/** Reads start tags, one after the other, in as many pieces as they come. */
export class StartTag {
  kind: ElementKind = { name: '', local: '', attributes: [] };
  attributes: Record<string, string> = new Attributes();
  readonly #source: XmlSource;
  readonly #kinds = new ElementKinds();
  #part: Part = 'between';
  #attributeCount = 0;
  /** Bits of the known attributes that the tag has. */
  #known = 0;
  /** The known attribute that is expected next. */
  #expected = 0;
  #attribute = '';
  #quote = QUOTE;
  #value = '';
  /** A blank stands before this place in the tag. */
  #apart = false;

  constructor(source: XmlSource) {
    this.#source = source;
  }

  /** Characters that are held of an attribute. */
  get held(): number {
    return this.#attribute.length + this.#value.length;
  }

  /** A tag begins; its name has been read. */
  begin(name: string): void {
    this.kind = this.#kinds.of(name);
    this.attributes = new Attributes();
    this.#attributeCount = this.#known = this.#expected = 0;
    this.#apart = false;
  }

  /** Consumes as much of the tag as the buffer holds. */
  read(): TagEnd | undefined {
    for (;;) {
      if (this.#part === 'equals' && !this.#equals()) return undefined;
      if (this.#part === 'quote' && !this.#openQuote()) return undefined;
      if (this.#part === 'value' && !this.#inValue()) return undefined;
      const code = this.#afterBlanks();
      if (code === GREATER) return this.#end('open', 1);
      if (code === SLASH) return this.#slash();
      if (Number.isNaN(code)) return undefined;
      if (!(this.#apart && this.#expectedAttribute(code)) && !this.#attributeName(code)) return undefined;
    }
  }

  #slash(): TagEnd | undefined {
    const { at, buffer } = this.#source;
    if (at + 1 === buffer.length) return undefined;
    if (buffer.charCodeAt(at + 1) !== GREATER) this.#source.stop('malformed', 'forward-slash in opening tag not followed by >', at + 2);
    return this.#end('empty', 2);
  }

  #end(end: TagEnd, length: number): TagEnd {
    this.#source.at += length;
    return end;
  }

  #enter(part: Part, at: number): true {
    this.#part = part;
    this.#source.at = at;
    return true;
  }

  /** The usual case: one of the attributes that elements of this name had before, in their order. */
  #expectedAttribute(code: number): boolean {
    const { attributes } = this.kind;
    for (let nth = this.#expected; nth < attributes.length; nth += 1) {
      const known = attributes[nth];
      if (known === undefined || known.name.charCodeAt(0) !== code || !this.#source.buffer.startsWith(known.opening, this.#source.at))
        continue;
      if ((this.#known & (1 << nth)) !== 0) return false;
      this.#known |= 1 << nth;
      this.#expected = nth + 1;
      this.#attribute = known.name;
      this.#attributeCount += 1;
      this.#quote = QUOTE;
      this.#value = '';
      this.#enter('value', this.#source.at + known.opening.length);
      return true;
    }
    return false;
  }

  #attributeName(code: number): boolean {
    const buffer = this.#source.buffer;
    const end = endOfName(buffer, this.#source.at);
    if (!beginsName(code)) this.#source.stop('malformed', 'disallowed character in attribute name', this.#source.at + 1);
    if (!this.#apart) this.#source.stop('malformed', 'no whitespace between attributes', this.#source.at + 1);
    if (end - this.#source.at > LONGEST_NAME) this.#source.stop('hostile', 'a name of thousands of characters', end);
    if (end === buffer.length) return false;
    this.#attributeCount += 1;
    if (this.#attributeCount > ATTRIBUTES) this.#source.stop('hostile', `more than ${ATTRIBUTES} attributes on one element`, end);
    this.#attribute = copied(buffer.slice(this.#source.at, end));
    if (this.#attribute in this.attributes) this.#source.stop('malformed', `duplicate attribute: ${this.#attribute}`, end);
    this.#remember(this.#attribute);
    return this.#enter('equals', end);
  }

  #remember(name: string): void {
    const { attributes } = this.kind;
    const nth = attributes.findIndex((known) => known.name === name);
    if (nth !== -1) {
      this.#known |= 1 << nth;
      this.#expected = nth + 1;
    } else if (attributes.length < KNOWN_ATTRIBUTES) {
      this.#known |= 1 << attributes.length;
      attributes.push({ name, opening: `${name}="` });
      this.#expected = attributes.length;
    }
  }

  #equals(): boolean {
    const code = this.#afterBlanks();
    if (Number.isNaN(code)) return false;
    if (code === GREATER || code === SLASH) this.#source.stop('malformed', 'attribute without value', this.#source.at + 1);
    if (code !== EQUALS) this.#source.stop('malformed', 'disallowed character in attribute name', this.#source.at + 1);
    return this.#enter('quote', this.#source.at + 1);
  }

  #openQuote(): boolean {
    const code = this.#afterBlanks();
    if (Number.isNaN(code)) return false;
    if (code !== QUOTE && code !== APOSTROPHE) this.#source.stop('malformed', 'unquoted attribute value', this.#source.at + 1);
    this.#quote = code;
    this.#value = '';
    return this.#enter('value', this.#source.at + 1);
  }

  #afterBlanks(): number {
    const { buffer } = this.#source;
    let { at } = this.#source;
    let code = buffer.charCodeAt(at);
    while (isBlank(code)) {
      this.#apart = true;
      at += 1;
      code = buffer.charCodeAt(at);
    }
    this.#source.at = at;
    return code;
  }

  #inValue(): boolean {
    const from = this.#source.at;
    const closing = this.#source.buffer.indexOf(this.#quote === QUOTE ? '"' : "'", from);
    const end = closing === -1 ? this.#source.buffer.length : closing;
    this.#source.countLines(from);
    const plain =
      !this.#source.odd && end <= this.#source.nextNewline && end <= this.#source.ampersand(from) && end <= this.#source.less(from);
    if (plain) this.#appendValue(this.#source.buffer.slice(from, end));
    else if (!this.#oddValue(end)) return false;
    this.#source.at = end;
    if (closing === -1) return false;
    this.attributes[this.#attribute] = this.#value;
    this.#apart = false;
    return this.#enter('between', closing + 1);
  }

  #appendValue(text: string): void {
    if (this.#value.length >= TOKEN) return;
    const all = this.#value === '' ? text : this.#value + text;
    this.#value = all.length > TOKEN ? all.slice(0, TOKEN) : all;
  }

  /** A value with entities, line breaks or characters that it may not hold. */
  #oddValue(end: number): boolean {
    let last = end;
    if (end === this.#source.buffer.length && this.#source.buffer.charAt(end - 1) === '\r') last -= 1;
    for (;;) {
      const ampersand = Math.min(this.#source.ampersand(this.#source.at), last);
      const text = this.#source.buffer.slice(this.#source.at, ampersand);
      this.#source.tolerated += text.split('<').length - 1;
      this.#appendValue(text.replace(/\r\n|[\t\n\r]/g, ' '));
      this.#source.at = ampersand;
      if (ampersand >= last) return last === end;
      const entity = this.#source.entity(ampersand);
      if (entity === undefined) return false;
      this.#appendValue(entity);
    }
  }
}
