// @ts-check
import { createKeyRing } from '../auth/keys.js';
import { createTokens } from '../auth/tokens.js';
import { CircuitBreaker } from '../breaker.js';
import { createHistoryCache } from '../cache/history.js';
import { createHttpServer } from '../http/server.js';
import { RateLimiter } from '../rate-limit.js';
import { createDatabase } from '../store/database.js';
import { createMessages } from '../store/messages.js';
import { createSessions } from '../store/sessions.js';
import { createAuthorize } from './authorize.js';
import { createChat } from './chat.js';
import { createInstruments } from './instruments.js';
import { createReadiness } from './ready.js';
import { createRoutes } from './routes.js';
import { createSockets } from './websocket.js';

/**
 * @typedef {object} Parts
 * @property {import('./chat.js').Chat} chat
 * @property {import('../store/sessions.js').Sessions} sessions
 * @property {import('../store/messages.js').Messages} messages
 * @property {import('../cache/history.js').HistoryCache} cache
 * @property {ReturnType<typeof createTokens>} tokens
 * @property {import('../metrics.js').Metrics} metrics
 * @property {() => Promise<import('../http/server.js').Answer>} ready
 * @property {() => Record<string, unknown>} stats
 */

/** @typedef {import('../cache/history.js').KeyValue & {ping(): Promise<unknown>}} RedisLike */

/**
 * Everything of the api except its connections to the outside.
 * @param {object} options
 * @param {ReturnType<typeof import('../config.js').apiConfig>} options.config
 * @param {import('../store/database.js').PoolLike} options.pool
 * @param {RedisLike} options.redis
 * @param {import('../llm/client.js').Llm} options.llm
 * @param {import('../log.js').Log} options.log
 */
export function createApp({ config, pool, redis, llm, log }) {
  const { limits, auth } = config;
  let stopping = false;
  const breakers = { llm: breaker('llm'), redis: breaker('redis') };
  const database = createDatabase(pool, config.database);
  const messages = createMessages(database);
  const sessions = createSessions(database);
  const cache = createHistoryCache({ redis, breaker: breakers.redis, ttlMs: config.redis.ttlMs });
  const chat = createChat({ llm, breaker: breakers.llm, messages, cache, maxInflight: limits.inflightChats });
  const tokens = createTokens({ secret: auth.tokenSecret });
  const identify = createKeyRing(auth);
  const adminLimit = new RateLimiter({ max: limits.adminPerWindow, windowMs: limits.adminWindowMs });
  const instruments = createInstruments({
    breakers: Object.values(breakers), pool, poolMax: config.database.poolMax,
    sessions: () => sessions.live.size, sockets: () => sockets.count(), inflight: chat.inflight, limiterEntries: () => adminLimit.size,
  });
  const sockets = createSockets({
    chat, identify, tokens, log, anonymous: auth.anonymousChat, origins: config.origins,
    maxSockets: limits.sockets, observe: instruments.observeMessage,
  });
  const ready = createReadiness({ database, redis, breaker: breakers.llm, poolMax: config.database.poolMax, stopping: () => stopping });
  const server = createHttpServer({
    routes: createRoutes({ chat, sessions, messages, cache, tokens, ready, stats, metrics: instruments.metrics }),
    authorize: createAuthorize({ identify, adminLimit }),
    observe: instruments.observeRequest,
    log,
  });
  server.on('upgrade', sockets.upgrade);

  return { server, closeSockets: sockets.close, markStopping: () => void (stopping = true) };

  /** @param {string} name */
  function breaker(name) {
    return new CircuitBreaker({ name, ...config.breaker, onChange: (from, to) => log('warn', 'breaker', { name, from, to }) });
  }

  function stats() {
    return {
      sessions: sessions.live.size,
      sockets: sockets.count(),
      breakers: { llm: breakers.llm.state, redis: breakers.redis.state },
      pool: { total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount },
    };
  }
}
