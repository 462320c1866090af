// @ts-check

/** @typedef {import('./resp.js').Reply} Reply */

const MAX_KEYS = 100_000;
const SWEEP_MS = 500;

/** A map with expiry that answers the commands the example needs; everything else is an error, as in Redis. */
export class StandIn {
  /** @type {Map<string, {value: string, expires: number}>} */
  #data = new Map();
  #sweptAt = 0;

  /** @param {{password?: string, now?: () => number}} [options] */
  constructor({ password = '', now = Date.now } = {}) {
    this.password = password;
    this.now = now;
  }

  /** @param {string[]} command @param {{authenticated: boolean}} client @returns {Reply} */
  run([name = '', ...args], client) {
    const verb = name.toUpperCase();
    if (verb === 'AUTH') return this.#auth(args, client);
    if (this.password && !client.authenticated) return new Error('NOAUTH Authentication required.');
    const handler = this.#handlers[verb];
    return handler ? handler(args) : new Error(`ERR unknown command '${name.slice(0, 64)}'`);
  }

  /** @type {Record<string, (args: string[]) => Reply>} */
  #handlers = {
    PING: ([message]) => (message === undefined ? 'PONG' : { bulk: message }),
    SELECT: () => 'OK',
    CLIENT: () => 'OK',
    GET: ([key = '']) => this.#bulk(this.#entry(key)?.value),
    SET: (args) => this.#set(args),
    DEL: (keys) => keys.filter((key) => this.#entry(key) && this.#data.delete(key)).length,
    EXISTS: (keys) => keys.filter((key) => this.#entry(key)).length,
    TTL: ([key = '']) => this.#ttl(key, 1000),
    PTTL: ([key = '']) => this.#ttl(key, 1),
    DBSIZE: () => this.#data.size,
    FLUSHALL: () => (this.#data.clear(), 'OK'),
    INFO: () => ({ bulk: `# Server\r\nredis_version:0.0.0-standin\r\n# Memory\r\nmaxmemory_policy:allkeys-lru\r\n# Keyspace\r\ndb0:keys=${this.#data.size}\r\n` }),
  };

  /** @param {string[]} args @param {{authenticated: boolean}} client */
  #auth(args, client) {
    client.authenticated = args.at(-1) === this.password;
    return client.authenticated ? 'OK' : new Error('WRONGPASS invalid username-password pair or user is disabled.');
  }

  /** @param {string} key */
  #entry(key) {
    const entry = this.#data.get(key);
    if (!entry || entry.expires > this.now()) return entry;
    this.#data.delete(key);
    return undefined;
  }

  /** @param {string | undefined} value @returns {Reply} */
  #bulk(value) {
    return value === undefined ? null : { bulk: value };
  }

  /** @param {string[]} args @returns {Reply} */
  #set([key, value, unit, amount]) {
    if (key === undefined || value === undefined) return new Error("ERR wrong number of arguments for 'set' command");
    const factor = unit === undefined ? Infinity : { EX: 1000, PX: 1 }[unit.toUpperCase()];
    const ttl = factor === Infinity ? Infinity : Number(amount) * (factor ?? NaN);
    if (!(ttl > 0)) return new Error('ERR syntax error');
    this.#sweep();
    this.#makeRoom();
    this.#data.set(key, { value, expires: this.now() + ttl });
    return 'OK';
  }

  /** Keys that nobody reads again must go too. */
  #sweep() {
    const now = this.now();
    if (now - this.#sweptAt < SWEEP_MS) return;
    this.#sweptAt = now;
    for (const [key, { expires }] of this.#data) if (expires <= now) this.#data.delete(key);
  }

  #makeRoom() {
    const [oldest] = this.#data.keys();
    if (this.#data.size >= MAX_KEYS && oldest !== undefined) this.#data.delete(oldest);
  }

  /** @param {string} key @param {number} unit */
  #ttl(key, unit) {
    const entry = this.#entry(key);
    if (!entry) return -2;
    return entry.expires === Infinity ? -1 : Math.ceil((entry.expires - this.now()) / unit);
  }
}
