/** What came back for one request. */
export interface Answer {
  readonly status: number;
  /** Names in lower case; repeated ones joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  /** The first bytes of the body, as many as were wanted. */
  readonly body: Buffer;
  /** Bytes of the whole body. */
  readonly bytes: number;
  /** Whether the connection can carry another request. */
  readonly reusable: boolean;
}

/** Where a reader stands; `broken` says why no answer will come of it. */
export type Reading =
  | { readonly state: 'more' }
  | { readonly state: 'done'; readonly answer: Answer; readonly rest: number }
  | { readonly state: 'broken'; readonly why: string };

/** Longer heads, chunk lines and trailers are no HTTP server's. */
const HEAD_BYTES = 65_536;
const MORE: Reading = { state: 'more' };
const EMPTY = Buffer.alloc(0);

type Headers = Record<string, string>;
type Part =
  | { readonly is: 'head' }
  | { readonly is: 'length'; left: number }
  | { readonly is: 'until-close' }
  | { readonly is: 'chunk-line' }
  | { readonly is: 'chunk'; left: number }
  | { readonly is: 'chunk-end' }
  | { readonly is: 'trailers' };

const HEAD: Part = { is: 'head' };

/**
 * Reads one HTTP/1.1 response as it arrives, after RFC 9112 (https://www.rfc-editor.org/rfc/rfc9112).
 * One reader serves a connection for its whole life: `begin` before each request.
 */
export class ResponseReader {
  #part: Part = HEAD;
  #held: Buffer = EMPTY;
  #status = 0;
  #headers: Headers = {};
  #kept: Buffer[] = [];
  #bytes = 0;
  #isHead = false;
  #most = 0;
  #persistent = true;
  /** The head before, as text: most of a server's answers have the same, and it need not be parsed twice. */
  #before = '';

  /** `most`: bytes of the body to keep; the rest is counted. */
  begin(method: string, most: number): void {
    this.#part = HEAD;
    this.#held = EMPTY;
    if (this.#kept.length > 0) this.#kept = [];
    this.#bytes = 0;
    this.#isHead = method === 'HEAD';
    this.#most = most;
  }

  read(chunk: Buffer): Reading {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = EMPTY;
    let at = 0;
    for (;;) {
      const step = this.#step(bytes, at);
      if (typeof step === 'number') {
        at = step;
        continue;
      }
      if (step === MORE && at < bytes.length) this.#held = Buffer.from(bytes.subarray(at));
      return step;
    }
  }

  /** The peer closed the connection: the end of a body without a length, or too early. */
  end(): Reading {
    return this.#part.is === 'until-close'
      ? this.#done(0, false)
      : { state: 'broken', why: 'the connection was closed before the answer was complete' };
  }

  /** Whether nothing of an answer has arrived yet. */
  get untouched(): boolean {
    return this.#part.is === 'head' && this.#held.length === 0;
  }

  /** Takes the next part; returns where the one after it begins, or how the reading stands. */
  #step(bytes: Buffer, at: number): number | Reading {
    const part = this.#part;
    switch (part.is) {
      case 'head':
        return this.#head(bytes, at);
      case 'length':
      case 'chunk':
        return this.#data(part, bytes, at);
      case 'until-close':
        this.#keep(bytes.subarray(at));
        return at === bytes.length ? MORE : bytes.length;
      case 'chunk-line':
        return this.#chunkLine(bytes, at);
      case 'chunk-end':
        return this.#chunkEnd(bytes, at);
      case 'trailers':
        return this.#trailers(bytes, at);
    }
  }

  #head(bytes: Buffer, from: number): number | Reading {
    // Servers may send an empty line before the status line (RFC 9112, 2.2).
    let at = from;
    while (bytes[at] === 13 || bytes[at] === 10) at += 1;
    const end = bytes.indexOf('\r\n\r\n', at, 'latin1');
    if (end === -1) return bytes.length - at > HEAD_BYTES ? broken('the head of the answer has no end') : at > from ? at : MORE;
    const head = bytes.toString('latin1', at, end);
    if (head !== this.#before) {
      const why = this.#parse(head);
      this.#before = why === undefined ? head : '';
      if (why !== undefined) return broken(why);
    }
    const next = end + 4;
    // 1xx come before the answer itself; nobody asked for an upgrade.
    if (this.#status < 200) return this.#status === 101 ? broken('the server switched protocols unasked') : next;
    return this.#frame(bytes, next);
  }

  /** Why it is no head, if so. */
  #parse(head: string): string | undefined {
    const status = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: [^\r\n]*)?(?:\r\n|$)/.exec(head);
    if (status === null) return `the answer does not begin like one of HTTP/1.1: ${JSON.stringify(head.slice(0, 60))}`;
    const headers = parseHeaders(head, status[0].length);
    if (headers === undefined) return 'a header of the answer is malformed';
    this.#status = Number(status[2]);
    this.#headers = headers;
    const connection = headers.connection?.toLowerCase() ?? '';
    this.#persistent = Number(status[1]) === 1 ? !connection.includes('close') : connection.includes('keep-alive');
    return undefined;
  }

  #frame(bytes: Buffer, next: number): number | Reading {
    const { 'transfer-encoding': coding, 'content-length': length } = this.#headers;
    if (this.#isHead || this.#status === 204 || this.#status === 304) return this.#done(next, true);
    if (coding !== undefined) {
      if (!/(?:^|,)\s*chunked\s*$/i.test(coding)) this.#part = { is: 'until-close' };
      else this.#part = { is: 'chunk-line' };
      return next;
    }
    if (length === undefined) {
      this.#part = { is: 'until-close' };
      return next;
    }
    const only = LENGTH.test(length) ? length : sameOf(length);
    if (only === undefined) return broken(`the answer's length is ${JSON.stringify(length)}`);
    return this.#expect(bytes, { at: next, length: Number(only) });
  }

  /** Most answers come whole, head and body in one piece. */
  #expect(bytes: Buffer, { at, length }: { at: number; length: number }): number | Reading {
    if (bytes.length - at < length) {
      this.#part = { is: 'length', left: length };
      return at;
    }
    if (length > 0) this.#keep(bytes.subarray(at, at + length));
    return this.#done(at + length, true);
  }

  #data(part: { is: 'length' | 'chunk'; left: number }, bytes: Buffer, at: number): number | Reading {
    const take = Math.min(part.left, bytes.length - at);
    if (take === 0) return MORE;
    this.#keep(bytes.subarray(at, at + take));
    part.left -= take;
    if (part.left > 0) return at + take;
    if (part.is === 'length') return this.#done(at + take, true);
    this.#part = { is: 'chunk-end' };
    return at + take;
  }

  #chunkLine(bytes: Buffer, at: number): number | Reading {
    const end = bytes.indexOf('\r\n', at, 'latin1');
    if (end === -1) return bytes.length - at > HEAD_BYTES ? broken('the line of a chunk has no end') : MORE;
    const size = /^([\da-f]{1,12})\s*(?:;|$)/i.exec(bytes.toString('latin1', at, Math.min(end, at + 64)))?.[1];
    if (size === undefined) return broken('the size of a chunk is malformed');
    const left = Number.parseInt(size, 16);
    this.#part = left === 0 ? { is: 'trailers' } : { is: 'chunk', left };
    return end + 2;
  }

  #chunkEnd(bytes: Buffer, at: number): number | Reading {
    if (bytes.length - at < 2) return MORE;
    if (bytes[at] !== 13 || bytes[at + 1] !== 10) return broken('a chunk is longer than it says');
    this.#part = { is: 'chunk-line' };
    return at + 2;
  }

  #trailers(bytes: Buffer, at: number): number | Reading {
    const end = bytes.indexOf('\r\n', at, 'latin1');
    if (end === -1) return bytes.length - at > HEAD_BYTES ? broken('the trailers have no end') : MORE;
    return end === at ? this.#done(end + 2, true) : end + 2;
  }

  #keep(bytes: Buffer): void {
    const room = this.#most - this.#bytes;
    this.#bytes += bytes.length;
    // Copied: the socket's buffer is larger than what is kept of it.
    if (room > 0 && bytes.length > 0) this.#kept.push(Buffer.from(room < bytes.length ? bytes.subarray(0, room) : bytes));
  }

  #done(rest: number, framed: boolean): Reading {
    const body = this.#kept.length > 1 ? Buffer.concat(this.#kept) : (this.#kept[0] ?? EMPTY);
    const answer = { status: this.#status, headers: this.#headers, body, bytes: this.#bytes, reusable: framed && this.#persistent };
    return { state: 'done', answer, rest };
  }
}

const LENGTH = /^\d{1,15}$/;

/** The length of a header that says the same several times (RFC 9112, 6.3). */
function sameOf(text: string): string | undefined {
  const [only = '', ...others] = new Set(text.split(',').map((one) => one.trim()));
  return others.length === 0 && LENGTH.test(only) ? only : undefined;
}

function broken(why: string): Reading {
  return { state: 'broken', why };
}

/** The fields of a head from `at` on; `undefined` when one is none. */
function parseHeaders(head: string, at: number): Headers | undefined {
  // Without a prototype: a header may be called `constructor`.
  const headers = Object.create(null) as Headers;
  for (let from = at; from < head.length;) {
    let end = head.indexOf('\r\n', from);
    if (end === -1) end = head.length;
    const colon = head.indexOf(':', from);
    if (colon <= from || colon > end) return undefined;
    const name = head.slice(from, colon).toLowerCase();
    const value = head.slice(colon + 1, end).trim();
    const before = headers[name];
    headers[name] = before === undefined ? value : `${before}, ${value}`;
    from = end + 2;
  }
  return headers;
}
