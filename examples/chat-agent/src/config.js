// @ts-check
import { activeDefects } from './defects.js';

/** @typedef {NodeJS.ProcessEnv} Env */

export class ConfigError extends Error {
  /** @param {string[]} problems */
  constructor(problems) {
    super(`invalid configuration: ${problems.join('; ')}`);
    this.problems = problems;
  }
}

/** Collects every problem, so that one start shows all of them. */
class Reader {
  /** @type {string[]} */
  problems = [];

  /** @param {Env} env */
  constructor(env) {
    this.env = env;
  }

  /** @param {string} name @param {number} fallback @param {number} min @param {number} max */
  integer(name, fallback, min, max) {
    const raw = this.env[name];
    if (raw === undefined || raw === '') return fallback;
    const value = /^\d+$/.test(raw) ? Number(raw) : NaN;
    if (!(value >= min && value <= max)) this.problems.push(`${name} must be a whole number from ${min} to ${max}`);
    return value;
  }

  /** @param {string} name @param {string[]} protocols */
  url(name, protocols) {
    const raw = this.env[name] ?? '';
    if (!protocols.includes(protocolOf(raw))) this.problems.push(`${name} must be a URL (${protocols.join(' or ')})`);
    return raw;
  }

  /** @param {string} name @param {number} minBytes */
  secret(name, minBytes) {
    const raw = this.env[name] ?? '';
    if (Buffer.byteLength(raw) < minBytes) this.problems.push(`${name} must have at least ${minBytes} bytes`);
    return raw;
  }

  /** @param {string} name */
  list(name) {
    return (this.env[name] ?? '').split(',').map((part) => part.trim()).filter(Boolean);
  }

  /** @param {string} name */
  flag(name) {
    const raw = this.env[name] ?? 'false';
    if (raw !== 'true' && raw !== 'false') this.problems.push(`${name} must be true or false`);
    return raw === 'true';
  }

  done() {
    if (this.problems.length > 0) throw new ConfigError(this.problems);
  }
}

/** @param {string} raw */
function protocolOf(raw) {
  try {
    return new URL(raw).protocol;
  } catch {
    return '';
  }
}

/** @param {Reader} read @param {number} port */
function listenOn(read, port) {
  return { host: read.env.HOST || '127.0.0.1', port: read.integer('PORT', port, 1, 65535) };
}

/** @param {Reader} read */
function database(read) {
  return {
    url: read.url('DATABASE_URL', ['postgres:', 'postgresql:']),
    poolMax: read.integer('PG_POOL_MAX', 20, 1, 100),
    maxWaiting: read.integer('PG_MAX_WAITING', 200, 1, 10_000),
    acquireMs: read.integer('PG_ACQUIRE_MS', 2000, 1, 60_000),
    statementMs: read.integer('PG_STATEMENT_MS', 2000, 1, 60_000),
  };
}

/** @param {Reader} read */
function keys(read) {
  const apiKeys = read.list('API_KEYS');
  if (apiKeys.length === 0 || apiKeys.some((key) => key.length < 16)) {
    read.problems.push('API_KEYS must be a list of keys with at least 16 characters');
  }
  return { apiKeys, adminKey: read.secret('ADMIN_KEY', 16) };
}

/** @param {Env} [env] */
export function apiConfig(env = process.env) {
  const read = new Reader(env);
  const config = {
    ...listenOn(read, 8080),
    database: database(read),
    redis: { url: read.url('REDIS_URL', ['redis:']), ttlMs: read.integer('CACHE_TTL_MS', 30_000, 100, 1_800_000) },
    llm: {
      url: read.url('LLM_URL', ['http:', 'https:']),
      firstTokenMs: read.integer('LLM_FIRST_TOKEN_MS', 2000, 10, 60_000),
      totalMs: read.integer('LLM_TOTAL_MS', 5000, 10, 120_000),
    },
    auth: { ...keys(read), tokenSecret: read.secret('TOKEN_SECRET', 32), anonymousChat: read.flag('ANONYMOUS_CHAT') },
    origins: read.list('ORIGINS'),
    breaker: { threshold: read.integer('BREAKER_THRESHOLD', 5, 1, 1000), resetMs: read.integer('BREAKER_RESET_MS', 2000, 10, 600_000) },
    limits: {
      inflightChats: read.integer('MAX_INFLIGHT_CHATS', 200, 1, 10_000),
      sockets: read.integer('MAX_SOCKETS', 2000, 1, 100_000),
      adminPerWindow: read.integer('ADMIN_RATE', 50, 1, 10_000),
      adminWindowMs: read.integer('ADMIN_RATE_WINDOW_MS', 2000, 10, 600_000),
    },
  };
  read.done();
  activeDefects(env);
  return config;
}

/** @param {Env} [env] */
export function llmConfig(env = process.env) {
  const read = new Reader(env);
  const config = { ...listenOn(read, 8080), tokenDelayMs: read.integer('TOKEN_DELAY_MS', 1, 0, 10_000) };
  read.done();
  return config;
}

/** @param {Env} [env] */
export function workerConfig(env = process.env) {
  const read = new Reader(env);
  const config = {
    ...listenOn(read, 8080),
    database: { ...database(read), poolMax: 2 },
    intervalMs: read.integer('CLEANUP_INTERVAL_MS', 10_000, 100, 86_400_000),
    keepMs: read.integer('KEEP_MS', 86_400_000, 0, 31_536_000_000),
  };
  read.done();
  activeDefects(env);
  return config;
}

/** @param {Env} [env] */
export function migrateConfig(env = process.env) {
  const read = new Reader(env);
  const config = { database: { ...database(read), poolMax: 1 }, patienceMs: read.integer('MIGRATE_PATIENCE_MS', 20_000, 0, 600_000) };
  read.done();
  return config;
}
