import { describe, expect, it } from 'vitest';

import { codesOf } from '../support/example.ts';
import { inlineProject } from '../support/project.ts';

// A service with everything that effects look at, well made, or with the defects that the environment names.
const SERVER = `const { createServer } = require('node:http');
const { createHash, randomUUID } = require('node:crypto');
const bad = process.env.BAD === '1';
const crashes = process.env.CRASHES === '1';
const later = (ms) => new Promise((done) => setTimeout(done, ms));
let orders = 0, asked = 0, local = 0, stored = 0, sockets = 0, connections = 0, ids = 0;
const sessions = new Map(), clients = new Map(), bySession = new Map();
let origins = new Map();
if (!bad) setInterval(() => { for (const [id, until] of sessions) if (until < Date.now()) sessions.delete(id); }, 50);
const routes = {
  'POST /orders': async () => {
    if (bad) { const seen = orders; await later(2); orders = seen + 1; } else { await later(2); orders += 1; }
    return {};
  },
  'POST /sessions': async () => {
    const id = bad ? String(Math.floor((ids += 1) / 2)) : randomUUID();
    sessions.set(id, Date.now() + 200);
    return { id };
  },
  'POST /ask': async () => { asked += 1; if (asked % 10 < (bad ? 3 : 9)) local += 1; return {}; },
  'POST /store': async () => { stored += bad ? 10_000 : 100; return {}; },
  'POST /query': async () => { connections += 1; await later(60); if (!bad) connections -= 1; return {}; },
  'GET /admin': async (request) => {
    const key = bad ? 'all' : request.headers['x-client'];
    const seen = (clients.get(key) ?? 0) + 1;
    clients.set(key, seen);
    return seen > (bad ? 250 : 100) ? 429 : {};
  },
  'GET /open': async () => ({}),
  'POST /origins': async () => { if (crashes) { console.error('fatal: concurrent map writes'); process.exit(2); } origins = new Map([[randomUUID(), 1]]); return {}; },
  'GET /stats': async () => ({ orders, sessions: sessions.size, stored, sockets, connections }),
};
const server = createServer(async (request, response) => {
  if (request.url === '/health') return response.end('ok');
  if (request.url === '/metrics') return response.end('# TYPE asked_total counter\\nasked_total ' + (bad ? asked - Math.floor(asked / 3) : asked)
    + '\\n# TYPE routed_total counter\\nrouted_total{to="local"} ' + local + '\\nrouted_total{to="remote"} ' + (asked - local) + '\\n');
  const body = await routes[request.method + ' ' + request.url]?.(request);
  if (body === 429) return response.writeHead(429, { 'retry-after': '1' }).end('{}');
  response.writeHead(body ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(body ?? {}));
});
server.on('upgrade', (request, socket) => {
  const accept = createHash('sha1').update(request.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest('base64');
  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Accept: ' + accept + '\\r\\n\\r\\n');
  sockets += 1;
  socket.on('error', () => {});
  socket.on('data', (frame) => { if ((frame[0] & 15) === 8) socket.end(Buffer.from([0x88, 0])); });
  socket.on('close', () => { if (!bad) sockets -= 1; });
  const session = request.url;
  if (!bad) bySession.get(session)?.destroy();
  bySession.set(session, socket);
});
server.listen(process.env.PORT, '127.0.0.1');
`;

const HEAD = `version: 1
stack:
  process: {api: {run: node server.cjs, port: auto, health: /health, env: {BAD: "\${BAD:-0}", CRASHES: "\${CRASHES:-0}"}}}
  ready: 20s
targets: {api: {service: api, port: 8080}, ws: {service: api, port: 8080, path: /ws}}
policy: {block: [P0, P1, P2]}
`;

// Only what is walked: a journey that nobody walks is a setting without an effect.
const JOURNEYS = {
  order: '{steps: [{post: "{{api}}/orders"}]}',
  session: '{steps: [{post: "{{api}}/sessions", capture: {id: id}}]}',
  ask: '{steps: [{post: "{{api}}/ask"}]}',
  store: '{steps: [{post: "{{api}}/store"}]}',
  query: '{steps: [{post: "{{api}}/query"}]}',
  admin: '{steps: [{get: "{{api}}/admin", headers: {x-client: "{{user}}"}, expect: {status: 200}}]}',
  open: '{steps: [{get: "{{api}}/open"}]}',
  origins: '{steps: [{post: "{{api}}/origins"}]}',
  resume: '{steps: [{connect: "{{ws}}?session=1"}]}',
  visit: '{steps: [{connect: "{{ws}}?session={{user}}"}, {close: true}]}',
  stats:
    '{steps: [{get: "{{api}}/stats", capture: {orders: orders, sessions: sessions, stored: stored, sockets: sockets, connections: connections}}]}',
} as const;

const config = (stages: string, ...journeys: (keyof typeof JOURNEYS)[]): string =>
  `${HEAD}${stages}journeys:\n${journeys.map((name) => `  ${name}: ${JOURNEYS[name]}\n`).join('')}`;

const EFFECTS = `stages:
  - performance:
      effects:
        - {journey: order, walks: 200, read: stats.orders, each: 1}
        - {journey: session, walks: 100, unique: id, read: stats.sessions, returns: true, wait: 3s}
        - {journey: ask, walks: 300, read: service.api.metrics.asked_total, each: 1}
        - {name: routing, journey: ask, walks: 300, read: 'service.api.metrics.routed_total{to="local"}', of: service.api.metrics.routed_total, share: 70%}
        - {journey: store, walks: 50, read: stats.stored, each: <= 4kB}
        - {journey: query, walks: 60, at_once: 10, read: stats.connections, peak: <= 20, after: <= 5, rows: DB-13}
        - {journey: visit, walks: 40, read: stats.sockets, returns: true, rows: LEAK-09}
        - {journey: resume, walks: 40, at_once: 1, keep_open: true, open: <= 1}
        - {journey: admin, walks: 200, users: 1, refused_by: 120, beside: open}
        - {name: own-limit, journey: admin, walks: 300, users: 1, beside: admin}
`;

const ALL = config(EFFECTS, 'order', 'session', 'ask', 'store', 'query', 'visit', 'resume', 'admin', 'open', 'stats');
const ROWS = ['AGT-11', 'AUTH-06', 'AUTH-07', 'CON-08', 'CON-09', 'DATA-08', 'DB-13', 'LEAK-05', 'LEAK-08', 'LEAK-09', 'OBS-14'];

describe('what walks do to a system', { retry: 1 }, () => {
  it('each defect is found by its own row', async () => {
    await using here = await inlineProject({ 'server.cjs': SERVER, 'gauntlet.yml': ALL });
    const { exitCode, report } = await here.gauntlet(['run'], { env: { BAD: '1' } });
    const found = await report();
    expect({ exitCode, codes: codesOf(found) }).toEqual({ exitCode: 1, codes: ROWS });
    const measured = new Map(found.findings.toReversed().map(({ code, measured: text, priority }) => [code, `${priority} ${text}`]));
    expect(measured.get('CON-08')).toBe('P0 51 different of 100');
    expect(measured.get('LEAK-08')).toBe('P2 40 of 40 connections still open');
    expect(measured.get('DB-13')).toMatch(/^P0 stats\.connections: 0 before, \d+ at most, 60 after$/);
    expect(measured.get('DATA-08')).toContain('10 kB a walk');
  });

  it('a system without them is silent', async () => {
    await using here = await inlineProject({ 'server.cjs': SERVER, 'gauntlet.yml': ALL });
    const { exitCode, report, stdout } = await here.gauntlet(['run']);
    expect({ codes: codesOf(await report()), exitCode }).toEqual({ codes: [], exitCode: 0 });
    expect(stdout).toContain('order walked 200 times: 200 × 200');
  });

  it.each([
    ['dies of it', '1', ['CON-06']],
    ['bears it', '0', []],
  ] as const)('a change of configuration beside handshakes: a service that %s', async (_, crashes, codes) => {
    const stages = 'stages: [performance: {effects: {journey: visit, walks: 200, at_once: 5, beside: origins, rows: CON-06}}]\n';
    await using here = await inlineProject({ 'server.cjs': SERVER, 'gauntlet.yml': config(stages, 'visit', 'origins') });
    const { report } = await here.gauntlet(['run'], { env: { CRASHES: crashes } });
    const found = await report();
    expect(codesOf(found).filter((code) => code === 'CON-06')).toEqual(codes);
    expect(found.verdict.verdict).toBe(codes.length > 0 ? 'blocked' : 'pass');
  });

  it('a number that nobody can read is said, and no pass', async () => {
    const stages = 'stages: [performance: {effects: {journey: order, walks: 5, read: service.api.metrics.nothing_total, each: 1}}]\n';
    await using here = await inlineProject({ 'server.cjs': SERVER, 'gauntlet.yml': config(stages, 'order') });
    const { exitCode, report } = await here.gauntlet(['run']);
    const found = await report();
    expect({ exitCode, verdict: found.verdict.verdict }).toEqual({ exitCode: 2, verdict: 'unknown' });
    expect(JSON.stringify(found.findings)).toContain('has no nothing_total');
  });
});
