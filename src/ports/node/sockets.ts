import type { WebSocket } from 'ws';

import { errorMessage } from '../../model/errors.ts';
import { LIMITS } from '../../model/limits.ts';
import type { Socket, SocketEvent, SocketResult, Sockets } from '../http.ts';
import { timerMs } from './clock.ts';

/** Messages that wait unread before the connection is held back. */
const QUEUE = 1_000;
const CLOSE_MS = 1_000;

/** WebSocket clients. `atMs` of a message is on the clock's monotonic scale. */
export const nodeSockets: Sockets = {
  connect: async (url, options) => {
    const startedMs = performance.now();
    const { WebSocket: Client } = await import('ws');
    const failed = (message: string, status?: number): SocketResult => ({
      state: 'failed',
      message,
      durationMs: performance.now() - startedMs,
      ...(status === undefined ? {} : { status }),
    });
    let client: WebSocket;
    try {
      client = new Client(url, {
        headers: { ...options.headers },
        perMessageDeflate: false,
        followRedirects: false,
        maxPayload: LIMITS.bodyBytes,
      });
    } catch (error) {
      return failed(errorMessage(error));
    }
    // Made before it opens: the first message may come with the handshake.
    const socket = new Queue(client, options);
    const refused = await opened(client, options);
    if (refused === undefined) return { state: 'open', socket, durationMs: performance.now() - startedMs };
    client.on('error', () => undefined);
    client.terminate();
    return failed(refused.message, refused.status);
  },
};

interface Refusal {
  readonly message: string;
  readonly status?: number;
}

async function opened(
  client: WebSocket,
  options: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
): Promise<Refusal | undefined> {
  const { promise, resolve } = Promise.withResolvers<Refusal | undefined>();
  const interrupt = (): void => resolve({ message: 'interrupted' });
  const timer = setTimeout(() => resolve({ message: `no connection within ${String(options.timeoutMs)} ms` }), timerMs(options.timeoutMs));
  client.once('open', () => resolve(undefined));
  client.once('error', (error) =>
    resolve({ message: errorMessage(error) === '' ? String((error as { code?: unknown }).code) : errorMessage(error) }),
  );
  client.once('unexpected-response', (_request, response) => {
    response.resume();
    const status = response.statusCode ?? 0;
    resolve({ message: `the server answered ${String(status)} to the WebSocket handshake`, status });
  });
  options.signal?.addEventListener('abort', interrupt, { once: true });
  if (options.signal?.aborted) interrupt();
  const refusal = await promise;
  clearTimeout(timer);
  options.signal?.removeEventListener('abort', interrupt);
  return refusal;
}

/** What came in and was not asked for yet. One timer and one listener serve it for its whole life: a load asks thousands of times a second. */
class Queue implements Socket {
  readonly #client: WebSocket;
  readonly #signal: AbortSignal | undefined;
  readonly #events: SocketEvent[] = [];
  #end: SocketEvent | undefined;
  /** Ends the wait for the next event, with or without one. */
  #wake: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #timerAtMs = 0;
  #deadlineMs = 0;

  constructor(client: WebSocket, { onMessage, signal }: Parameters<Sockets['connect']>[1]) {
    this.#client = client;
    this.#signal = signal;
    const interrupt = (): void => this.#wake?.();
    signal?.addEventListener('abort', interrupt);
    client.on('message', (data) => {
      const [text, atMs] = [toText(data), performance.now()];
      onMessage?.(text, atMs);
      this.#push({ type: 'message', text, atMs });
    });
    client.on('close', (code, reason) => {
      signal?.removeEventListener('abort', interrupt);
      clearTimeout(this.#timer);
      this.#end = { type: 'closed', code, reason: reason.toString('utf8') };
      this.#push(this.#end);
    });
    // The close event that follows is what the caller sees.
    client.on('error', () => undefined);
  }

  get closed(): boolean {
    return this.#end !== undefined;
  }

  send(text: string): Promise<void> {
    return new Promise((resolve, reject) => this.#client.send(text, (error) => (error ? reject(error) : resolve())));
  }

  next(timeoutMs: number, signal?: AbortSignal): Promise<SocketEvent | undefined> {
    if (this.#events.length > 0 || this.#end !== undefined || signal?.aborted) return Promise.resolve(this.#take());
    const other = signal === this.#signal ? undefined : signal;
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#wake = undefined;
        other?.removeEventListener('abort', wake);
        resolve(this.#take());
      };
      this.#wake = wake;
      other?.addEventListener('abort', wake);
      const nowMs = performance.now();
      this.#waitUntil(nowMs + timeoutMs, nowMs);
    });
  }

  close(): Promise<void> {
    return close(this.#client);
  }

  #push(event: SocketEvent): void {
    this.#events.push(event);
    if (this.#events.length > QUEUE) this.#client.pause();
    this.#wake?.();
  }

  /** Who asks again after the end hears of it again. */
  #take(): SocketEvent | undefined {
    const event = this.#events.shift();
    if (this.#events.length <= QUEUE / 2 && this.#client.isPaused) this.#client.resume();
    return event ?? this.#end;
  }

  /** A timer that is set already and comes no later is left as it is: it looks again when it fires. */
  #waitUntil(deadlineMs: number, nowMs: number): void {
    this.#deadlineMs = deadlineMs;
    if (this.#timer !== undefined && this.#timerAtMs <= deadlineMs) return;
    clearTimeout(this.#timer);
    this.#timerAtMs = deadlineMs;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        if (this.#wake === undefined) return;
        const laterMs = performance.now();
        if (laterMs < this.#deadlineMs) this.#waitUntil(this.#deadlineMs, laterMs);
        else this.#wake();
      },
      timerMs(deadlineMs - nowMs),
    );
  }
}

async function close(client: WebSocket): Promise<void> {
  if (client.readyState === client.CLOSED) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  client.once('close', () => resolve());
  client.resume();
  client.close(1000);
  const timer = setTimeout(() => client.terminate(), CLOSE_MS);
  await promise;
  clearTimeout(timer);
}

function toText(data: Buffer | ArrayBuffer | Buffer[]): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return (data instanceof ArrayBuffer ? Buffer.from(data) : data).toString('utf8');
}
