import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

import { ResponseReader, type Answer } from './response.ts';

/** Where requests go. */
export interface Origin {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
}

/** A request, ready to be written. */
export interface Wire {
  readonly method: string;
  readonly bytes: string | Uint8Array;
  /** Bytes of the answer's body to keep; the rest is counted. */
  readonly keep: number;
}

export type Failure = 'refused' | 'reset' | 'closed' | 'dns' | 'tls' | 'timeout' | 'malformed' | 'exhausted' | 'other' | 'aborted';

export type Exchange =
  | { readonly state: 'answered'; readonly answer: Answer; readonly firstByteMs: number; readonly endMs: number }
  | {
      readonly state: 'failed';
      readonly reason: Failure;
      readonly message: string;
      readonly endMs: number;
      /** The peer closed a connection that had been idle before it saw the request: no fault of it. */
      readonly stale: boolean;
    };

/** Node's own servers close what is idle for 5 s: a connection is given up before its peer does. */
const IDLE_MS = 4_000;

/** One connection that carries one exchange at a time. Times are those of `performance.now()`. */
export class Connection {
  readonly #socket: Socket;
  readonly #reader = new ResponseReader();
  readonly #onIdle: (connection: Connection) => void;
  #done: ((exchange: Exchange) => void) | undefined;
  #firstByteMs = 0;
  #served = 0;
  #idleSinceMs = 0;
  #keepMs = IDLE_MS;
  #closed = false;

  constructor({ secure, host, port }: Origin, onIdle: (connection: Connection) => void) {
    this.#onIdle = onIdle;
    // The name on the certificate is looked at by the checks of TLS; a load goes to where it was sent.
    this.#socket = secure
      ? connectTls({ host, port, servername: /^[\d.]+$|:/.test(host) ? '' : host, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] })
      : connectTcp({ host, port, noDelay: true });
    this.#socket.on('data', (chunk: Buffer) => this.#data(chunk));
    this.#socket.on('end', () => this.#ended());
    this.#socket.on('error', (error: NodeJS.ErrnoException) => this.#fail(reasonOf(error.code), error.message));
    this.#socket.on('close', () => this.#fail('closed', 'the connection was closed'));
  }

  /** Whether the peer still takes requests here, as far as one can know. */
  usable(nowMs: number): boolean {
    return !this.#closed && nowMs - this.#idleSinceMs < this.#keepMs;
  }

  send({ method, bytes, keep }: Wire, done: (exchange: Exchange) => void): void {
    this.#done = done;
    this.#firstByteMs = 0;
    this.#reader.begin(method, keep);
    if (typeof bytes === 'string') this.#socket.write(bytes, 'latin1');
    else this.#socket.write(bytes);
  }

  /** Gives the exchange up, if one is going on, and closes. */
  abandon(reason: 'timeout' | 'aborted', message: string): void {
    this.#fail(reason, message);
  }

  close(): void {
    this.#closed = true;
    this.#socket.destroy();
  }

  #data(chunk: Buffer): void {
    if (this.#done === undefined) {
      this.close();
      return;
    }
    if (this.#firstByteMs === 0) this.#firstByteMs = performance.now();
    const reading = this.#reader.read(chunk);
    if (reading.state === 'done') this.#finish(reading.answer, reading.rest === chunk.length);
    else if (reading.state === 'broken') this.#fail('malformed', reading.why);
  }

  #ended(): void {
    const reading = this.#reader.end();
    if (this.#done !== undefined && reading.state === 'done') this.#finish(reading.answer, false);
    else this.#fail('closed', reading.state === 'broken' ? reading.why : 'the connection was closed');
  }

  #finish(answer: Answer, clean: boolean): void {
    const done = this.#done;
    this.#done = undefined;
    this.#served += 1;
    const endMs = performance.now();
    if (answer.reusable && clean && !this.#closed) {
      this.#idleSinceMs = endMs;
      this.#keepMs = keepAliveMs(answer);
      this.#onIdle(this);
    } else this.close();
    done?.({ state: 'answered', answer, firstByteMs: this.#firstByteMs, endMs });
  }

  #fail(reason: Failure, message: string): void {
    const done = this.#done;
    this.#done = undefined;
    this.close();
    const stale = this.#served > 0 && this.#reader.untouched && (reason === 'reset' || reason === 'closed');
    done?.({ state: 'failed', reason, message, endMs: performance.now(), stale });
  }
}

/** How long the peer says it keeps an idle connection, less a second for the way. */
function keepAliveMs({ headers }: Answer): number {
  const hint = headers['keep-alive'];
  const seconds = hint === undefined ? undefined : /timeout=(\d+)/i.exec(hint)?.[1];
  return seconds === undefined ? IDLE_MS : Math.max(0, Number(seconds) * 1_000 - 1_000);
}

function reasonOf(code: string | undefined): Failure {
  switch (code) {
    case 'ECONNREFUSED':
      return 'refused';
    case 'ECONNRESET':
    case 'EPIPE':
      return 'reset';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'dns';
    case 'ETIMEDOUT':
      return 'timeout';
    case 'EMFILE':
    case 'ENFILE':
    case 'ENOBUFS':
    case 'ENOMEM':
    case 'EADDRNOTAVAIL':
      return 'exhausted';
    default:
      return code?.startsWith('ERR_TLS') || code?.startsWith('ERR_SSL') || code?.includes('CERT') ? 'tls' : 'other';
  }
}
