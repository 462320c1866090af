import { connect, createServer } from 'node:net';

import type { Tcp } from '../http.ts';
import { timerMs } from './clock.ts';

/** Real TCP. */
export const nodeTcp: Tcp = { probe, freePort };

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
