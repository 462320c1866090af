// @ts-check
import pg from 'pg';
import { defect } from '../defects.js';
import { HttpError, unavailable } from '../http/errors.js';

/** Connection, resources, operator intervention, read-only, lock and serialisation: not the caller's fault. */
const TRANSIENT = new Set(['08', '25', '40', '53', '55', '57']);

/** @typedef {{poolMax: number, maxWaiting: number, acquireMs: number, statementMs: number, url: string}} DatabaseConfig */
/** @typedef {{query(text: string, values?: unknown[]): Promise<{rows: any[], rowCount: number | null}>}} Queryable */
/** @typedef {Queryable & {connect(): Promise<Queryable & {release(): void}>, waitingCount: number, idleCount: number, totalCount: number}} PoolLike */

/** @param {DatabaseConfig} config @param {string} name */
export function createPool(config, name) {
  const pool = new pg.Pool({
    connectionString: config.url,
    application_name: name,
    max: defect('small-pool') || defect('connection-leak') ? 1 : config.poolMax,
    connectionTimeoutMillis: defect('no-backpressure') ? 0 : config.acquireMs,
    // A new connection costs the server a process and both sides a handshake: those of one burst are there for the next.
    idleTimeoutMillis: 30_000,
    statement_timeout: config.statementMs,
    query_timeout: config.statementMs + 500,
    keepAlive: true,
  });
  // An idle connection that breaks is replaced at the next query; without a listener it would end the process.
  pool.on('error', () => {});
  return pool;
}

/** @param {PoolLike} pool @param {{maxWaiting: number}} limits */
export function createDatabase(pool, { maxWaiting }) {
  let [worked, broken] = [false, false];

  /** @param {string} text @param {unknown[]} [values] @returns {Promise<any[]>} */
  async function query(text, values) {
    if (broken) throw unavailable('database_unavailable');
    if (pool.waitingCount >= maxWaiting && !defect('no-backpressure')) throw unavailable('database_busy');
    try {
      const { rows } = defect('connection-leak') ? await queryAlone(text, values) : await pool.query(text, values);
      worked = true;
      return rows;
    } catch (error) {
      broken = worked && defect('never-reconnects');
      throw isPlain(error) ? error : translate(error);
    }
  }

  /** Of `connection-leak`: given back only when all went well. @param {string} text @param {unknown[]} [values] */
  async function queryAlone(text, values) {
    const client = await pool.connect();
    const result = await client.query(text, values);
    client.release();
    return result;
  }
  return { query, pool };
}

/** @typedef {ReturnType<typeof createDatabase>} Database */

/** Errors that the defects let through as they are. @param {unknown} error */
function isPlain(error) {
  const full = error instanceof Error && /timeout exceeded when trying to connect|connection timeout/.test(error.message);
  return defect(full ? 'fails-when-full' : 'fails-without-database');
}

/** @param {unknown} error */
export function translate(error) {
  if (error instanceof HttpError) return error;
  if (!(error instanceof pg.DatabaseError)) return unavailable('database_unavailable', error);
  return TRANSIENT.has((error.code ?? '').slice(0, 2)) ? unavailable('database_unavailable', error) : error;
}
