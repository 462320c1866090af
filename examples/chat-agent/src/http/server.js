// @ts-check
import { createServer } from 'node:http';
import { describe } from '../log.js';
import { HttpError, toHttpError } from './errors.js';

/**
 * @typedef {object} Call
 * @property {import('node:http').IncomingMessage} request
 * @property {URL} url
 * @property {Record<string, string>} params
 * @property {import('../auth/keys.js').Identity | undefined} identity
 * @property {AbortSignal} signal aborted when the client goes away
 */
/** @typedef {{status?: number, body?: unknown, text?: string, headers?: Record<string, string>}} Answer */
/** @typedef {{method: string, path: string, role?: import('../auth/keys.js').Role, handle: (call: Call) => Answer | Promise<Answer>}} Route */

/**
 * @param {object} options
 * @param {Route[]} options.routes
 * @param {(call: Call, route: Route) => void} options.authorize throws an HttpError
 * @param {(route: string, method: string, status: number, seconds: number) => void} options.observe
 * @param {import('../log.js').Log} options.log
 */
export function createHttpServer({ routes, authorize, observe, log }) {
  const server = createServer(async (request, response) => {
    const started = process.hrtime.bigint();
    const { route, answer } = await answerTo(request, response);
    send(response, answer);
    observe(route?.path ?? 'none', request.method ?? '', answer.status ?? 200, Number(process.hrtime.bigint() - started) / 1e9);
  });
  server.requestTimeout = 15_000;
  server.headersTimeout = 10_000;
  return server;

  /** @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response */
  async function answerTo(request, response) {
    /** @type {Route | undefined} */
    let route;
    try {
      const found = find(routes, request);
      route = found.route;
      const call = { request, ...found, identity: undefined, signal: abortSignal(response) };
      authorize(call, route);
      return { route, answer: await route.handle(call) };
    } catch (error) {
      return { route, answer: refuse(error) };
    }
  }

  /** @param {unknown} error @returns {Answer} */
  function refuse(error) {
    const known = toHttpError(error);
    if (known.status === 500) log('error', 'request_failed', describe(error));
    return { status: known.status, body: { error: known.code }, headers: known.headers };
  }
}

/** @param {Route[]} routes @param {import('node:http').IncomingMessage} request */
function find(routes, request) {
  const url = parseUrl(request.url ?? '/');
  const matches = routes.flatMap((route) => {
    const params = match(route.path, url.pathname);
    return params ? [{ route, params, url }] : [];
  });
  if (matches.length === 0) throw new HttpError(404, 'not_found');
  const found = matches.find(({ route }) => route.method === request.method);
  if (!found) throw new HttpError(405, 'method_not_allowed', { allow: matches.map(({ route }) => route.method).join(', ') });
  return found;
}

/** @param {string} raw */
function parseUrl(raw) {
  try {
    return new URL(raw, 'http://localhost');
  } catch {
    throw new HttpError(400, 'malformed_url');
  }
}

/** @param {string} pattern @param {string} path @returns {Record<string, string> | undefined} */
function match(pattern, path) {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  if (wanted.length !== given.length) return undefined;
  /** @type {Record<string, string>} */
  const params = {};
  const fits = wanted.every((part, index) => {
    const value = given[index] ?? '';
    if (!part.startsWith(':')) return part === value;
    params[part.slice(1)] = value;
    return value !== '';
  });
  return fits ? params : undefined;
}

/** @param {import('node:http').ServerResponse} response */
function abortSignal(response) {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}

/** @param {import('node:http').ServerResponse} response @param {Answer} answer */
function send(response, { status = 200, body, text, headers = {} }) {
  if (response.destroyed) return;
  const payload = text ?? (body === undefined ? '' : JSON.stringify(body));
  response.writeHead(status, {
    'content-type': text === undefined ? 'application/json' : 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(payload),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  response.end(payload);
}
