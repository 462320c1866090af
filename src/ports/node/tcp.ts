import { connect, createServer } from 'node:net';

import type { Tcp } from '../http.ts';
import { timerMs } from './clock.ts';

/** Real TCP. */
export const nodeTcp: Tcp = { probe, hear, freePort };

function probe(host: string, port: number, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const timer = setTimeout(() => finish(false), timerMs(timeoutMs));
    socket.once('connect', () => finish(true));
    socket.once('error', () => finish(false));

    function finish(connected: boolean): void {
      clearTimeout(timer);
      socket.destroy();
      resolve(connected);
    }
  });
}

function hear(
  host: string,
  port: number,
  { send, bytes, timeoutMs }: { readonly send: Uint8Array; readonly bytes: number; readonly timeoutMs: number },
): Promise<Uint8Array | undefined> {
  return new Promise((resolve) => {
    const heard: Buffer[] = [];
    let connected = false;
    const socket = connect({ host, port }, () => {
      connected = true;
      if (send.length > 0) socket.write(send);
    });
    const timer = setTimeout(finish, timerMs(timeoutMs));
    socket.on('data', (chunk) => {
      heard.push(chunk);
      if (heard.reduce((sum, { length }) => sum + length, 0) >= bytes) finish();
    });
    socket.once('error', finish);
    socket.once('close', finish);

    function finish(): void {
      clearTimeout(timer);
      socket.destroy();
      resolve(connected ? Buffer.concat(heard).subarray(0, bytes) : undefined);
    }
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.unref();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (typeof address === 'object' && address !== null) resolve(address.port);
        else reject(new Error('the system gave no port'));
      });
    });
  });
}
