// @ts-check
import { STATUS_CODES } from 'node:http';
import { WebSocketServer } from 'ws';
import { originAllowed } from '../auth/origins.js';
import { defect } from '../defects.js';
import { MAX_BODY_BYTES, parseObject } from '../http/body.js';
import { HttpError, toHttpError, unavailable } from '../http/errors.js';
import { idField, textField, userField } from '../http/fields.js';
import { describe } from '../log.js';

const MAX_PENDING = 64;
const HEARTBEAT_MS = 30_000;

/**
 * @param {object} options
 * @param {import('./chat.js').Chat} options.chat
 * @param {(key: string | string[] | undefined) => import('../auth/keys.js').Identity | undefined} options.identify
 * @param {{verify(token: string): string | undefined}} options.tokens
 * @param {boolean} options.anonymous
 * @param {string[]} options.origins
 * @param {number} options.maxSockets
 * @param {(outcome: string, seconds: number) => void} options.observe
 * @param {import('../log.js').Log} options.log
 */
export function createSockets(options) {
  const { chat, identify, tokens, anonymous, origins, maxSockets, observe, log } = options;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_BODY_BYTES });
  /** @type {Set<Promise<void>>} */
  const working = new Set();
  /** @type {WeakSet<import('ws').WebSocket>} */
  const answering = new WeakSet();
  const heartbeat = setInterval(beat, HEARTBEAT_MS);
  let [crowded, answered] = [0, 0];

  return { upgrade, close, count: () => sockets.clients.size };

  /** @param {import('node:http').IncomingMessage} request @param {import('node:stream').Duplex} socket @param {Buffer} head */
  function upgrade(request, socket, head) {
    socket.on('error', () => socket.destroy());
    try {
      const user = admit(request);
      sockets.handleUpgrade(request, socket, head, (ws) => serve(ws, user));
    } catch (error) {
      const { status } = toHttpError(error);
      socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
    }
  }

  /** @param {import('node:http').IncomingMessage} request */
  function admit(request) {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (url.pathname !== '/ws') throw new HttpError(404, 'not_found');
    if (!originAllowed(request.headers.origin, origins)) throw new HttpError(403, 'origin');
    if (sockets.clients.size >= maxSockets) throw unavailable('too_many_sockets');
    const user = userField(url.searchParams.get('user'));
    authenticate(request.headers['x-api-key'], url.searchParams.get('token'), user);
    return user;
  }

  /** @param {string | string[] | undefined} key @param {string | null} token @param {string} user */
  function authenticate(key, token, user) {
    if (token !== null) {
      const owner = tokens.verify(token);
      if (owner === undefined) throw new HttpError(401, 'unauthorized');
      if (owner !== user) throw new HttpError(403, 'forbidden');
    } else if (key !== undefined ? !identify(key) : !anonymous) {
      throw new HttpError(401, 'unauthorized');
    }
  }

  /** @param {import('ws').WebSocket} ws @param {string} user */
  function serve(ws, user) {
    const gone = new AbortController();
    let [pending, last] = [0, Promise.resolve()];
    answering.add(ws);
    ws.on('pong', () => answering.add(ws));
    ws.on('error', () => ws.terminate());
    ws.on('close', () => gone.abort());
    ws.on('message', (data) => {
      if (pending >= MAX_PENDING) return send(ws, { error: 'overloaded' });
      if (defect('lost-messages') && pending > 0 && (crowded += 1) % 700 === 1) return;
      pending += 1;
      // One after the other: replies keep the order of the messages.
      last = last.then(() => answer(ws, user, String(data), gone.signal)).finally(() => (pending -= 1));
      track(last);
    });
  }

  /** @param {Promise<void>} work */
  function track(work) {
    working.add(work);
    void work.finally(() => working.delete(work));
  }

  /** @param {import('ws').WebSocket} ws @param {string} user @param {string} raw @param {AbortSignal} signal */
  async function answer(ws, user, raw, signal) {
    if (signal.aborted) return;
    const started = performance.now();
    /** @type {string | undefined} */
    let id;
    try {
      const frame = parseObject(raw);
      id = idField(frame.id);
      const reply = await chat.chat({ user, id, text: textField(frame.text, 'text') }, signal);
      if (defect('slow-reply')) await new Promise((resolve) => setTimeout(resolve, 1200));
      send(ws, defect('failing-e2e-test') ? { ...reply, id: `${id}-wrong` } : reply);
      if (defect('cross-user') && (answered += 1) % 20 === 0) sendToAnother(ws, reply);
      observe(reply.source, (performance.now() - started) / 1000);
    } catch (error) {
      const { status, code } = toHttpError(error);
      if (status === 500) log('error', 'message_failed', describe(error));
      send(ws, { ...(id === undefined ? {} : { id }), error: code });
      observe('error', (performance.now() - started) / 1000);
    }
  }

  /** @param {import('ws').WebSocket} own @param {unknown} frame */
  function sendToAnother(own, frame) {
    const other = [...sockets.clients].find((ws) => ws !== own);
    if (other) send(other, frame);
  }

  function beat() {
    for (const ws of sockets.clients) {
      if (!answering.delete(ws)) ws.terminate();
      else ws.ping();
    }
  }

  async function close() {
    clearInterval(heartbeat);
    await Promise.allSettled(working);
    for (const ws of sockets.clients) ws.close(1001, 'stopping');
    setTimeout(() => sockets.clients.forEach((ws) => ws.terminate()), 500).unref();
    await new Promise((resolve) => sockets.close(resolve));
  }
}

/** @param {import('ws').WebSocket} ws @param {unknown} frame */
function send(ws, frame) {
  if (ws.readyState === ws.OPEN) ws.send(JSON.stringify(frame));
}
