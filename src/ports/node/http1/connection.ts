import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

import type { HttpResult } from '../../http.ts';
import { timerMs } from '../clock.ts';
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

/** A request, and who waits for its answer. */
export interface Ask {
  readonly wire: Wire;
  readonly timeoutMs: number;
  /** It is sent once at most: a peer that hung up may have acted on it. */
  readonly once: boolean;
  /** Called exactly once. */
  readonly done: (result: HttpResult) => void;
  /** It is sent anew, over another connection. */
  readonly moved?: (connection: Connection) => void;
}

/** Whoever lends its connections out. */
export interface Lender {
  /** It can carry another request. */
  readonly idle: (connection: Connection) => void;
  readonly closed: (connection: Connection) => void;
  /** The peer closed an idle connection before it saw the request, most likely: it is sent over another one, as browsers do. */
  readonly again: (ask: Ask, startedMs: number) => void;
}

type Reason = Extract<HttpResult, { state: 'failed' }>['reason'];

/** Node's own servers close what is idle for 5 s: a connection is given up before its peer does. */
const IDLE_MS = 4_000;

/**
 * A kept connection that the peer closes while a request is on its way breaks at once. One that breaks later had been asked, and was
 * perhaps being answered (RFC 9110, 9.2.2): what becomes of it then is what users of the system see.
 */
const STALE_MS = 100;

/**
 * What all sockets of a thread read into: nobody reads two at once, and whatever is kept of an answer is copied. Without it, each read
 * takes new memory. Where reads end by themselves (Windows), each socket needs its own.
 */
const READ_BYTES = 65_536;
const COMMON = Buffer.allocUnsafeSlow(READ_BYTES);

/** One connection that carries one exchange at a time. Times are those of `performance.now()`. */
export class Connection {
  readonly #socket: Socket;
  readonly #reader = new ResponseReader();
  readonly #lender: Lender;
  #ask: Ask | undefined;
  #startedMs = 0;
  #firstByteMs = 0;
  #served = 0;
  #idleSinceMs = 0;
  #keepMs = IDLE_MS;
  #closed = false;
  /** Goes on from one exchange to the next: a timer for each would cost a twentieth of the rate. */
  #timer: NodeJS.Timeout | undefined;
  #timerAtMs = 0;
  #deadlineMs = 0;

  constructor({ secure, host, port }: Origin, lender: Lender) {
    this.#lender = lender;
    // The name on the certificate is looked at by the checks of TLS; a load goes to where it was sent.
    this.#socket = secure
      ? connectTls({ host, port, servername: /^[\d.]+$|:/.test(host) ? '' : host, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] })
      : connectTcp({ host, port, noDelay: true, onread: { buffer: readBuffer(), callback: this.#read } });
    if (secure) this.#socket.on('data', (chunk: Buffer) => this.#data(chunk));
    this.#socket.on('end', () => this.#ended());
    this.#socket.on('error', (error: NodeJS.ErrnoException) => this.#fail(reasonOf(error.code), error.message));
    this.#socket.on('close', () => this.#fail('reset', CLOSED));
  }

  /** Whether the peer still takes requests here, as far as one can know. */
  usable(nowMs: number): boolean {
    return !this.#closed && nowMs - this.#idleSinceMs < this.#keepMs;
  }

  /** `startedMs`: from when on the time for the answer counts. */
  send(ask: Ask, startedMs: number): void {
    this.#ask = ask;
    this.#startedMs = startedMs;
    this.#firstByteMs = 0;
    const { method, bytes, keep } = ask.wire;
    this.#reader.begin(method, keep);
    this.#expectBy(startedMs + ask.timeoutMs, startedMs);
    if (typeof bytes === 'string') this.#socket.write(bytes, 'latin1');
    else this.#socket.write(bytes);
  }

  /** Gives the exchange up, if one is going on, and closes. */
  abandon(reason: 'timeout' | 'aborted', message: string): void {
    this.#fail(reason, message);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#socket.destroy();
    this.#lender.closed(this);
  }

  readonly #read = (length: number, buffer: Uint8Array): boolean => {
    this.#data(Buffer.from(buffer.buffer, buffer.byteOffset, length));
    return true;
  };

  #data(chunk: Buffer): void {
    if (this.#ask === undefined) {
      this.close();
      return;
    }
    const nowMs = performance.now();
    if (this.#firstByteMs === 0) this.#firstByteMs = nowMs;
    const reading = this.#reader.read(chunk);
    if (reading.state === 'done') this.#finish(reading.answer, { clean: reading.rest === chunk.length, nowMs });
    else if (reading.state === 'broken') this.#fail('other', reading.why);
  }

  #ended(): void {
    const reading = this.#reader.end();
    if (this.#ask !== undefined && reading.state === 'done') this.#finish(reading.answer, { clean: false, nowMs: performance.now() });
    else this.#fail('reset', reading.state === 'broken' ? reading.why : CLOSED);
  }

  #finish({ status, headers, body, bytes, reusable }: Answer, { clean, nowMs }: { clean: boolean; nowMs: number }): void {
    const [ask, startedMs] = [this.#ask, this.#startedMs];
    const firstByteMs = this.#firstByteMs - startedMs;
    this.#ask = undefined;
    this.#served += 1;
    if (reusable && clean && !this.#closed) {
      this.#idleSinceMs = nowMs;
      this.#keepMs = keepAliveMs(headers['keep-alive']);
      this.#lender.idle(this);
    } else this.close();
    ask?.done({ state: 'answered', status, headers, body, totalBytes: bytes, firstByteMs, durationMs: nowMs - startedMs });
  }

  #fail(reason: Reason, message: string): void {
    const [ask, startedMs] = [this.#ask, this.#startedMs];
    this.#ask = undefined;
    this.close();
    if (ask === undefined) return;
    const nowMs = performance.now();
    const stale = reason === 'reset' && this.#served > 0 && this.#reader.untouched && nowMs - startedMs <= STALE_MS;
    if (stale && !ask.once && nowMs < startedMs + ask.timeoutMs) this.#lender.again(ask, startedMs);
    else ask.done({ state: 'failed', reason, message, durationMs: nowMs - startedMs });
  }

  /** A timer that is set already and comes no later is left as it is: it looks again when it fires. */
  #expectBy(deadlineMs: number, nowMs: number): void {
    this.#deadlineMs = deadlineMs;
    if (this.#timer !== undefined && this.#timerAtMs <= deadlineMs) return;
    clearTimeout(this.#timer);
    this.#timerAtMs = deadlineMs;
    this.#timer = setTimeout(this.#late, timerMs(deadlineMs - nowMs));
  }

  readonly #late = (): void => {
    this.#timer = undefined;
    if (this.#ask === undefined) return;
    const nowMs = performance.now();
    if (nowMs < this.#deadlineMs) this.#expectBy(this.#deadlineMs, nowMs);
    else setImmediate(this.#tooLate, this.#ask);
  };

  // Timers come before what the sockets hold (https://nodejs.org/en/learn/asynchronous-work/event-loop-timers-and-nexttick): after a moment in
  // which this process was held up, an answer may be here that nobody has read yet.
  readonly #tooLate = (ask: Ask): void => {
    if (this.#ask === ask) this.#fail('timeout', `no complete answer within ${ask.timeoutMs} ms`);
  };
}

const CLOSED = 'the connection was closed';

function readBuffer(): Buffer {
  return process.platform === 'win32' ? Buffer.allocUnsafeSlow(READ_BYTES) : COMMON;
}

/** How long the peer says it keeps an idle connection, less a second for the way. */
function keepAliveMs(hint: string | undefined): number {
  const seconds = hint === undefined ? undefined : /timeout=(\d+)/i.exec(hint)?.[1];
  return seconds === undefined ? IDLE_MS : Math.max(0, Number(seconds) * 1_000 - 1_000);
}

function reasonOf(code: string | undefined): Reason {
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
