// What every service needs: HTTP with JSON, a log, and an end in order.
import { once } from 'node:events';
import { createServer, request } from 'node:http';

const MAX_BODY = 64 * 1024;

export class HttpError extends Error {
  constructor(status, code, headers = {}) {
    super(code);
    Object.assign(this, { status, code, headers });
  }
}

export const unavailable = (code) => new HttpError(503, code, { 'retry-after': '1' });

export function log(level, event, fields = {}) {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), level, event, ...fields })}\n`);
}

/**
 * `routes` maps "POST /runs/:id" to a function that gets {params, query, body, headers} and returns what is answered:
 * a value (200), or a `reply` with more. `authorize` refuses by throwing an HttpError.
 */
export function createHttp(routes, { authorize = () => {} } = {}) {
  const table = Object.entries(routes).map(([name, handle]) => {
    const [method, path] = name.split(' ');
    return { method, path, parts: path.split('/'), handle };
  });
  const server = createServer(async (request, response) => {
    const { status = 200, value, text, headers } = await answer(table, request, authorize).catch(refuse);
    const payload = text ?? JSON.stringify(value ?? {});
    response.writeHead(status, {
      'content-type': text === undefined ? 'application/json' : 'text/plain; charset=utf-8',
      'content-length': Buffer.byteLength(payload),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...headers,
    });
    response.end(payload);
  });
  server.requestTimeout = 15_000;
  // Longer than clients keep a connection: whoever sends on one finds it open.
  server.keepAliveTimeout = 65_000;
  return server;
}

async function answer(table, request, authorize) {
  const url = urlOf(request);
  const parts = url.pathname.split('/');
  const here = table.filter(({ parts: own }) => own.length === parts.length && own.every((part, i) => (part.startsWith(':') ? parts[i] : part === parts[i])));
  const route = here.find(({ method }) => method === request.method);
  if (!route) throw here.length === 0 ? new HttpError(404, 'not_found') : new HttpError(405, 'method_not_allowed', { allow: here.map(({ method }) => method).join(', ') });
  authorize(route.path, request.headers);
  const params = Object.fromEntries(route.parts.flatMap((part, i) => (part.startsWith(':') ? [[part.slice(1), decode(parts[i])]] : [])));
  const text = await bodyOf(request);
  const result = await route.handle({ params, query: url.searchParams, text, headers: request.headers, get body() { return jsonOf(request, text); } });
  return result instanceof Reply ? result : { value: result };
}

class Reply {
  constructor(answer) {
    Object.assign(this, answer);
  }
}

/** For a handler that answers with more than a value: reply({status: 201, value}). */
export const reply = (answer) => new Reply(answer);

function refuse(error) {
  if (!(error instanceof HttpError)) log('error', 'request_failed', { error: String(error) });
  const { status = 500, code = 'internal', headers } = error instanceof HttpError ? error : {};
  return { status, value: { error: code }, headers };
}

function urlOf(request) {
  try {
    return new URL(request.url, 'http://localhost');
  } catch {
    throw new HttpError(400, 'malformed_url');
  }
}

function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new HttpError(400, 'malformed_url');
  }
}

async function bodyOf(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BODY) throw new HttpError(413, 'too_large', { connection: 'close' });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function jsonOf({ headers }, text) {
  if (!/^application\/json\b/i.test(headers['content-type'] ?? '')) throw new HttpError(415, 'not_json');
  return parseObject(text);
}

export function parseObject(text) {
  try {
    const value = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Said below.
  }
  throw new HttpError(400, 'malformed_json');
}

/** Listens on PORT and stops on SIGTERM: no new connections, what is under way is answered. */
export async function serve(server, { stop = async () => {} } = {}) {
  const { PORT = '8080', HOST = '127.0.0.1' } = process.env;
  if (!/^\d{1,5}$/.test(PORT) || Number(PORT) < 1 || Number(PORT) > 65_535) throw new Error('PORT must be a whole number from 1 to 65535');
  const open = new Set();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(Number(PORT), HOST, resolve));
  log('info', 'listening', { port: Number(PORT) });
  const end = async () => {
    setTimeout(() => process.exit(1), 5000).unref();
    const closed = new Promise((resolve) => server.close(resolve));
    // Kept connections would hold up the end until their time-out; those that are answered now are idle a moment later.
    server.closeIdleConnections();
    setInterval(() => server.closeIdleConnections(), 100);
    for (const socket of open) if (socket.bytesRead === 0) socket.destroy();
    await Promise.all([closed, stop()]);
    log('info', 'stopped');
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => void end());
}

/**
 * Asks another service; anything but a good answer in time is an error. No `fetch`: that of Node 18 forgets its signal at the next garbage
 * collection (https://github.com/nodejs/undici/issues/3644).
 */
export async function ask(url, { method = 'POST', json, body = '', timeoutMs = 2000 } = {}) {
  const sent = json === undefined ? body : JSON.stringify(json);
  const headers = { 'content-length': Buffer.byteLength(sent), ...(json === undefined ? {} : { 'content-type': 'application/json' }) };
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  try {
    const asked = request(url, { method, headers, signal: late.signal });
    asked.on('error', () => {});
    asked.end(sent);
    const [response] = await once(asked, 'response');
    const text = (await response.setEncoding('utf8').toArray()).join('');
    const { statusCode: status = 0 } = response;
    if (status < 200 || status > 299) throw Object.assign(new Error(`${method} ${new URL(url).pathname}: ${status}`), { status });
    return text === '' ? undefined : JSON.parse(text);
  } finally {
    clearTimeout(timer);
  }
}
