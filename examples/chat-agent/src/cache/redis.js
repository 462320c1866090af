// @ts-check
import { createClient } from 'redis';
import { defect } from '../defects.js';

/** @param {{url: string, timeoutMs?: number}} options */
export function createRedis({ url, timeoutMs = 250 }) {
  const client = createClient({
    url,
    disableOfflineQueue: true,
    socket: { connectTimeout: 1000, reconnectStrategy: (retries) => (defect('hammers-redis') ? 10 : Math.min(50 * 2 ** retries, 1000)) },
  });
  client.on('error', () => {
    if (defect('dies-with-redis')) process.exit(1);
  });
  // Not awaited: the api serves without Redis and picks it up when it comes.
  client.connect().catch(() => {});

  return {
    /** @param {string} key */
    get: (key) => within(timeoutMs, client.get(key)),
    /** @param {string} key @param {string} value @param {number} ttlMs */
    set: (key, value, ttlMs) => within(timeoutMs, client.set(key, value, { PX: ttlMs })),
    /** @param {string} key */
    del: (key) => within(timeoutMs, client.del(key)),
    ping: () => within(timeoutMs, client.ping()),
    close: () => client.destroy(),
  };
}

/** @template T @param {number} ms @param {Promise<T>} promise @returns {Promise<T>} */
export async function within(ms, promise) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const timeout = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await /** @type {Promise<T>} */ (Promise.race([promise, timeout]));
  } finally {
    clearTimeout(timer);
  }
}
