// The WebSocket: questions with an event for every agent that has ended, and results of runs.
import { STATUS_CODES } from 'node:http';
import { WebSocketServer } from 'ws';
import { defect } from './defects.js';
import * as field from './fields.js';
import { HttpError, log, parseObject } from './service.js';

const MOST_PENDING = 32;

export function createSockets({ runs, authorize }) {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024 });
  return { upgrade, close };

  function upgrade(request, socket, head) {
    socket.on('error', () => socket.destroy());
    try {
      const url = new URL(request.url, 'http://localhost');
      if (url.pathname !== '/ws') throw new HttpError(404, 'not_found');
      // Browsers cannot send the key: nobody else's page opens a socket as its visitor.
      if (request.headers.origin !== undefined) throw new HttpError(403, 'origin');
      authorize(url.pathname, request.headers);
      const user = field.word(url.searchParams.get('user'), 'user');
      sockets.handleUpgrade(request, socket, head, (ws) => serve(ws, user));
    } catch (error) {
      const status = error.status ?? 400;
      socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
    }
  }

  function serve(ws, user) {
    let pending = 0;
    ws.on('error', () => ws.terminate());
    ws.on('message', async (data) => {
      if (pending >= MOST_PENDING) return send(ws, { error: 'overloaded' });
      pending += 1;
      await take(ws, user, String(data));
      pending -= 1;
    });
  }

  async function take(ws, user, raw) {
    let id;
    try {
      const message = parseObject(raw);
      if (message.subscribe !== undefined) {
        const run = field.uuid(message.subscribe, 'subscribe');
        return runs.subscribe(run, user, (result) => send(ws, { event: 'result', run, ...result }));
      }
      id = field.word(message.id, 'id');
      const question = field.text(message.ask, 'ask');
      const result = await runs.answer({ user, question, context: message.context ?? null }, (step) => {
        if (!(step === 'analyst' && defect('silent-analyst'))) send(ws, { id, event: step });
      });
      send(ws, { id, event: 'answer', answer: result.answer, route: result.route, sources: result.sources });
    } catch (error) {
      if (!(error instanceof HttpError)) log('error', 'message_failed', { error: String(error) });
      send(ws, { ...(id === undefined ? {} : { id }), error: error instanceof HttpError ? error.code : 'internal' });
    }
  }

  async function close() {
    for (const ws of sockets.clients) ws.close(1001, 'stopping');
    setTimeout(() => sockets.clients.forEach((ws) => ws.terminate()), 500).unref();
  }
}

function send(ws, message) {
  if (ws.readyState === ws.OPEN) ws.send(JSON.stringify(message));
}
