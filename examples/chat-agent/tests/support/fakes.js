// @ts-check
import { once } from 'node:events';
import pg from 'pg';
import { createApp } from '../../src/api/app.js';
import { apiConfig } from '../../src/config.js';
import { createClient } from './client.js';

export const USER_KEY = 'unit-test-user-key-1';
export const ADMIN_KEY = 'unit-test-admin-key-1';

export const ENV = {
  DATABASE_URL: 'postgres://unit@localhost/unit',
  REDIS_URL: 'redis://localhost',
  LLM_URL: 'http://localhost',
  API_KEYS: `${USER_KEY},unit-test-user-key-2`,
  ADMIN_KEY,
  TOKEN_SECRET: 'unit-test-token-secret-0123456789abcdef',
  ORIGINS: 'https://chat.example',
  ADMIN_RATE: '5',
  BREAKER_THRESHOLD: '2',
};

/** @param {string} code */
export function databaseError(code) {
  const error = new pg.DatabaseError('secret detail of the database', 1, 'error');
  error.code = code;
  return error;
}

/** Answers the statements of the store from memory. */
export class FakePool {
  waitingCount = 0;
  idleCount = 1;
  totalCount = 1;
  /** @type {Error | undefined} */
  failure;
  /** @type {any[]} */
  messages = [];
  /** @type {any[]} */
  sessions = [];
  /** @type {string[]} */
  statements = [];

  /** @param {string} text @param {any[]} [values] */
  async query(text, values = []) {
    this.statements.push(text);
    if (this.failure) throw this.failure;
    const rows = this.#rows(text.replace(/\s+/g, ' ').trim(), values);
    return { rows, rowCount: rows.length };
  }

  /** @param {string} text @param {any[]} values @returns {any[]} */
  #rows(text, values) {
    const own = this.messages.filter(({ user }) => user === values[0]).reverse();
    if (text.startsWith('INSERT INTO messages')) {
      const [user, id, , body, reply, source] = values;
      this.messages.push({ user, id, text: body, reply, source });
    }
    if (text.startsWith('INSERT INTO sessions')) this.sessions.push({ id: values[0], owner: values[1], user: values[2] });
    if (text.startsWith('UPDATE sessions')) return take(this.sessions, (s) => s.id === values[0] && (!values[1] || s.owner === values[1]));
    if (text.startsWith('SELECT user_name FROM sessions')) return this.sessions.filter(({ id }) => id === values[0]).map(({ user }) => ({ user_name: user }));
    if (text.includes('FROM sessions')) return this.sessions.filter(({ owner }) => !values[0] || owner === values[0]);
    if (text.startsWith('SELECT count')) return [{ n: String(this.messages.length) }];
    if (text.includes('ILIKE')) return own.filter(({ text: body }) => `%${body}%`.includes(values[1].slice(1, -1)));
    if (text.includes('AND id = $2')) return own.filter(({ id }) => id === values[1]);
    return text.includes('FROM messages') ? own : [];
  }
}

/** @param {any[]} list @param {(item: any) => boolean} wanted */
function take(list, wanted) {
  const index = list.findIndex(wanted);
  return index < 0 ? [] : list.splice(index, 1);
}

export class FakeRedis {
  /** @type {Map<string, string>} */
  data = new Map();
  down = false;
  calls = 0;

  /** @template T @param {() => T} action @returns {Promise<T>} */
  async #do(action) {
    this.calls += 1;
    if (this.down) throw new Error('redis is down');
    return action();
  }

  /** @param {string} key */
  get(key) {
    return this.#do(() => this.data.get(key) ?? null);
  }

  /** @param {string} key @param {string} value */
  set(key, value) {
    return this.#do(() => this.data.set(key, value));
  }

  /** @param {string} key */
  del(key) {
    return this.#do(() => this.data.delete(key));
  }

  ping() {
    return this.#do(() => 'PONG');
  }
}

/** @param {Record<string, string>} [env] */
export async function startApp(env = {}) {
  const [pool, redis] = [new FakePool(), new FakeRedis()];
  /** @type {import('../../src/llm/client.js').Llm} */
  const llm = { reply: async (text) => `echo ${text}` };
  /** @type {any[][]} */
  const logged = [];
  const config = apiConfig({ ...ENV, ...env });
  const app = createApp({ config, pool, redis, llm, log: (...entry) => void logged.push(entry) });
  app.server.listen(0, '127.0.0.1');
  await once(app.server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (app.server.address());
  const base = `http://127.0.0.1:${port}`;
  return {
    app, pool, redis, llm, logged, base,
    ws: `ws://127.0.0.1:${port}/ws`,
    anonymous: createClient(base),
    user: createClient(base, USER_KEY),
    other: createClient(base, 'unit-test-user-key-2'),
    admin: createClient(base, ADMIN_KEY),
    close: async () => {
      await app.closeSockets();
      app.server.closeAllConnections();
      app.server.close();
    },
  };
}
