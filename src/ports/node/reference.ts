import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

import type { Reference } from '../http.ts';

/** In a thread of its own, so that a busy generator does not delay it too. */
export const nodeReference: Reference = {
  serve: async (delayMs) => {
    const worker = new Worker(SERVER, { eval: true, workerData: delayMs, env: {} });
    const [port] = (await once(worker, 'message')) as [number];
    return {
      url: `http://127.0.0.1:${port}/`,
      [Symbol.asyncDispose]: async () => void (await worker.terminate()),
    };
  },
};

const SERVER = `
const { parentPort, workerData: delayMs } = require('node:worker_threads');
const server = require('node:http').createServer((request, response) => {
  const from = performance.now();
  setTimeout(() => {
    response.setHeader('x-held-ms', String(performance.now() - from));
    response.end('{"ok":true}');
  }, delayMs);
});
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;
