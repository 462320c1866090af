// @ts-check
import { defect } from './defects.js';
import { describe } from './log.js';

/**
 * Stops in order on SIGTERM or SIGINT; exits 1 if that takes too long.
 * @param {object} options
 * @param {import('./log.js').Log} options.log
 * @param {() => Promise<void>} options.stop
 * @param {number} [options.deadlineMs]
 * @param {{once(event: string, listener: () => void): unknown, exit(code: number): void}} [options.host]
 */
export function stopOnSignal({ log, stop, deadlineMs = 5000, host = process }) {
  let stopping = false;
  /** @param {string} signal */
  const handle = async (signal) => {
    if (stopping) return;
    stopping = true;
    if (defect('abrupt-shutdown')) return host.exit(0);
    log('info', 'stopping', { signal });
    setTimeout(() => host.exit(1), deadlineMs).unref();
    const code = await stop().then(() => 0, (error) => (log('error', 'stop_failed', describe(error)), 1));
    log('info', 'stopped', { code });
    host.exit(code);
  };
  host.once('SIGTERM', () => void handle('SIGTERM'));
  host.once('SIGINT', () => void handle('SIGINT'));
}

/** @type {WeakMap<import('node:net').Server, Set<import('node:net').Socket>>} */
const connections = new WeakMap();
/** @type {WeakMap<import('node:net').Server, Set<import('node:http').ServerResponse>>} */
const underWay = new WeakMap();

/** @param {import('node:net').Server} server @param {{host: string, port: number}} where @returns {Promise<number>} */
export function listen(server, { host, port }) {
  /** @type {Set<import('node:net').Socket>} */
  const sockets = new Set();
  connections.set(server, sockets);
  /** @type {Set<import('node:http').ServerResponse>} */
  const responses = new Set();
  underWay.set(server, responses);
  server.on('request', (_, /** @type {import('node:http').ServerResponse} */ response) => {
    responses.add(response);
    response.once('close', () => responses.delete(response));
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

/**
 * What is being answered is answered, on connections that end with it: kept ones would hold up the end until their time-out.
 * @param {import('node:http').Server} server @returns {Promise<void>}
 */
export function close(server) {
  return new Promise((resolve) => {
    const sweep = setInterval(() => server.closeIdleConnections(), 100);
    server.close(() => {
      clearInterval(sweep);
      resolve();
    });
    server.closeIdleConnections();
    for (const response of underWay.get(server) ?? []) if (!response.headersSent) response.setHeader('connection', 'close');
    // Node 18 does not count a connection as idle on which nothing was ever asked.
    for (const socket of connections.get(server) ?? []) if (socket.bytesRead === 0) socket.destroy();
  });
}

/** @param {import('./log.js').Log} log @param {() => Promise<void>} main */
export async function start(log, main) {
  try {
    await main();
  } catch (error) {
    log('error', 'start_failed', describe(error));
    process.exit(1);
  }
}
