// @ts-check
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
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
          return await attempt(text, signal);
        } catch (error) {
          if (retries === 0) throw error;
        }
      }
    },
  };

  /** @param {string} text @param {AbortSignal} signal */
  async function attempt(text, signal) {
    const controller = new AbortController();
    const abort = () => {
      if (!defect('no-llm-timeout') || signal.aborted) controller.abort();
    };
    const first = setTimeout(abort, firstTokenMs);
    const total = setTimeout(abort, totalMs);
    if (!defect('ignores-hang-up')) signal.addEventListener('abort', abort);
    try {
      signal.throwIfAborted();
      const response = await post(endpoint, JSON.stringify({ text }), controller.signal);
      if (response.statusCode !== 200) {
        response.resume();
        throw new Error(`llm answered ${response.statusCode}`);
      }
      return await readReply(response, () => {
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

const clients = {
  'http:': { request: http.request, agent: new http.Agent({ keepAlive: true }) },
  'https:': { request: https.request, agent: new https.Agent({ keepAlive: true }) },
};

/**
 * No `fetch`: that of Node 18 forgets its signal at the next garbage collection (https://github.com/nodejs/undici/issues/3644), and
 * whoever waits then waits for ever.
 * @param {URL} url @param {string} body @param {AbortSignal} signal
 * @returns {Promise<import('node:http').IncomingMessage>}
 */
async function post(url, body, signal) {
  const { request, agent } = clients[url.protocol === 'https:' ? 'https:' : 'http:'];
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const asked = request(url, { method: 'POST', agent, headers, signal });
  // What breaks after the answer has begun is told by the answer.
  asked.on('error', () => {});
  asked.end(body);
  try {
    const [response] = await once(asked, 'response');
    return response;
  } catch (error) {
    // It was kept, and closed in the same moment: the next one is another (https://nodejs.org/api/http.html#requestreusedsocket).
    if (signal.aborted || !asked.reusedSocket || /** @type {NodeJS.ErrnoException} */ (error).code !== 'ECONNRESET') throw error;
    return post(url, body, signal);
  }
}

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
