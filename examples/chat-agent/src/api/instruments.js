// @ts-check
import { readdirSync } from 'node:fs';
import { Metrics } from '../metrics.js';

const STATES = { closed: 0, 'half-open': 1, open: 2 };

/**
 * @typedef {object} Sources
 * @property {import('../breaker.js').CircuitBreaker[]} breakers
 * @property {import('../store/database.js').PoolLike} pool
 * @property {number} poolMax
 * @property {() => number} sessions
 * @property {() => number} sockets
 * @property {() => number} inflight
 * @property {() => number} limiterEntries
 */

/** @param {Sources} sources */
export function createInstruments(sources) {
  const metrics = new Metrics();
  const requests = metrics.counter('http_requests_total', 'HTTP requests answered');
  const durations = metrics.histogram('http_request_duration_seconds', 'Time to the end of the answer');
  const messages = metrics.counter('ws_messages_total', 'WebSocket messages answered, by source of the reply');
  const latency = metrics.histogram('ws_message_duration_seconds', 'Time from a WebSocket message to its reply');
  addGauges(metrics, sources);

  return {
    metrics,
    /** @param {string} route @param {string} method @param {number} status @param {number} seconds */
    observeRequest(route, method, status, seconds) {
      requests.add({ route, method, status });
      durations.observe({ route }, seconds);
    },
    /** @param {string} source @param {number} seconds */
    observeMessage(source, seconds) {
      messages.add({ source });
      latency.observe({}, seconds);
    },
  };
}

/** @param {Metrics} metrics @param {Sources} sources */
function addGauges(metrics, sources) {
  const { breakers, pool, poolMax, sessions, sockets, inflight, limiterEntries } = sources;
  /** @param {string} name @param {string} help @param {() => number} read */
  const plain = (name, help, read) => metrics.gauge(name, help, () => [[{}, read()]]);
  metrics.gauge('breaker_state', '0 closed, 1 half-open, 2 open', () =>
    breakers.map((breaker) => [{ name: breaker.options.name }, STATES[breaker.state]]));
  metrics.gauge('pg_pool_connections', 'Connections of the pool', () => [
    [{ state: 'total' }, pool.totalCount], [{ state: 'idle' }, pool.idleCount],
  ]);
  plain('pg_pool_waiting', 'Queries that wait for a connection', () => pool.waitingCount);
  plain('pg_pool_max', 'Largest number of connections', () => poolMax);
  plain('sessions_active', 'Sessions held in memory', sessions);
  plain('ws_connections', 'Open WebSockets', sockets);
  plain('chats_inflight', 'Messages being answered', inflight);
  plain('rate_limiter_entries', 'Clients known to the rate limiter', limiterEntries);
  plain('process_resident_memory_bytes', 'Resident memory', () => process.memoryUsage.rss());
  plain('process_open_fds', 'Open file descriptors', openFiles);
}

function openFiles() {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return 0;
  }
}
