import { expect, test } from 'vitest';

import { audit } from '../../../tests/support/audit.ts';

const ONE = 'kX3v9Qz1LmT7pR2wB8nYc5';
const OTHER = 'hJ7dS4fG9kL2mN6bV1cX8z';
const FILES = {
  'compose.yaml':
    'services:\n  api:\n    environment:\n      JWT_SECRET: ${KEY:?}\n  db:\n    environment:\n      POSTGRES_PASSWORD: ${KEY:?}\n',
};

test('SEC-06: the password of the database signs tokens too', async () => {
  const services = {
    api: { environment: { JWT_SECRET: ONE, REDIS_PASSWORD: OTHER } },
    db: { environment: { POSTGRES_PASSWORD: ONE } },
    minio: { environment: { MINIO_ROOT_PASSWORD: OTHER } },
  };
  const { found, results, stored } = await audit('SEC-06', FILES, { services });
  expect(found).toEqual(['P0 JWT_SECRET, POSTGRES_PASSWORD', 'P1 MINIO_ROOT_PASSWORD, REDIS_PASSWORD']);
  expect(results[0]?.locations).toEqual([
    { path: 'compose.yaml', line: 4 },
    { path: 'compose.yaml', line: 7 },
  ]);
  expect(stored.includes(ONE) || stored.includes(OTHER)).toBe(false);
});

test('SEC-06: a server and its clients share a password; stand-ins and well-known passwords are the business of other rows', async () => {
  const services = {
    db: { environment: { POSTGRES_PASSWORD: ONE } },
    api: { environment: { DB_PASSWORD: ONE, PGPASSWORD: ONE, JWT_SECRET: OTHER } },
    worker: { environment: { DATABASE_PASSWORD: ONE } },
    dev: {
      environment: {
        MYSQL_PASSWORD: 'local-shop-password',
        REDIS_PASSWORD: 'local-shop-password',
        RABBITMQ_DEFAULT_PASS: 'changeme',
        SESSION_SECRET: 'changeme',
      },
    },
  };
  expect(await audit('SEC-06', FILES, { services })).toMatchObject({ state: 'collected', found: [] });
  expect((await audit('SEC-06', FILES, { services: { db: services.db } })).state).toBe('not-applicable');
});
