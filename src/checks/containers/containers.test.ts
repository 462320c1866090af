import { expect, test } from 'vitest';

import { audit } from '../../../tests/support/audit.ts';

const ALL = ['CFG-14', 'CFG-15', 'CFG-16', 'AUTH-12', 'TLS-19', 'TLS-20', 'SEC-05'];
const small = { mem_limit: '268435456' };

/** Ten services as somebody careful writes them, the way Compose resolves them. */
const WELL_WRITTEN = {
  services: {
    proxy: {
      ...small,
      image: 'traefik:v3.2.1',
      ports: [{ target: 443, published: '443', mode: 'ingress' }],
      volumes: [{ type: 'bind', source: '/srv/shop/certs/tls.key', target: '/certs/tls.key', read_only: true }],
    },
    api: {
      ...small,
      image: 'shop/api:1.4.2',
      build: { context: '.' },
      healthcheck: { test: ['CMD', 'curl', '-fsS', '--cacert', '/ca.pem', 'https://localhost:8443/health'] },
    },
    worker: {
      ...small,
      image: 'shop/worker@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      cap_add: ['NET_BIND_SERVICE'],
    },
    web: { ...small, image: 'shop/web:latest', build: { context: 'web' }, ports: [{ target: 80, published: '8080' }] },
    db: {
      deploy: { resources: { limits: { memory: '536870912' } } },
      image: 'postgres:16.4-alpine',
      ports: [{ target: 5432, published: '5432', host_ip: '127.0.0.1' }],
      volumes: [{ type: 'volume', source: 'db', target: '/var/lib/postgresql/data' }],
    },
    cache: { ...small, image: 'redis:7.4', command: ['redis-server', '--requirepass', 'x'], ports: [] },
    search: { ...small, image: 'registry.example.com:5000/elastic/elasticsearch:8.15.0' },
    metrics: {
      ...small,
      image: 'prom/prometheus:v2.54.1',
      ports: [{ target: 9090, published: '9090', host_ip: '127.0.0.1' }],
      volumes: [{ type: 'bind', source: '/srv/shop/prometheus.yml', target: '/etc/prometheus/prometheus.yml', read_only: true }],
    },
    node: {
      ...small,
      image: 'prom/node-exporter:v1.8.2',
      pid: 'host',
      network_mode: 'host',
      volumes: [{ type: 'bind', source: '/', target: '/host', read_only: true }],
    },
    migrate: {
      ...small,
      image: 'shop/api:1.4.2',
      secrets: [{ source: 'db', target: 'db' }],
      volumes: [{ type: 'bind', source: '/srv/shop/secrets/db', target: '/run/secrets/db', read_only: true }],
    },
  },
};

test('ten services written well: nothing is found by any of these', async () => {
  const files = {
    Dockerfile:
      'FROM --platform=$BUILDPLATFORM node:24.1-slim AS build\nARG BASE=node:24.1\nFROM build AS test\nFROM $BASE\nFROM scratch\n',
  };
  for (const code of ALL)
    expect({ code, ...(await audit(code, files, WELL_WRITTEN)) }).toMatchObject({ code, state: 'collected', found: [] });
});

test('no compose file: the stack is nobody’s business', async () => {
  for (const code of ALL) expect((await audit(code, { 'a.txt': '' })).state).toBe('not-applicable');
});

test('a model that cannot be read is a gap, not a pass', async () => {
  for (const code of ALL) expect((await audit(code, { 'a.txt': '' }, { services: { a: { privileged: 'perhaps' } } })).state).toBe('gap');
});

test('CFG-14: no tag, a moving tag, in compose files and Dockerfiles, with their places', async () => {
  const files = {
    'compose.yaml': 'services:\n  vectors:\n    image: qdrant/qdrant:latest\n  cache:\n    image: localhost:5000/redis\n',
    'docker/api.Dockerfile': '# FROM node\nFROM node AS build\nFROM build\n',
    'examples/Dockerfile': 'FROM node\n',
  };
  const { found, results } = await audit('CFG-14', files, {
    services: { vectors: { image: 'qdrant/qdrant:latest' }, cache: { image: 'localhost:5000/redis' } },
  });
  expect(found).toEqual(['P2 vectors: unpinned', 'P2 cache: unpinned', 'P2 docker/api.Dockerfile: unpinned']);
  expect(results.map(({ locations }) => locations?.[0]?.line)).toEqual([3, 5, 2]);
  expect(results[0]?.summary).toBe('vectors runs qdrant/qdrant:latest with the moving tag latest (compose.yaml:3).');
});

test('CFG-15: ways to the host; tools whose work is the host weigh less', async () => {
  const socket = { type: 'bind', source: '/var/run/docker.sock', target: '/var/run/docker.sock', read_only: true };
  const services = {
    worker: { image: 'shop/worker:1', privileged: true },
    ci: { image: 'shop/ci:1', volumes: [socket] },
    proxy: { image: 'traefik:v3', volumes: [socket] },
    cadvisor: { image: 'gcr.io/cadvisor/cadvisor:v0.49.1', privileged: true },
    tracer: { image: 'shop/tracer:1', pid: 'host', cap_add: ['CAP_SYS_ADMIN'] },
    backup: { image: 'shop/backup:1', volumes: [{ type: 'bind', source: '/etc', target: '/host' }] },
    vpn: { image: 'linuxserver/wireguard:1.0', cap_add: ['NET_ADMIN'] },
    legacy: { image: 'shop/legacy:1', security_opt: ['seccomp:unconfined'], network_mode: 'host' },
  };
  const { found } = await audit('CFG-15', { 'compose.yaml': 'services: {}\n' }, { services });
  expect(found).toEqual([
    'P0 worker: privileged',
    'P0 ci: engine',
    'P3 proxy: engine',
    'P3 cadvisor: privileged',
    'P1 tracer: host',
    'P1 tracer: capability',
    'P1 backup: host',
    'P2 legacy: host',
    'P2 legacy: capability',
  ]);
});

test('CFG-16: services without a limit are one finding with all their places', async () => {
  const files = { 'compose.yaml': 'services:\n  a:\n    image: a:1\n  b:\n    image: b:1\n  c:\n    image: c:1\n    mem_limit: 1m\n' };
  const { results } = await audit('CFG-16', files, { services: { a: {}, b: {}, c: { mem_limit: '1048576' } } });
  expect(results).toMatchObject([
    {
      subject: 'memory limits',
      measured: '2 services without a limit',
      locations: [
        { path: 'compose.yaml', line: 2 },
        { path: 'compose.yaml', line: 4 },
      ],
    },
  ]);
});

test('AUTH-12: a datastore on every address; without a password it weighs more; in a file for one machine less', async () => {
  const ports = [{ target: 1, published: '1' }];
  const services = {
    db: { image: 'postgres:16', environment: { POSTGRES_PASSWORD: 'x' }, ports },
    cache: { image: 'redis:7', ports },
    vectors: { image: 'qdrant/qdrant:v1.12.4', ports, environment: { QDRANT__SERVICE__API_KEY: 'x' } },
    api: { image: 'shop/api:1', ports },
    docs: { image: 'mongo:7', ports: [{ target: 27017 }] },
  };
  const { found, results } = await audit(
    'AUTH-12',
    { 'compose.yaml': 'services:\n  db:\n    ports: ["1:1"]\n  cache: {}\n  vectors: {}\n' },
    { services },
  );
  expect(found).toEqual(['P2 db: exposed', 'P1 cache: exposed', 'P2 vectors: exposed']);
  expect(results[1]?.summary).toContain('nothing in its settings asks for a password');
  expect((await audit('AUTH-12', { 'compose.dev.yaml': 'services:\n  db: {}\n' }, { services: { db: services.db } })).found).toEqual([
    'P3 db: exposed',
  ]);
});

test('TLS-19, TLS-20, SEC-05: a health check that accepts any certificate, a key that can be changed, a folder of secrets', async () => {
  const services = {
    vectors: { healthcheck: { test: ['CMD-SHELL', 'curl -f -k https://localhost:6333/healthz || exit 1'] } },
    plain: { healthcheck: { test: ['CMD-SHELL', 'curl -fk http://localhost/health'] } },
    tls: {
      volumes: [
        { type: 'bind', source: '/srv/.ssl/server.key', target: '/k' },
        { type: 'bind', source: '/srv/.ssl/server.pub.key', target: '/p' },
      ],
    },
    api: {
      volumes: [
        { type: 'bind', source: '/srv/secrets', target: '/run/secrets', read_only: true },
        { type: 'volume', source: 'secrets', target: '/s' },
      ],
    },
  };
  const files = { 'compose.yaml': 'services: {}\n' };
  expect((await audit('TLS-19', files, { services })).found).toEqual(['P2 vectors: unverified']);
  expect((await audit('TLS-20', files, { services })).found).toEqual(['P2 tls: writable-key']);
  expect((await audit('SEC-05', files, { services })).found).toEqual(['P1 api: secret-folder']);
});

test('a place is one of the stack’s own files, the one that says it; other files describe other stacks', async () => {
  const files = {
    'compose.yaml': 'services:\n  db:\n    image: postgres\n',
    'compose.override.yaml': 'services:\n  db:\n    ports: ["5432:5432"]\n',
    'compose.dev.yaml': 'services:\n  db: {image: postgres}\n',
  };
  const model = { services: { db: { image: 'postgres', ports: [{ target: 5432, published: '5432' }] } } };
  const own = { stackFiles: ['./compose.yaml', 'compose.override.yaml'] };
  const place = async (code: string) => (await audit(code, files, model, own)).results[0];
  expect(await place('CFG-14')).toMatchObject({ locations: [{ path: 'compose.yaml', line: 3 }] });
  expect((await audit('CFG-14', files, model, own)).found).toEqual(['P2 db: unpinned']);
  expect(await place('AUTH-12')).toMatchObject({ locations: [{ path: 'compose.override.yaml', line: 3 }] });
  const dev = await audit('CFG-14', files, model, { stackFiles: ['compose.dev.yaml'] });
  expect(dev.results[0]).toMatchObject({ locations: [{ path: 'compose.dev.yaml', line: 2 }] });
});
