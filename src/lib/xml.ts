import { SaxesParser } from 'saxes';

export interface XmlHandler {
  /** An element begins. Return `true` to be given its text when it closes; other text is not kept. Prefixes are cut off. */
  readonly open: (name: string, attributes: Readonly<Record<string, string>>) => boolean;
  /** `text` holds the element's own text, bounded; empty when it was not asked for. */
  readonly close: (name: string, text: string) => void;
}

export interface XmlLimits {
  /** Nesting beyond which reading stops as hostile. */
  readonly depth: number;
  /** Characters kept of one element's text. */
  readonly text: number;
}

/** Why reading did not reach the end of the document; the message carries `line:column`. */
export interface XmlTrouble {
  readonly reason: 'empty' | 'truncated' | 'hostile' | 'malformed';
  readonly message: string;
}

/** What became of the document: trouble, and how many characters no XML may hold were let through. */
export interface XmlEnd {
  readonly trouble?: XmlTrouble;
  readonly tolerated: number;
}

/**
 * Reads XML as it streams by, in bounded memory. Nothing is fetched and no entity is defined: a DOCTYPE that merely
 * names a DTD (Cobertura, JaCoCo) is passed over, one with declarations of its own is refused as hostile.
 * Control characters, which real runners do write, are tolerated and counted.
 */
export async function readXml(chunks: AsyncIterable<string>, handler: XmlHandler, limits: XmlLimits): Promise<XmlEnd> {
  const reader = new XmlReader(handler, limits);
  for await (const chunk of chunks) {
    if (!reader.write(chunk)) break;
  }
  return reader.end();
}

/** Characters of an unfinished token (attribute, CDATA, comment) that are held; more is cut. */
const TOKEN = 65_536;
/** Names and entities this long are no report's. */
const NAME = 4_096;
/** Real documents have dozens of attributes on an element, never thousands. */
const ATTRIBUTES = 4_096;
/** What strict XML forbids and runners print all the same: control characters, raw or as entities, `<` in attributes. */
const TOLERATED = /^(?:disallowed character\.|malformed character entity\.|the string "]]>" is disallowed in char data\.)$/;

class Stop extends Error {
  readonly trouble: XmlTrouble;

  constructor(trouble: XmlTrouble) {
    super(trouble.message);
    this.trouble = trouble;
  }
}

class XmlReader {
  readonly #parser = new SaxesParser<{ position: true; xmlns: false }>({ position: true, xmlns: false });
  readonly #handler: XmlHandler;
  readonly #limits: XmlLimits;
  /** Whether the text of each open element is wanted. */
  readonly #wanted: boolean[] = [];
  readonly #texts: string[] = [];
  #trouble: XmlTrouble | undefined;
  #tolerated = 0;
  #attributes = 0;
  #seen = false;
  #closing = false;

  constructor(handler: XmlHandler, limits: XmlLimits) {
    this.#handler = handler;
    this.#limits = limits;
    this.#parser.on('error', (error) => this.#error(error));
    this.#parser.on('doctype', (doctype) => this.#doctype(doctype));
    this.#parser.on('attribute', () => this.#attribute());
    this.#parser.on('opentagstart', () => (this.#attributes = 0));
    this.#parser.on('opentag', (tag) => this.#open(tag.name, tag.attributes));
    this.#parser.on('closetag', (tag) => this.#close(tag.name));
    this.#parser.on('cdata', (text) => this.#text(text));
  }

  /** Returns false when there is no point in going on. */
  write(chunk: string): boolean {
    if (!this.#seen && chunk.trim() === '') return true;
    // Blank lines before the declaration are an error to XML and harmless to us.
    const text = this.#seen ? chunk : chunk.trimStart();
    this.#seen = true;
    return this.#guarded(() => {
      this.#parser.write(text);
      this.#bound();
    });
  }

  end(): XmlEnd {
    if (!this.#seen) return { trouble: { reason: 'empty', message: 'the file is empty' }, tolerated: 0 };
    this.#closing = true;
    if (this.#trouble === undefined) this.#guarded(() => this.#parser.close());
    return this.#trouble === undefined ? { tolerated: this.#tolerated } : { trouble: this.#trouble, tolerated: this.#tolerated };
  }

  #guarded(action: () => void): boolean {
    try {
      action();
      return true;
    } catch (error) {
      if (!(error instanceof Stop)) throw error;
      this.#trouble = error.trouble;
      return false;
    }
  }

  /** The parser itself holds an unfinished token without bound, so it is cut here. */
  #bound(): void {
    const held = this.#parser as unknown as { text: string; name: string; entity: string };
    if (held.text.length > TOKEN) held.text = held.text.slice(0, TOKEN);
    if (held.name.length > NAME || held.entity.length > NAME) this.#stop('hostile', 'a name of thousands of characters');
  }

  #open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (this.#wanted.length >= this.#limits.depth) this.#stop('hostile', `more than ${this.#limits.depth} nested elements`);
    const wanted = this.#handler.open(local(name), attributes);
    this.#wanted.push(wanted);
    this.#texts.push('');
    this.#listen();
  }

  #close(name: string): void {
    this.#wanted.pop();
    const text = this.#texts.pop() ?? '';
    this.#listen();
    this.#handler.close(local(name), text);
  }

  /** Text is only gathered where it is wanted: a gigabyte of system-out passes by. */
  #listen(): void {
    if (this.#wanted.at(-1) === true) this.#parser.on('text', (text) => this.#text(text));
    else this.#parser.off('text');
  }

  #text(text: string): void {
    const top = this.#wanted.length - 1;
    const before = this.#texts[top];
    if (this.#wanted[top] !== true || before === undefined || before.length >= this.#limits.text) return;
    this.#texts[top] = (before + text).slice(0, this.#limits.text);
  }

  #attribute(): void {
    this.#attributes += 1;
    if (this.#attributes > ATTRIBUTES) this.#stop('hostile', `more than ${ATTRIBUTES} attributes on one element`);
  }

  #doctype(doctype: string): void {
    if (/[[\]]|<!|ENTITY/i.test(doctype))
      this.#stop('hostile', 'the document declares entities or a DTD of its own, which no report needs');
  }

  #error(error: Error): void {
    const message = error.message.replace(/^(?:undefined:)?\d+:\d+: /, '');
    if (TOLERATED.test(message)) {
      this.#tolerated += 1;
      return;
    }
    if (this.#closing) this.#stop('truncated', `the document ends in the middle (${message.replace(/\.$/, '')})`);
    this.#stop('malformed', message.replace(/\.$/, ''));
  }

  #stop(reason: XmlTrouble['reason'], message: string): never {
    throw new Stop({ reason, message: `${this.#parser.line}:${this.#parser.column + 1}: ${message}` });
  }
}

function local(name: string): string {
  const colon = name.indexOf(':');
  return colon === -1 ? name : name.slice(colon + 1);
}
