// @ts-check
import { once } from 'node:events';
import { WebSocket } from 'ws';

/** @typedef {{status: number, headers: Headers, body: any, text: string}} Reply */

/** @param {string} base @param {string} [key] */
export function createClient(base, key) {
  /** @param {string} method @param {string} path @param {unknown} [body] @param {Record<string, string>} [headers] @returns {Promise<Reply>} */
  async function call(method, path, body, headers = {}) {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: {
        ...(key ? { 'x-api-key': key } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parse(text) };
  }

  return {
    call,
    /** @param {string} path @param {Record<string, string>} [headers] */
    get: (path, headers) => call('GET', path, undefined, headers),
    /** @param {string} path @param {unknown} body @param {Record<string, string>} [headers] */
    post: (path, body, headers) => call('POST', path, body, headers),
    /** @param {string} path */
    del: (path) => call('DELETE', path),
  };
}

/** @param {string} text */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @param {string} url @param {{headers?: Record<string, string>}} [options] */
export async function openSocket(url, options = {}) {
  const socket = new WebSocket(url, options);
  /** @type {any[]} */
  const received = [];
  /** @type {Array<(frame: any) => void>} */
  const waiting = [];
  socket.on('message', (data) => {
    const frame = JSON.parse(String(data));
    const next = waiting.shift();
    if (next) next(frame);
    else received.push(frame);
  });
  await once(socket, 'open');
  return {
    socket,
    /** @param {unknown} frame */
    send: (frame) => socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame)),
    /** @returns {Promise<any>} */
    next: () => (received.length > 0 ? Promise.resolve(received.shift()) : new Promise((resolve) => waiting.push(resolve))),
    close: async () => {
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    },
  };
}

/** The status with which a handshake is refused, or 101. @param {string} url @param {Record<string, string>} [headers] @returns {Promise<number>} */
export function handshake(url, headers = {}) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { headers });
    socket.on('open', () => (socket.close(), resolve(101)));
    socket.on('unexpected-response', (request, response) => (request.destroy(), resolve(response.statusCode ?? 0)));
    socket.on('error', reject);
  });
}
