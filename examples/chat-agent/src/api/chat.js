// @ts-check
import { defect } from '../defects.js';
import { unavailable } from '../http/errors.js';

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

  /** @param {Incoming} incoming @param {AbortSignal} signal */
  async function chat(incoming, signal) {
    if (inflight >= maxInflight) throw unavailable('overloaded');
    inflight += 1;
    try {
      return await converse(incoming, signal);
    } finally {
      inflight -= 1;
    }
  }

  /** @param {Incoming} incoming @param {AbortSignal} signal */
  async function converse(incoming, signal) {
    if (defect('cpu-hog')) burn(18);
    if (defect('degradation')) await new Promise((resolve) => setTimeout(resolve, (asked += 1) * 0.3));
    const answer = await ask(incoming.text, signal);
    await messages.save({ ...incoming, ...answer });
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

/** @param {number} ms */
function burn(ms) {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

/** @typedef {ReturnType<typeof createChat>} Chat */
