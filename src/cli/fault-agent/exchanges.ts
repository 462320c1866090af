import { createHash, type Hash } from 'node:crypto';
import { writeSync } from 'node:fs';

import type { AttemptLine } from '../../faults/kit/attempts.ts';
import type { Tally } from './working.ts';

/** More are counted, not written down. */
const MOST = 20_000;
/** Of a request, what tells it from others. */
const DIGESTED_BYTES = 16_384;
const PATH_LENGTH = 120;

/** Writes attempts down as they pass: a line when one begins, when it is answered, and when it is over. */
export class Attempts {
  readonly #file: number | undefined;
  readonly #tally: Tally;
  #stopped = false;

  constructor(file: number | undefined, tally: Tally) {
    this.#file = file;
    this.#tally = tally;
  }

  begin(connection: number, what: string | undefined): number {
    const number = (this.#tally.attempts += 1);
    this.write({ n: number, at: Date.now(), c: connection, ...(what === undefined ? {} : { w: what }) });
    return number;
  }

  /** Connections may outlive the file. */
  stop(): void {
    this.#stopped = true;
  }

  write(line: AttemptLine): void {
    if (this.#file !== undefined && !this.#stopped && line.n <= MOST) writeSync(this.#file, `${JSON.stringify(line)}\n`);
  }
}

interface Exchange {
  readonly number: number;
  readonly digest: Hash;
  digested: number;
  /** HTTP: until here everything that is asked belongs to the head. */
  headOver: boolean;
  answered: boolean;
}

/** The exchanges of one connection: who is asked after an answer is asked anew. */
export class Exchanges {
  readonly #attempts: Attempts;
  readonly #connection: number;
  #http: boolean | undefined;
  #now: Exchange | undefined;
  #any = false;
  #whole: Whole | undefined;

  constructor(attempts: Attempts, connection: number) {
    this.#attempts = attempts;
    this.#connection = connection;
  }

  /** An answer is waited for. */
  get busy(): boolean {
    return this.#now !== undefined && !(this.#now.answered && this.#whole?.done !== false);
  }

  asked(chunk: Buffer): void {
    const head = chunk.toString('latin1', 0, 2_100);
    const [, method, path] = /^([A-Z]{3,10}) (\S{1,2000})(?: HTTP\/1\.[01]\r\n|$)/.exec(head) ?? [];
    this.#http ??= method !== undefined;
    const anew = this.#now === undefined || (this.#http ? method !== undefined && this.#now.answered : this.#now.answered);
    if (anew) {
      this.over('next');
      const what = this.#http && method !== undefined ? `${method} ${pathOf(path ?? '')}` : undefined;
      const number = this.#attempts.begin(this.#connection, what);
      this.#any = true;
      this.#whole = undefined;
      this.#now = { number, digest: createHash('sha1').update(what ?? ''), digested: 0, headOver: !this.#http, answered: false };
    }
    this.#digest(chunk);
  }

  answered(chunk: Buffer): void {
    const now = this.#now;
    if (now === undefined) return;
    if (!now.answered) {
      now.answered = true;
      const head = this.#http === true ? chunk.toString('latin1', 0, 4_000) : '';
      const status = /^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1];
      // What only asks for the rest of the request is no answer yet.
      if (status === '100') {
        now.answered = false;
        return;
      }
      if (this.#http === true) this.#whole = new Whole(head);
      this.#attempts.write({ n: now.number, a: Date.now(), d: digestOf(now), ...(status === undefined ? {} : { s: Number(status) }) });
    }
    this.#whole?.take(chunk);
  }

  /** The exchange under way is over; `cut` when its answer was held back. */
  over(by: NonNullable<AttemptLine['by']>, cut = false): void {
    const now = this.#now;
    if (now === undefined) return;
    this.#now = undefined;
    const part = cut || (now.answered && this.#whole?.done === false);
    this.#attempts.write({ n: now.number, e: Date.now(), by, ...(now.answered ? {} : { d: digestOf(now) }), ...(part ? { part } : {}) });
  }

  /** The connection is over; one that nothing was asked on is an attempt, unless who opened it closed it. */
  closed(by: NonNullable<AttemptLine['by']>, cut = false): void {
    if (!this.#any && by !== 'caller') {
      const n = this.#attempts.begin(this.#connection, undefined);
      this.#attempts.write({ n, e: Date.now(), by });
    }
    this.#any = true;
    this.over(by, cut);
  }

  #digest(chunk: Buffer): void {
    const now = this.#now;
    if (now === undefined || now.answered || now.digested >= DIGESTED_BYTES) return;
    let text = chunk;
    if (!now.headOver) {
      // Heads hold dates and traces, which differ between equal requests.
      const at = chunk.indexOf('\r\n\r\n');
      if (at === -1) return;
      now.headOver = true;
      text = chunk.subarray(at + 4);
    }
    now.digest.update(text.subarray(0, DIGESTED_BYTES));
    now.digested += text.length;
  }
}

function digestOf({ digest }: Exchange): string {
  return digest.copy().digest('base64url').slice(0, 8);
}

/** Without a query, which can hold secrets. */
function pathOf(path: string): string {
  return (path.split('?', 1)[0] ?? '').slice(0, PATH_LENGTH);
}

/** Whether an answer of HTTP has come to its end. */
class Whole {
  readonly #length: number | undefined;
  readonly #chunked: boolean;
  readonly #head: number;
  #seen = 0;
  #tail = '';

  constructor(head: string) {
    const end = head.indexOf('\r\n\r\n');
    const fields = (end === -1 ? head : head.slice(0, end)).toLowerCase();
    this.#head = end === -1 ? 0 : end + 4;
    this.#chunked = /\r\ntransfer-encoding:[^\r]*chunked/.test(fields);
    const length = /\r\ncontent-length:\s*(\d+)/.exec(fields)?.[1];
    this.#length = length === undefined ? undefined : Number(length);
  }

  /** `undefined` when only the end of the connection tells. */
  get done(): boolean | undefined {
    if (this.#chunked) return this.#tail === '0\r\n\r\n';
    return this.#length === undefined ? undefined : this.#seen - this.#head >= this.#length;
  }

  take(chunk: Buffer): void {
    this.#seen += chunk.length;
    this.#tail = (this.#tail + chunk.toString('latin1', Math.max(0, chunk.length - 5))).slice(-5);
  }
}
