// @ts-check
import { defect } from '../defects.js';

const SHARED_MS = 200;

/**
 * @param {object} options
 * @param {import('../store/database.js').Database} options.database
 * @param {{ping(): Promise<unknown>}} options.redis
 * @param {import('../breaker.js').CircuitBreaker} options.breaker
 * @param {number} options.poolMax
 * @param {() => boolean} options.stopping
 */
export function createReadiness({ database, redis, breaker, poolMax, stopping }) {
  /** @type {Promise<Record<string, string>> | undefined} */
  let shared;

  const word = (/** @type {Promise<unknown>} */ promise) => promise.then(() => 'ok', () => 'down');

  async function probe() {
    const write = database.query(`INSERT INTO probes (name, at) VALUES ('ready', now()) ON CONFLICT (name) DO UPDATE SET at = now()`);
    const [postgres, cache] = await Promise.all([word(write), word(redis.ping())]);
    const { waitingCount, totalCount } = database.pool;
    const pool = waitingCount > 0 && totalCount >= poolMax ? 'exhausted' : 'ok';
    return { postgres, redis: cache, llm: breaker.state, pool };
  }

  function check() {
    shared ??= probe();
    setTimeout(() => (shared = undefined), SHARED_MS).unref();
    return shared;
  }

  return async function ready() {
    const checks = await check();
    const ok = defect('lying-readiness') || (checks.postgres === 'ok' && !stopping() && !defect('never-ready'));
    return { status: ok ? 200 : 503, body: { status: ok ? 'ready' : 'not_ready', checks } };
  };
}
