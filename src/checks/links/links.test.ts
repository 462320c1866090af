import { expect, test } from 'vitest';

import { audit } from '../../../tests/support/audit.ts';

const COMPOSE = `services:
  api:
    image: shop/api:1
    environment:
      DATABASE_URL: postgres://shop@db.prod-cloud.net/shop
  db: {image: postgres:16}
`;
const stack = (environment: Record<string, string>, others: readonly string[] = ['db', 'cache', 'qdrant']) => ({
  services: { api: { image: 'shop/api:1', environment }, ...Object.fromEntries(others.map((name) => [name, { image: name }])) },
});

test('TLS-16: what leaves the stack in the clear, with its place', async () => {
  const { found, results } = await audit(
    'TLS-16',
    { 'compose.yaml': COMPOSE },
    stack({
      DATABASE_URL: 'postgresql+asyncpg://shop:pw@db.prod-cloud.net:5432/shop?sslmode=prefer',
      SEARCH_URL: 'http://10.20.0.7:9200',
      MODEL_ENDPOINT: 'https://api.model-vendor.com/v1',
    }),
  );
  expect(found).toEqual(['P1 api → db.prod-cloud.net', 'P1 api → 10.20.0.7']);
  expect(results[0]?.locations).toEqual([{ path: 'compose.yaml', line: 5 }]);
});

test('TLS-16: addresses that nothing is sent to, that stay on the machine, or that ask for encryption are none', async () => {
  const { found, state } = await audit(
    'TLS-16',
    { 'compose.yaml': COMPOSE },
    stack({
      CORS_ORIGINS: 'http://www.shop-site.com',
      PUBLIC_URL: 'http://www.shop-site.com',
      HTTP_PROXY: 'http://proxy.corp-net.com:3128',
      PROBE_URL: 'http://localhost:8080/health',
      DEV_API: 'http://host.docker.internal:8000',
      SAMPLE_API: 'http://api.example.com',
      DATABASE_URL: 'postgres://shop@db.prod-cloud.net/shop?sslmode=verify-full',
      EVENTS_URL: 'mongodb://events.prod-cloud.net/?tls=true',
      CACHE_URL: 'rediss://cache.prod-cloud.net:6380',
      STORE_URL: 'redis://cache:6379',
    }),
  );
  expect({ state, found }).toEqual({ state: 'collected', found: [] });
});

test('TLS-17: a stack that encrypts in part, by edge', async () => {
  const { found, results } = await audit(
    'TLS-17',
    {},
    stack({ QDRANT_URL: 'https://qdrant:6333', DATABASE_URL: 'postgres://db/shop', CACHE_URL: 'redis://cache:6379' }),
  );
  expect(found).toEqual(['P2 links between services']);
  expect(results[0]?.summary).toBe('1 of 3 links between services are encrypted; not: api → db, api → cache.');
});

test('TLS-17: all or none is no gap; a stack without addresses is not asked', async () => {
  expect((await audit('TLS-17', {}, stack({ DATABASE_URL: 'postgres://db/shop', CACHE_URL: 'redis://cache:6379' }))).found).toEqual([]);
  expect((await audit('TLS-17', {}, stack({ QDRANT_URL: 'https://qdrant:6333' }))).found).toEqual([]);
  expect((await audit('TLS-17', {}, stack({ LOG_LEVEL: 'info' }))).state).toBe('not-applicable');
  expect((await audit('TLS-16', { 'README.md': '' })).state).toBe('not-applicable');
});
