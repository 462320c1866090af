// @ts-check
import { createServer } from 'node:net';
import { StandIn } from './commands.js';
import { CommandParser, encode } from './resp.js';

/** @param {StandIn} store */
export function createRedisStandIn(store) {
  /** @type {Set<import('node:net').Socket>} */
  const open = new Set();
  const server = createServer((socket) => {
    const [parser, client] = [new CommandParser(), { authenticated: false }];
    open.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      try {
        for (const command of parser.push(chunk)) socket.write(encode(store.run(command, client)));
      } catch {
        socket.end(encode(new Error('ERR Protocol error')));
      }
    });
  });

  return {
    server,
    /** @returns {Promise<void>} */
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      open.forEach((socket) => socket.destroy());
    }),
  };
}
