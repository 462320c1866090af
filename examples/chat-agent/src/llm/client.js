// @ts-check
import { defect } from '../defects.js';

const MAX_REPLY = 100_000;

/** @param {{url: string, firstTokenMs: number, totalMs: number}} options */
export function createLlm({ url, firstTokenMs, totalMs }) {
  const endpoint = new URL('/v1/stream', url);

  return {
    /** @param {string} text @param {AbortSignal} signal the caller's: ends the stream upstream too */
    async reply(text, signal) {
      for (let retries = defect('retry-storm') ? 12 : 0; ; retries -= 1) {
        try {
          return await once(text, signal);
        } catch (error) {
          if (retries === 0) throw error;
        }
      }
    },
  };

  /** @param {string} text @param {AbortSignal} signal */
  async function once(text, signal) {
    const controller = new AbortController();
    const abort = () => {
      if (!defect('no-llm-timeout') || signal.aborted) controller.abort();
    };
    const first = setTimeout(abort, firstTokenMs);
    const total = setTimeout(abort, totalMs);
    if (!defect('ignores-hang-up')) signal.addEventListener('abort', abort);
    try {
      signal.throwIfAborted();
      const response = await fetch(endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ text }),
        signal: controller.signal,
      });
      if (!response.ok || !response.body) throw new Error(`llm answered ${response.status}`);
      return await readReply(response.body, () => {
        clearTimeout(first);
        if (defect('endless-stream')) clearTimeout(total);
      });
    } finally {
      clearTimeout(first);
      clearTimeout(total);
      signal.removeEventListener('abort', abort);
    }
  }
}

/** @typedef {ReturnType<typeof createLlm>} Llm */

/** @param {AsyncIterable<Uint8Array>} body @param {() => void} onFirst */
async function readReply(body, onFirst) {
  const decoder = new TextDecoder();
  let [pending, reply, done] = ['', '', false];
  for await (const chunk of body) {
    onFirst();
    const events = (pending + decoder.decode(chunk, { stream: true })).split('\n\n');
    pending = events.pop() ?? '';
    for (const event of events) {
      const data = event.replace(/^data: /, '');
      if (data === '[DONE]') done = true;
      else reply += JSON.parse(data).token;
    }
    if (reply.length > MAX_REPLY) throw new Error('llm reply is too long');
  }
  if (!done) throw new Error('llm stream ended early');
  return reply;
}
