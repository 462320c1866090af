// @ts-check
import { randomUUID } from 'node:crypto';
import { defect } from '../defects.js';
import { readJson } from '../http/body.js';
import { HttpError, unavailable } from '../http/errors.js';
import { idField, limitField, textField, userField } from '../http/fields.js';
import { RateLimiter } from '../rate-limit.js';
import { discovery, health, quickstart } from './disclosure.js';
import { fullDocs } from './docs.js';

/** @typedef {import('../http/server.js').Route} Route */
/** @typedef {import('../http/server.js').Call} Call */

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** @param {unknown} value */
function sessionId(value) {
  if (typeof value !== 'string' || !UUID.test(value)) throw new HttpError(422, 'invalid_id');
  return value;
}

/** @param {Call} call */
const caller = (call) => /** @type {import('../auth/keys.js').Identity} */ (call.identity).name;

/** @param {Call} call @param {string} name */
const parameter = (call, name) => call.url.searchParams.get(name) ?? undefined;

/** @param {import('./app.js').Parts} parts @returns {Route[]} */
function chatRoutes({ chat, sessions, messages, cache }) {
  let reads = 0;
  const searchLimit = new RateLimiter({ max: 2000, windowMs: 2000 });
  /** Of each user, for `endless-history` alone. @type {Map<string, {url: URL, at: number}[]>} */
  const times = new Map();
  /** @param {string} user @param {URL} url */
  function remember(user, url) {
    const known = times.get(user) ?? [];
    known.push({ url, at: Date.now() });
    times.set(user, known);
  }

  return [
    {
      method: 'POST', path: '/chat', role: 'user',
      async handle(call) {
        const body = await readJson(call.request);
        const incoming = { user: userField(body.user), text: textField(body.text, 'text'), id: idField(body.id ?? randomUUID()) };
        const session = body.session === undefined ? undefined : sessionId(body.session);
        if (session && !(await sessions.belongsTo(session, incoming.user))) throw new HttpError(404, 'unknown_session');
        return { body: await chat.chat({ ...incoming, session }, call.signal) };
      },
    },
    {
      method: 'GET', path: '/messages', role: 'user',
      async handle(call) {
        const [user, limit] = [userField(parameter(call, 'user')), limitField(parameter(call, 'limit'))];
        if (defect('endless-history')) remember(user, call.url);
        if (defect('slow-tail') && (reads += 1) % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 2500));
        const cached = await cache.read(user);
        const history = cached ?? (await messages.history(user));
        if (!cached) await cache.write(user, history);
        return { body: { messages: history.slice(0, limit) }, headers: { 'x-source': cached ? 'cache' : 'database' } };
      },
    },
    {
      method: 'GET', path: '/messages/:id', role: 'user',
      async handle(call) {
        const message = await messages.find(userField(parameter(call, 'user')), idField(call.params.id));
        if (!message) throw new HttpError(404, 'not_found');
        return { body: message };
      },
    },
    {
      method: 'POST', path: '/query', role: 'user',
      async handle(call) {
        const body = await readJson(call.request);
        const query = textField(body.query, 'query');
        const user = userField(body.user);
        const { ok, retryAfterMs } = searchLimit.take(user);
        if (!ok) throw new HttpError(429, 'too_many_requests', { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) });
        const results = await messages.search(user, query, limitField(body.limit));
        return { body: { results, count: results.length } };
      },
    },
  ];
}

/** @param {import('./app.js').Parts} parts @returns {Route[]} */
function sessionRoutes({ sessions, tokens }) {
  let created = 0;
  return [
    {
      method: 'POST', path: '/tokens', role: 'user',
      handle: async (call) => ({ status: 201, body: tokens.issue(userField((await readJson(call.request)).user)) }),
    },
    {
      method: 'POST', path: '/sessions', role: 'user',
      async handle(call) {
        const { user } = await readJson(call.request);
        if (defect('few-agents') && (created += 1) > 60) throw unavailable('too_many_sessions');
        return { status: 201, body: await sessions.create(caller(call), userField(user)) };
      },
    },
    {
      method: 'GET', path: '/sessions', role: 'user',
      handle: async (call) => ({ body: { sessions: await sessions.list(limitField(parameter(call, 'limit')), caller(call)) } }),
    },
    {
      method: 'DELETE', path: '/sessions/:id', role: 'user',
      async handle(call) {
        const id = sessionId(call.params.id);
        if (!(await sessions.end(id, caller(call)))) throw new HttpError(404, 'not_found');
        return { body: { id, ended: true } };
      },
    },
  ];
}

/** @param {import('./app.js').Parts} parts @returns {Route[]} */
function adminRoutes({ sessions, messages, stats }) {
  return [
    {
      method: 'GET', path: '/admin/stats', role: 'admin',
      handle: async () => ({ body: { messages: await messages.count(), ...stats() } }),
    },
    {
      method: 'GET', path: '/admin/sessions', role: 'admin',
      handle: async (call) => ({ body: { sessions: await sessions.list(limitField(parameter(call, 'limit'))) } }),
    },
  ];
}

/** @param {import('./app.js').Parts} parts @returns {Route[]} */
export function createRoutes(parts) {
  return [
    { method: 'GET', path: '/health', handle: health },
    { method: 'GET', path: '/discovery', handle: discovery },
    { method: 'GET', path: '/quickstart', handle: quickstart },
    { method: 'GET', path: '/docs/full', handle: fullDocs },
    { method: 'GET', path: '/ready', handle: parts.ready },
    {
      method: 'GET', path: '/metrics',
      handle: () => ({ text: parts.metrics.render(), headers: { 'content-type': 'text/plain; version=0.0.4' } }),
    },
    ...chatRoutes(parts),
    ...sessionRoutes(parts),
    ...adminRoutes(parts),
  ];
}
