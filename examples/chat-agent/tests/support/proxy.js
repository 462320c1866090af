// @ts-check
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** A TCP proxy that can be cut and restored. @param {{host: string, port: number}} upstream */
export async function createProxy(upstream) {
  let cut = false;
  /** @type {Set<import('node:net').Socket>} */
  const sockets = new Set();
  const server = createServer((client) => {
    if (cut) return client.destroy();
    const server = connect(upstream);
    forward(client, server);
    forward(server, client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());

  /** @param {import('node:net').Socket} from @param {import('node:net').Socket} to */
  function forward(from, to) {
    sockets.add(from);
    from.on('error', () => to.destroy());
    from.on('close', () => (sockets.delete(from), to.destroy()));
    from.pipe(to);
  }
  const drop = () => sockets.forEach((socket) => socket.destroy());

  return {
    host: '127.0.0.1',
    port,
    cut: () => ((cut = true), drop()),
    restore: () => void (cut = false),
    close: async () => {
      drop();
      server.close();
      await once(server, 'close');
    },
  };
}
