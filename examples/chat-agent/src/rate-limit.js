// @ts-check
import { defect } from './defects.js';

/** Fixed windows per client; windows that ended are dropped, so the state stays bounded. */
export class RateLimiter {
  /** @type {Map<string, {start: number, count: number}>} */
  #windows = new Map();
  #sweptAt = 0;

  /** @param {{max: number, windowMs: number, now?: () => number}} options */
  constructor(options) {
    this.options = options;
    this.now = options.now ?? Date.now;
  }

  get size() {
    return this.#windows.size;
  }

  /** @param {string} client @returns {{ok: boolean, retryAfterMs: number}} */
  take(client) {
    const now = this.now();
    this.#sweep(now);
    const window = this.#window(client, now);
    window.count += 1;
    const ok = window.count <= this.options.max;
    return { ok, retryAfterMs: ok ? 0 : window.start + this.options.windowMs - now };
  }

  /** @param {string} client @param {number} now */
  #window(client, now) {
    const known = this.#windows.get(client);
    if (known && now - known.start < this.options.windowMs) return known;
    const fresh = { start: now, count: 0 };
    this.#windows.set(client, fresh);
    return fresh;
  }

  /** @param {number} now */
  #sweep(now) {
    if (now - this.#sweptAt < this.options.windowMs || defect('limiter-leak')) return;
    this.#sweptAt = now;
    for (const [client, window] of this.#windows) {
      if (now - window.start >= this.options.windowMs) this.#windows.delete(client);
    }
  }
}
