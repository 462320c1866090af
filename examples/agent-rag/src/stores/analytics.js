// What was asked, and how often: ClickHouse behind a circuit breaker. When it is away, the last numbers come from Redis.
import { createClient } from 'redis';
import { CircuitBreaker } from '../breaker.js';
import { ask } from '../service.js';

const KEPT_S = 3600;

export function openAnalytics({ url, redisUrl }) {
  const breaker = new CircuitBreaker('analytics');
  const redis = createClient({
    url: redisUrl,
    disableOfflineQueue: true,
    socket: { connectTimeout: 1000, reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, 1000) },
  });
  redis.on('error', () => {});
  redis.connect().catch(() => {});

  return {
    breaker,
    /** How often a topic was asked about, and who says so. */
    async asked(topic) {
      try {
        const times = await breaker.run(() => count(topic));
        await soon(redis.set(`asked:${topic}`, String(times), { EX: KEPT_S })).catch(() => {});
        return { times, source: 'analytics' };
      } catch {
        const times = await soon(redis.get(`asked:${topic}`)).catch(() => null);
        return { times: times === null ? null : Number(times), source: 'fallback' };
      }
    },
    /** Statistics may be lost: nobody waits for them, and nobody fails with them. */
    record(question) {
      void breaker.run(() => insert(question)).catch(() => {});
    },
    close: () => redis.destroy(),
  };

  async function count(topic) {
    const query = 'SELECT count() AS times FROM questions WHERE topic = {topic:String} FORMAT JSON';
    const { data } = await ask(`${url}/?${new URLSearchParams({ query, param_topic: topic })}`, { timeoutMs: 500 });
    return Number(data[0].times);
  }

  function insert(question) {
    return ask(`${url}/?${new URLSearchParams({ query: 'INSERT INTO questions FORMAT JSONEachRow' })}`, { body: `${JSON.stringify(question)}\n`, timeoutMs: 500 });
  }
}

/** @param {Promise<any>} promise */
function soon(promise) {
  return Promise.race([promise, new Promise((_, reject) => setTimeout(() => reject(new Error('no answer in time')), 250).unref())]);
}
