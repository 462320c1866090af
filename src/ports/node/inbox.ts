import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Inbox } from '../http.ts';

/** Bodies and requests that are kept: whoever listens on all addresses may be talked to by anybody. */
const BODY_BYTES = 1_000_000;
const KEPT = 200;

/** Listens on every address of this machine: senders in containers do not reach the loopback interface. */
export const nodeInbox: Inbox = {
  open: async (port, onRequest) => {
    let kept = 0;
    const server = createServer({ requestTimeout: 10_000 }, (request, response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      request.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > BODY_BYTES) request.destroy();
        else chunks.push(chunk);
      });
      request.on('error', () => undefined);
      request.on('end', () => {
        kept += 1;
        if (kept <= KEPT) onRequest({ path: request.url ?? '/', body: Buffer.concat(chunks).toString('utf8') });
        response.writeHead(200).end();
      });
    });
    server.listen(port, '0.0.0.0');
    await once(server, 'listening');
    return {
      port: (server.address() as AddressInfo).port,
      [Symbol.asyncDispose]: async () => {
        server.closeAllConnections();
        await new Promise<void>((resolve) => server.close(() => resolve()));
      },
    };
  },
};
