import { expect, test } from 'vitest';

import { auditLive, stackOf, tcpServer } from '../../../tests/support/live.ts';
import { rowJudges } from '../../judge/registry.ts';
import { loginsIn } from '../live/logins.ts';
import type { LatencyFacts } from './facts.ts';

test('DB-17: slow simple queries are found by their median', () => {
  const judge = rowJudges.find(({ code }) => code === 'DB-17');
  const facts = (p50Ms: number): LatencyFacts => ({
    unasked: [],
    servers: [{ service: 'db', place: 'db:5432', queries: 50, p50Ms, p95Ms: 90 }],
  });
  expect(judge?.evaluate(facts(80))[0]).toMatchObject({
    subject: 'db',
    result: { verdict: 'confirmed' },
    summary: 'db:5432: p50 80.0 ms, p95 90.0 ms of 50 × SELECT 1.',
  });
  expect(judge?.evaluate(facts(12))[0]?.result.verdict).toBe('refuted');
});

test('a database that is up and lets nobody in, or whose login nobody knows, keeps every row open', async () => {
  // ErrorResponse after the handshake: https://www.postgresql.org/docs/current/protocol-message-formats.html
  const said = 'SFATAL\0C28P01\0Mpassword authentication failed for user "shop"\0\0';
  const refusal = Buffer.alloc(5 + said.length);
  refusal.write('E', 0);
  refusal.writeInt32BE(4 + said.length, 1);
  refusal.write(said, 5, 'latin1');
  const port = await tcpServer((socket) => socket.on('data', (chunk) => (chunk.length === 8 ? socket.write('N') : socket.end(refusal))));
  const database = { name: 'db', image: 'postgres:16', ports: { 5432: port } };
  const unknown = await auditLive('DB-02', stackOf([database]));
  expect(unknown).toMatchObject({ found: [], open: ['db'] });
  expect(unknown.results[0]?.summary).toContain('no setting of the stack names a login');
  const api = { name: 'api', image: 'api:1', ports: {}, environment: { DATABASE_URL: 'postgres://shop:hush-7Kd92m@db:5432/shop' } };
  const denied = await auditLive('DB-02', stackOf([database, api]));
  expect(denied).toMatchObject({ found: [], open: ['db'] });
  expect(denied.results[0]?.summary).toContain('api: DATABASE_URL: password authentication failed');
  expect(denied.stored).not.toContain('hush-7Kd92m');
});

test('logins are read from URLs and from variables side by side', () => {
  const service = { names: ['db', 'primary'] };
  const read = (env: Record<string, string>, kind: 'postgres' | 'mysql' | 'redis' = 'postgres') =>
    loginsIn({ name: 'api', env }, { kind, service }).map(({ user, password, database, from }) => [user, password, database, from]);
  expect(read({ DATABASE_URL: 'postgresql+asyncpg://u:p%40ss@db:5432/shop?sslmode=disable' })).toEqual([
    ['u', 'p@ss', 'shop', 'api: DATABASE_URL'],
  ]);
  expect(
    read({ SPRING_DATASOURCE_URL: 'jdbc:postgresql://db/shop', SPRING_DATASOURCE_USERNAME: 'u', SPRING_DATASOURCE_PASSWORD: 'p' }),
  ).toEqual([['u', 'p', 'shop', 'api: SPRING_DATASOURCE_URL']]);
  expect(read({ PGHOST: 'primary', PGUSER: 'u', PGPASSWORD: 'p', PGDATABASE: 'shop' })).toEqual([['u', 'p', 'shop', 'api: PGHOST']]);
  expect(read({ DB_HOST: 'db', DB_USERNAME: 'u', DB_PASSWORD: 'p', DB_NAME: 'shop' }, 'mysql')).toEqual([
    ['u', 'p', 'shop', 'api: DB_HOST'],
  ]);
  expect(read({ REDIS_URL: 'redis://:p@db:6379/1' }, 'redis')).toEqual([['', 'p', undefined, 'api: REDIS_URL']]);
  expect(read({ OTHER_URL: 'postgres://u:p@elsewhere/shop', DB_HOST: 'elsewhere', DB_USER: 'u' })).toEqual([]);
});
