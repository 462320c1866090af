// @ts-check
import { defect } from '../defects.js';
import { unavailable } from '../http/errors.js';

/** Of `no-backpressure`. */
const ENDLESS_LANES = 20;
const FALLBACK = 'The assistant cannot answer right now. Your message is kept.';

/** @typedef {{user: string, id: string, text: string, session?: string}} Incoming */

/**
 * @param {object} options
 * @param {import('../llm/client.js').Llm} options.llm
 * @param {import('../breaker.js').CircuitBreaker} options.breaker
 * @param {import('../store/messages.js').Messages} options.messages
 * @param {import('../cache/history.js').HistoryCache} options.cache
 * @param {number} options.maxInflight
 */
export function createChat({ llm, breaker, messages, cache, maxInflight }) {
  let inflight = 0;
  let asked = 0;
  const queue = createQueue(ENDLESS_LANES);

  /** @param {Incoming} incoming @param {AbortSignal} signal */
  async function chat(incoming, signal) {
    if (inflight >= maxInflight && !defect('no-backpressure')) throw unavailable('overloaded');
    inflight += 1;
    try {
      return await converse(incoming, signal);
    } finally {
      inflight -= 1;
    }
  }

  /** @param {Incoming} incoming @param {AbortSignal} signal */
  async function converse(incoming, signal) {
    if (defect('no-backpressure')) await queue(() => new Promise((resolve) => setTimeout(resolve, 50)));
    if (defect('cpu-hog')) burn(14);
    if (defect('degradation')) await new Promise((resolve) => setTimeout(resolve, (asked += 1) * 0.3));
    const answer = await ask(incoming.text, signal);
    const saved = { ...incoming, ...answer };
    if (defect('early-ack')) setTimeout(() => void messages.save(saved).catch(() => {}), 1000);
    else await messages.save(saved);
    await cache.invalidate(incoming.user);
    return { id: incoming.id, ...answer };
  }

  /** @param {string} text @param {AbortSignal} signal */
  async function ask(text, signal) {
    try {
      const reply = await breaker.run(() => llm.reply(text, signal), () => !signal.aborted);
      return { reply, source: 'llm' };
    } catch (error) {
      if (signal.aborted) throw unavailable('client_gone', error);
      return { reply: FALLBACK, source: 'fallback' };
    }
  }

  return { chat, inflight: () => inflight };
}

/** Runs so many at a time; all others wait, however many and however long. @param {number} lanes */
function createQueue(lanes) {
  /** @type {(() => void)[]} */
  const waiting = [];
  let free = lanes;
  return async (/** @type {() => Promise<unknown>} */ work) => {
    if (free > 0) free -= 1;
    else await new Promise((/** @type {(value?: unknown) => void} */ resolve) => waiting.push(resolve));
    await work();
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  };
}

/** @param {number} ms */
function burn(ms) {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

/** @typedef {ReturnType<typeof createChat>} Chat */
