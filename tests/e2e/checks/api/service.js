// A small service whose every defect is one switch: BAD=1 puts all in, each where one row looks.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

const { WebSocketServer } = createRequire(process.env.MODULES)('ws');
const bad = process.env.BAD === '1';
const {
  PORT = '',
  TOKEN_SECRET = '',
  CACHE_URL = '',
  LOG_LEVEL = 'info',
  CACHE_TTL_MS = '1000',
  ENCRYPTION_KEY = '',
  ORIGINS = '',
} = process.env;

function checkSettings() {
  const problems = [];
  if (!/^\d+$/.test(PORT) || Number(PORT) < 1 || Number(PORT) > 65_535) problems.push('PORT must be a number from 1 to 65535');
  if (Buffer.byteLength(TOKEN_SECRET) < 32) problems.push('TOKEN_SECRET must have 32 bytes');
  if (!/^[0-9a-f]{64}$/.test(ENCRYPTION_KEY)) problems.push('ENCRYPTION_KEY must be 64 hexadecimal digits');
  if (!URL.canParse(CACHE_URL)) problems.push('CACHE_URL must be a URL');
  if (!['debug', 'info', 'warn', 'error'].includes(LOG_LEVEL)) problems.push('LOG_LEVEL must be debug, info, warn or error');
  if (!/^\d+$/.test(CACHE_TTL_MS)) problems.push('CACHE_TTL_MS must be a number');
  if (problems.length === 0) return;
  console.error(`refused: ${problems.join('; ')}`);
  process.exit(1);
}
if (!bad) checkSettings();

const secret = bad && TOKEN_SECRET === '' ? 'fallback' : TOKEN_SECRET;
const sign = (text) => createHmac('sha256', secret).update(text).digest('base64url');
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

function issue(role) {
  const now = Math.floor(Date.now() / 1000);
  const text = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ role, iat: now, exp: now + (bad ? 30 * 86_400 : 600) })}`;
  return `${text}.${sign(text)}`;
}

function roleOf({ authorization = '' }) {
  const [head = '', claims = '', signature = ''] = authorization.replace(/^Bearer /, '').split('.');
  try {
    const read = JSON.parse(Buffer.from(claims, 'base64url').toString());
    if (bad && JSON.parse(Buffer.from(head, 'base64url').toString()).alg === 'none') return read.role;
    const wanted = Buffer.from(sign(`${head}.${claims}`));
    const given = Buffer.from(signature);
    return wanted.length === given.length && timingSafeEqual(wanted, given) && read.exp * 1000 > Date.now() ? read.role : undefined;
  } catch {
    return undefined;
  }
}

const books = Array.from({ length: 40 }, (_, index) => ({ id: index + 1, title: `book ${index + 1}` }));

class Refused extends Error {
  constructor(status) {
    super(`refused with ${status}`);
    this.status = status;
  }
}

async function bodyOf(request) {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of request) if ((bytes += chunk.length) <= (bad ? 1e9 : 20_000)) chunks.push(chunk);
  if (!bad && bytes > 20_000) throw new Refused(413);
  if (!bad && !(request.headers['content-type'] ?? '').startsWith('application/json')) throw new Refused(415);
  const text = Buffer.concat(chunks).toString();
  let body;
  try {
    body = JSON.parse(text);
  } catch (error) {
    if (bad) throw error;
    throw new Refused(400);
  }
  if (!bad && (typeof body !== 'object' || body === null || Array.isArray(body))) throw new Refused(422);
  return body;
}

const text = (value, most) => typeof value === 'string' && value !== '' && value.length <= most;
const open = new Set(['/public', '/health', '/login', ...(bad ? ['/books/1', '/search'] : [])]);

async function answer(request) {
  const url = new URL(request.url, 'http://localhost');
  const path = url.pathname.replace(/^\/v1(?=\/)/, '');
  if (/^\/(?:sessions|drafts|said)(?:\/|$)/.test(path)) return keep(request, path);
  const role = roleOf(request.headers);
  const there =
    ['/public', '/health', '/login', '/me', '/books', '/search', '/find', '/vectors/search', '/admin/stats'].includes(path) ||
    /^\/books\/\d+$/.test(path);
  if (!there && !(bad && path === '/books/')) throw new Refused(404);
  // Bad: whoever brings any credentials may search, a slash at the end goes past the lock.
  const anyKey = bad && path === '/vectors/search' && request.headers.authorization !== undefined;
  if (!open.has(path) && role === undefined && !anyKey && path !== '/books/') throw new Refused(401);
  if (path === '/admin/stats' && role !== 'admin' && !bad) throw new Refused(403);
  switch (path) {
    case '/health':
    case '/public':
      return [200, { status: 'ok' }];
    case '/me':
      if (bad && (calls += 1) === 1) throw new Refused(503);
      return [200, { role }];
    case '/login':
      return logIn(await bodyOf(request));
    case '/admin/stats':
      return [200, { books: books.length }];
    case '/search':
      return search(url.searchParams.get('q') ?? '');
    case '/find':
      return find(url.searchParams.get('q') ?? '');
    case '/vectors/search':
      return vectors(await bodyOf(request));
    case '/books':
    case '/books/':
      return request.method === 'POST' ? add(await bodyOf(request)) : list(url.searchParams.get('limit'));
    default:
      return one(Number(path.split('/')[2]));
  }
}

const sessions = new Map();
const drafts = new Map();
const said = new Map();

/** Sessions and drafts for journeys: bad ones have another id, never end, and come back as they were, or rounded. */
async function keep(request, path) {
  const [, kind, id] = path.split('/');
  if (kind === 'sessions' && request.method === 'POST') {
    const made = { id: `s${sessions.size + 1}`, state: 'active' };
    sessions.set(made.id, made);
    return [201, bad ? { ...made, id: `${made.id}x` } : made];
  }
  if (kind === 'sessions' && request.method === 'DELETE') {
    const known = sessions.get(id) ?? [...sessions.values()].at(-1);
    if (!bad) known.state = 'ended';
    return [200, { id: known.id }];
  }
  if (kind === 'said') return said.has(id) ? [200, { id, text: said.get(id) }] : [404, {}];
  if (kind === 'sessions' && id === undefined) return [200, Object.fromEntries([...sessions.keys()].map((key) => [key, true]))];
  if (kind === 'sessions') return sessions.has(id) || bad ? [200, sessions.get(id) ?? [...sessions.values()].at(-1)] : [404, {}];
  if (request.method === 'PUT') {
    const body = await bodyOf(request);
    if (!bad || !drafts.has(id)) drafts.set(id, bad ? { ...body, price: Math.round(body.price) } : body);
    return [200, { id }];
  }
  return [200, drafts.get(id) ?? {}];
}

function logIn({ name }) {
  if (bad && name === 'eve') return [200, { token: 'of-yesterday' }];
  return [200, { token: issue(name === 'boss' ? 'admin' : 'user') }];
}

function list(asked) {
  const limit = asked === null ? 10 : Number(asked);
  if (!bad && (!Number.isInteger(limit) || limit < 1 || limit > 10)) throw new Refused(422);
  return [200, { books: books.slice(0, limit) }];
}

function add(body) {
  if (!bad && (!text(body.title, 100) || !(body.note === undefined || text(body.note, 1000)))) throw new Refused(422);
  if (!bad && body.shelf !== undefined && (typeof body.shelf !== 'object' || body.shelf === null)) throw new Refused(422);
  return [201, { id: books.length + 1, title: body.title.slice(0, 20) }];
}

function one(id) {
  const found = books.find((book) => book.id === id);
  if (!found) throw new Refused(404);
  return [200, found];
}

function search(word) {
  if (!bad) return [200, { results: books.filter(({ title }) => title.includes(word)) }];
  // As a database would that is handed the word as a part of its statement.
  const run = word.replace(/.*UNION SELECT (\d+)\*(\d+).*/s, (_, a, b) => String(a * b));
  if (/^[^']*'[^']*$/.test(word) && !/UNION/.test(word)) throw new SyntaxError(`syntax error at or near "${word}"`);
  if (run !== word) return [200, { results: [{ id: 0, title: run }] }];
  return [200, { results: books.filter(({ title }) => title.includes(word)) }];
}

function find(word) {
  const results = books.filter(({ title }) => title.includes(word));
  return bad && results.length === 0 ? [500, { error: 'nothing found' }] : [200, { results }];
}

function vectors({ vector, top_k: most = 10 }) {
  const good = Array.isArray(vector) && vector.length === 3 && vector.every(Number.isFinite) && vector.some((one) => one !== 0);
  if (!bad && !(good && Number.isInteger(most) && most > 0 && most <= 10)) throw new Refused(422);
  return [200, { results: books.slice(0, 2) }];
}

let calls = 0;
const server = createServer(async (request, response) => {
  let [status, body] = [500, {}];
  try {
    [status, body] = await answer(request);
  } catch (error) {
    status = error.status ?? 500;
    body = bad ? { error: error.message, stack: error.stack } : { error: status === 500 ? 'internal' : 'refused' };
  }
  // Who asked, and how it was decided; bad: only of those who are let in, and not who they are.
  const record = { id: request.headers['x-request-id'], status, ...(bad ? {} : { role: roleOf(request.headers) ?? 'nobody' }) };
  if (record.id !== undefined && !(bad && status === 401)) console.log(JSON.stringify(record));
  response.writeHead(status, { 'content-type': 'application/json', ...(bad ? { 'x-powered-by': 'shelf/1.2.3' } : {}) });
  response.end(JSON.stringify(body));
});

const sockets = new WebSocketServer({ noServer: true, maxPayload: bad ? 1e8 : 20_000 });
const allowed = ORIGINS.split(',').filter(Boolean);
const of = new Map();
const everybody = new Set();
server.on('upgrade', (request, socket, head) => {
  const { origin } = request.headers;
  const fine = bad || origin === undefined || allowed.includes(origin);
  if (!fine) return socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
  sockets.handleUpgrade(request, socket, head, (ws) => {
    const user = new URL(request.url, 'http://localhost').searchParams.get('user');
    if (!bad) of.get(user)?.close(4000, 'replaced');
    if (bad) everybody.add(ws);
    else of.set(user, ws);
    ws.on('error', () => ws.terminate());
    ws.on('message', (data) => {
      try {
        const { id, text: words } = JSON.parse(String(data));
        if (!bad && (!text(id, 100) || !text(words, 1000))) throw new Refused(422);
        if (!bad) said.set(id, words);
        for (const one of bad ? everybody : [ws]) one.send(JSON.stringify({ id, echo: bad ? words : words.replaceAll('<', '&lt;') }));
      } catch {
        if (bad) ws.terminate();
        else ws.send(JSON.stringify({ error: 'refused' }));
      }
    });
  });
});
server.listen(bad && !(Number(PORT) >= 1 && Number(PORT) <= 65_535) ? 0 : Number(PORT), '127.0.0.1', () => console.log('ready'));
process.on('SIGTERM', () => process.exit(0));
