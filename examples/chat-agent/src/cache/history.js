// @ts-check
import { defect } from '../defects.js';

const MAX_DIRTY = 10_000;

/**
 * @typedef {object} KeyValue
 * @property {(key: string) => Promise<string | null>} get
 * @property {(key: string, value: string, ttlMs: number) => Promise<unknown>} set
 * @property {(key: string) => Promise<unknown>} del
 */

/** @param {string} user */
const keyOf = (user) => `chat:history:${user}`;

/**
 * Never fails: without Redis every read is a miss.
 * @param {{redis: KeyValue, breaker: import('../breaker.js').CircuitBreaker, ttlMs: number}} options
 */
export function createHistoryCache({ redis, breaker, ttlMs }) {
  /** Users whose invalidation did not reach Redis: their entry is stale until it is deleted. @type {Set<string>} */
  const dirty = new Set();

  /** @template T @param {() => Promise<T>} action @returns {Promise<T | undefined>} */
  const attempt = (action) => breaker.run(action).catch(() => undefined);

  /** @param {string} user */
  async function drop(user) {
    const done = await attempt(async () => (await redis.del(keyOf(user)), true));
    if (done) dirty.delete(user);
    else if (dirty.size < MAX_DIRTY) dirty.add(user);
    return done === true;
  }

  return {
    /** @param {string} user @returns {Promise<any[] | undefined>} */
    async read(user) {
      if (dirty.has(user)) await drop(user);
      if (dirty.has(user)) return undefined;
      const value = await attempt(() => redis.get(keyOf(user)));
      return value ? JSON.parse(value) : undefined;
    },

    /** @param {string} user @param {unknown[]} messages */
    async write(user, messages) {
      await attempt(() => redis.set(keyOf(user), JSON.stringify(messages), ttlMs));
    },

    /** @param {string} user */
    async invalidate(user) {
      if (defect('failing-integration-test')) return;
      await drop(user);
    },
  };
}

/** @typedef {ReturnType<typeof createHistoryCache>} HistoryCache */
