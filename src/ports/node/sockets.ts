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
    const socket = queued(client, options.onMessage);
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

function queued(client: WebSocket, onMessage?: (text: string, atMs: number) => void): Socket {
  const events: SocketEvent[] = [];
  let closed: SocketEvent | undefined;
  let wake: (() => void) | undefined;
  const push = (event: SocketEvent): void => {
    events.push(event);
    if (events.length > QUEUE) client.pause();
    wake?.();
  };
  client.on('message', (data) => {
    const [text, atMs] = [toText(data), performance.now()];
    onMessage?.(text, atMs);
    push({ type: 'message', text, atMs });
  });
  client.on('close', (code, reason) => {
    closed = { type: 'closed', code, reason: reason.toString('utf8') };
    push(closed);
  });
  // The close event that follows is what the caller sees.
  client.on('error', () => undefined);
  return {
    send: (text) => new Promise((resolve, reject) => client.send(text, (error) => (error ? reject(error) : resolve()))),
    next: async (timeoutMs, signal) => {
      if (events.length === 0 && closed === undefined) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(finish, timerMs(timeoutMs));
          wake = finish;
          signal?.addEventListener('abort', finish, { once: true });
          if (signal?.aborted) finish();

          function finish(): void {
            clearTimeout(timer);
            wake = undefined;
            signal?.removeEventListener('abort', finish);
            resolve();
          }
        });
      }
      const event = events.shift();
      if (events.length <= QUEUE / 2 && client.isPaused) client.resume();
      // Who asks again after the end hears of it again.
      return event ?? closed;
    },
    close: () => close(client),
    get closed() {
      return closed !== undefined;
    },
  };
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
