import { afterAll, beforeAll, expect, it } from 'vitest';

import { describeWithDocker } from '../support/docker.ts';
import { buildLab, LIVE_CODES, liveStack, type LiveStack } from './stack.ts';

const MIGRATIONS = ['db/migrate/20260101000000_customers.rb', 'db/migrate/20260201000000_orders.rb'];

/** Passwords and keys of the lab: none may stand in evidence. */
const SECRETS = [
  'postgres-Hs20mqXa',
  'shop-Zk41xwQm',
  'stock-Vn72pLrd',
  'root-Yt93kdVe',
  'redis-Bd57wnUc',
  'token-Xw83ndTe20q',
  'changeme',
  'local-lab-signing-secret-5d20c7e1f3',
];

/** What each row finds on the bad stack; a row that is not here finds nothing on it. */
const FOUND: Readonly<Record<string, readonly string[]>> = {
  'DB-01': ['P0 worker to postgres'],
  'RED-01': ['P0 worker to redis'],
  'AUTH-04': ['P1 postgres', 'P1 mariadb', 'P0 redis', 'P1 cache'],
  'SEC-03': ['P0 keeper: /run/secrets/file_token'],
  'SEC-04': ['P1 keeper: /run/secrets/env_token'],
  'SEC-14': ['P0 keeper: file_token'],
  'CFG-10': ['P1 keeper: /var/lib/keeper'],
  'OBS-01': ['P1 prometheus'],
  'OBS-03': ['P1 prometheus: Twice'],
  'OBS-04': ['P1 prometheus: PoolNearlyFull: db_connection_pool_usage'],
  'OBS-15': ['P1 prometheus: api: http://api:9999/metrics'],
  'RED-04': ['P1 cache'],
  'RED-05': ['P1 redis'],
  'RED-06': ['P1 redis'],
  'DB-02': ['P0 postgres: nowhere'],
  'DB-03': ['P1 postgres: shop', 'P1 mariadb: stock'],
  'DB-04': ['P0 mariadb: bare'],
  'DB-05': ['P0 postgres: shop: db/migrate'],
  'DB-06': ['P1 postgres: shop', 'P1 mariadb: stock'],
  'DB-07': ['P1 postgres: shop', 'P1 mariadb: stock'],
  'DB-08': ['P1 mariadb'],
  'DB-09': ['P1 postgres'],
  // The same service once more, without its secret or with a weak one: containers of their own.
  'CFG-01': ['P1 gate'],
  'CFG-03': ['P1 gate'],
  'SEC-15': ['P0 gate'],
  // A file that it says is its certificate: nothing here shows what its port speaks.
  'TLS-09': ['P2 gate'],
};

describeWithDocker('live checks on real servers', () => {
  let good: LiveStack;
  let bad: LiveStack;

  beforeAll(async () => {
    await buildLab();
    [good, bad] = await Promise.all([liveStack('good.compose.yaml', MIGRATIONS), liveStack('bad.compose.yaml', MIGRATIONS)]);
  });

  afterAll(async () => {
    await Promise.all([good?.[Symbol.asyncDispose](), bad?.[Symbol.asyncDispose]()]);
  });

  it('every row is silent on the good stack', async () => {
    const audits = await Promise.all(LIVE_CODES.map(async (code) => ({ code, ...(await good.audit(code)) })));
    for (const { code, found, open, state, stored } of audits) {
      expect({ code, found, open }).toEqual({ code, found: [], open: [] });
      expect({ code, state: state === 'gap' }).toEqual({ code, state: false });
      expect(SECRETS.filter((secret) => stored.includes(secret))).toEqual([]);
    }
  });

  it.each(LIVE_CODES)('%s finds on the bad stack what is bad there, and nothing else', async (code) => {
    const { found, stored } = await bad.audit(code);
    expect([...found].sort()).toEqual([...(FOUND[code] ?? [])].sort());
    expect(SECRETS.filter((secret) => stored.includes(secret))).toEqual([]);
  });
});
