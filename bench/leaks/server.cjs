// Small services of the usual kinds, and the same with something that piles up: what `record.ts` looks at.
const { createServer } = require('node:http');
const { EventEmitter } = require('node:events');
const { gzip } = require('node:zlib');

const kept = [];
const sessions = new Map();
const cache = new Map();
const bus = new EventEmitter().setMaxListeners(0);
let served = 0;

const KINDS = {
  plain: (request, response) => response.end(JSON.stringify({ path: request.url, at: Date.now() })),
  rows: (_, response) => response.end(JSON.stringify(Array.from({ length: 50 }, (__, n) => ({ n, text: 'row '.repeat(n % 9) })))),
  // Forgets those who have not been here for two seconds.
  sessions: (_, response) => {
    sessions.set(served, { at: Date.now(), list: Array.from({ length: 20 }, () => Math.random()) });
    response.end('ok');
  },
  // The last 200 answers, whatever was asked.
  cache: (_, response) => {
    cache.set(served, `answer ${served} ${'x'.repeat(served % 500)}`);
    if (cache.size > 200) cache.delete(cache.keys().next().value);
    response.end(cache.get(served));
  },
  zip: (_, response) => gzip(JSON.stringify(Array.from({ length: 200 }, () => ({ served }))), (__, packed) => response.end(packed)),
  async: async (_, response) => {
    const parts = await Promise.all(Array.from({ length: 10 }, (__, n) => new Promise((done) => setTimeout(done, n % 3, n))));
    response.end(String(parts));
  },
  // Few walks in a round: what is not the walks' doing weighs more.
  slow: (request, response) => setTimeout(() => response.end(JSON.stringify({ path: request.url, served })), 2_000),
  'leak-buffer': (_, response) => (kept.push(Buffer.alloc(1_024, served)), response.end('ok')),
  'leak-text': (_, response) => (kept.push(Buffer.alloc(1_000, served).toString('hex').slice(0, 1_000)), response.end('ok')),
  'leak-sessions': (_, response) => {
    sessions.set(served, { at: Infinity, list: Array.from({ length: 110 }, () => Math.random()) });
    response.end('ok');
  },
  // Each request listens, and never stops listening.
  'leak-listener': (request, response) => {
    const big = Array.from({ length: 100 }, () => served);
    bus.on('never', () => big.at(request.url.length));
    response.end('ok');
  },
  'leak-small': (_, response) => (kept.push({ at: served, name: `u${served}` }), response.end('ok')),
};

setInterval(() => {
  for (const [key, { at }] of sessions) if (at < Date.now() - 2_000) sessions.delete(key);
}, 500);

createServer((request, response) => {
  if (request.url === '/') return response.end('up');
  served += 1;
  return KINDS[process.env.KIND](request, response);
}).listen(process.env.PORT, '127.0.0.1');
