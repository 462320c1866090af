// @ts-check
import { createServer } from 'node:http';
import { readJson } from '../http/body.js';
import { toHttpError } from '../http/errors.js';
import { textField } from '../http/fields.js';
import { replyTokens } from './reply.js';

/** @param {{tokenDelayMs: number}} options */
export function createLlmServer({ tokenDelayMs }) {
  const stats = { started: 0, finished: 0, cancelled: 0 };

  return createServer(async (request, response) => {
    try {
      if (request.url === '/health') return json(response, 200, { status: 'ok' });
      if (request.url === '/stats') return json(response, 200, stats);
      if (request.url !== '/v1/stream' || request.method !== 'POST') return json(response, 404, { error: 'not_found' });
      const { text } = await readJson(request);
      await stream(response, replyTokens(textField(text, 'text')));
    } catch (error) {
      const { status, code } = toHttpError(error);
      json(response, status, { error: code });
    }
  });

  /** @param {import('node:http').ServerResponse} response @param {string[]} tokens */
  async function stream(response, tokens) {
    stats.started += 1;
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    for (const token of tokens) {
      if (response.destroyed) break;
      response.write(`data: ${JSON.stringify({ token })}\n\n`);
      if (tokenDelayMs > 0) await new Promise((resolve) => setTimeout(resolve, tokenDelayMs));
    }
    if (response.destroyed) stats.cancelled += 1;
    else stats.finished += 1;
    response.end('data: [DONE]\n\n');
  }
}

/** @param {import('node:http').ServerResponse} response @param {number} status @param {unknown} body */
function json(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
