import { mkdtempSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { CheckContext } from '../../src/checks/contract.ts';
import { checks } from '../../src/checks/registry.ts';
import { auditLive, stackOf, type FakeService, type LiveAudit } from '../support/live.ts';

// Whatever stands where a service should be: a live check ends in bounded time, and never says that all is well with what it could not ask.

const LIVE = checks.filter(({ needs }) => needs === 'live').map(({ code }) => code);
const BOUND_MS = 60_000;

/** One of each kind, which would be silent if nobody were asked. */
const ASKING = ['AUTH-04', 'DB-01', 'DB-03', 'RED-01', 'RED-05', 'OBS-01', 'OBS-16', 'OBS-18', 'VEC-02', 'VEC-04'];

type Serve = (socket: Socket) => void;
const BEHAVIOURS: Readonly<Record<string, Serve | 'refuses'>> = {
  'refuses connections': 'refuses',
  'accepts and says nothing': () => undefined,
  'closes at once': (socket) => void socket.end(),
  'says nonsense': (socket) => void socket.write(Buffer.from('\u0000\u00ff nonsense \r\n\r\n'.repeat(50), 'latin1')),
  'says nonsense for ever': (socket) => {
    const timer = setInterval(() => void socket.write(Buffer.alloc(1_024, 0x41)), 5);
    socket.on('close', () => clearInterval(timer));
  },
  'answers 500 to everything': http('500 Internal Server Error', '{"error":"down"}'),
  'answers 200 with nothing in it': http('200 OK', '{}'),
  'breaks off in the middle of its answers': (socket) =>
    void socket.once(
      'data',
      () => void socket.end('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n{"status":"succ'),
    ),
};

describe.each(Object.entries(BEHAVIOURS))('a service that %s', (_, serve) => {
  const closing: (() => void)[] = [];
  const root = mkdtempSync(join(tmpdir(), 'gauntlet-hostile-'));
  let audits: (LiveAudit & { readonly code: string; readonly ms: number })[] = [];

  beforeAll(async () => {
    const port = await portOf(serve, closing);
    await writeFile(join(root, 'openapi.json'), JSON.stringify(OPENAPI));
    audits = await Promise.all(
      LIVE.map(async (code) => {
        const from = performance.now();
        const audit = await auditLive(code, stackAt(port, root));
        return { code, ...audit, ms: performance.now() - from };
      }),
    );
  }, BOUND_MS * 2);
  afterAll(() => {
    for (const close of closing) close();
    return rm(root, { recursive: true, force: true });
  });

  it('is asked by the rows of every kind of service', () => {
    const open = new Set(audits.filter((audit) => audit.open.length > 0).map(({ code }) => code));
    expect(ASKING.filter((code) => !open.has(code))).toEqual([]);
  });

  it('is no pass of any row', () => {
    const passes = audits.flatMap(({ code, results }) =>
      results.filter(({ result }) => result.verdict === 'refuted').map(({ subject }) => `${code} ${subject}`),
    );
    expect(passes).toEqual([]);
  });

  it('leaves a reason wherever a row stays open', () => {
    for (const { state, because, results } of audits) {
      if (state !== 'collected') expect(because).toMatch(/\w/);
      for (const { result } of results)
        if (result.verdict === 'inconclusive' || result.verdict === 'not_tested') expect(result.because).toMatch(/\w/);
    }
  });

  it('ends in bounded time', () => {
    expect(audits.filter(({ ms }) => ms >= BOUND_MS).map(({ code }) => code)).toEqual([]);
  });
});

function stackAt(port: number, root: string): CheckContext {
  const context = stackOf(services(port), {
    signal: AbortSignal.timeout(BOUND_MS),
    root,
    tracked: async () => ['openapi.json'],
    api: {
      calls: ['POST /items'],
      clients: {
        user: { headers: { 'x-api-key': 'key-of-ann-Xw83ndTe' } },
        other: { headers: { 'x-api-key': 'key-of-bob-Yq51mcRa' } },
        admin: { headers: { 'x-api-key': 'key-of-root-Zp29kbLs' } },
      },
    },
  });
  const target = { name: 'api', service: 'api', url: `http://127.0.0.1:${String(port)}`, host: '127.0.0.1', port, health: '/health' };
  return context.manifest === undefined ? context : { ...context, manifest: { ...context.manifest, targets: [target] } };
}

/** An API as many are: a list, one thing of it, a search, and a login. */
const OPENAPI = {
  openapi: '3.0.3',
  info: { title: 'shop', version: '1' },
  paths: {
    '/items': {
      get: {
        parameters: [{ name: 'limit', in: 'query', schema: { type: 'integer', maximum: 100 } }],
        responses: { 200: { description: 'ok' } },
        security: [{ key: [] }],
      },
      post: {
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: {
                type: 'object',
                required: ['name'],
                properties: { name: { type: 'string', maxLength: 50 }, embedding: { type: 'array', items: { type: 'number' } } },
              },
            },
          },
        },
        responses: { 201: { description: 'made' } },
        security: [{ key: [] }],
      },
    },
    '/items/{id}': {
      get: {
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'integer' }, example: 1 }],
        responses: { 200: { description: 'ok' } },
        security: [{ key: [] }],
      },
    },
    '/search': { get: { parameters: [{ name: 'q', in: 'query', schema: { type: 'string' } }], responses: { 200: { description: 'ok' } } } },
  },
  components: { securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'x-api-key' } } },
};

function services(port: number): FakeService[] {
  const of = (name: string, image: string, container: number, environment?: FakeService['environment']): FakeService => ({
    name,
    image,
    ports: { [container]: port },
    ...(environment === undefined ? {} : { environment }),
  });
  return [
    of('postgres', 'postgres:15', 5432, { POSTGRES_PASSWORD: 'postgres-Hs20mqXa' }),
    of('mariadb', 'mariadb:10', 3306, { MYSQL_ROOT_PASSWORD: 'root-Yt93kdVe' }),
    of('redis', 'redis:7', 6379),
    of('mongo', 'mongo:7', 27_017),
    of('clickhouse', 'clickhouse/clickhouse-server:24', 8123),
    of('qdrant', 'qdrant/qdrant:v1', 6333),
    of('rabbitmq', 'rabbitmq:3', 5672),
    of('prometheus', 'prom/prometheus:v2', 9090),
    of('alertmanager', 'prom/alertmanager:v0', 9093),
    of('loki', 'grafana/loki:3', 3100),
    of('grafana', 'grafana/grafana:11', 3000),
    of('jaeger', 'jaegertracing/all-in-one:1', 16_686),
    of('api', 'api:1', 8080, {
      DATABASE_URL: 'postgresql://shop:shop-Zk41xwQm@postgres:5432/shop',
      MYSQL_HOST: 'mariadb',
      MYSQL_USER: 'stock',
      MYSQL_PASSWORD: 'stock-Vn72pLrd',
      MYSQL_DATABASE: 'stock',
      CACHE_URL: 'redis://redis:6379/0',
      QDRANT_URL: 'http://qdrant:6333',
      QDRANT_COLLECTION: 'documents',
    }),
  ];
}

function http(status: string, body: string): Serve {
  return (socket) =>
    void socket.on('data', () => {
      socket.write(`HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${String(body.length)}\r\n\r\n${body}`);
    });
}

async function portOf(serve: Serve | 'refuses', closing: (() => void)[]): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined).on('close', () => sockets.delete(socket)));
    if (serve !== 'refuses') serve(socket);
  });
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const close = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  if (serve === 'refuses') close();
  else closing.push(close);
  return port;
}
