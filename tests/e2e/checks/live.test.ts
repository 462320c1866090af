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

  /** A job that runs in the container of the database, as its own user. */
  const sql = (statement: string) => ({
    in: 'postgres',
    store: 'postgres',
    job: ['psql', 'postgresql://shop:shop-Zk41xwQm@127.0.0.1/shop', '-v', 'ON_ERROR_STOP=1', '-qc', statement],
    timeout_seconds: 60,
  });

  it('DATA-03: a job that removes old rows is held to what it removes, in the real database', async () => {
    const rows = {
      insert: "INSERT INTO solutions VALUES ('{{id}}', {{score}}, '{{at}}')",
      count: "SELECT count(*) FROM solutions WHERE id = '{{id}}'",
      remove: "DELETE FROM solutions WHERE id = '{{id}}'",
      score: 0.5,
      days: 30,
    };
    const old = "created_at < now() - interval '30 days'";
    const right = await good.audit('DATA-03', { ...sql(`DELETE FROM solutions WHERE score < 0.5 AND ${old}`), ...rows });
    expect(right).toMatchObject({ found: [], open: [] });
    const wrong = await good.audit('DATA-03', { ...sql(`DELETE FROM solutions WHERE score < 0.5 OR ${old}`), ...rows });
    expect(wrong.found).toEqual(['P1 postgres: old, of high value', 'P1 postgres: young, of low value']);
    expect(SECRETS.filter((secret) => wrong.results.some(({ summary }) => summary.includes(secret)))).toEqual([]);
  });

  it('DATA-05: a job that removes near-duplicates is held to which it removes', async () => {
    const rows = {
      insert: "INSERT INTO embeddings VALUES ('{{id}}', ARRAY{{vector}})",
      count: "SELECT count(*) FROM embeddings WHERE id = '{{id}}'",
      remove: "DELETE FROM embeddings WHERE id = '{{id}}'",
      size: 64,
      near: 0.96,
      far: 0.9,
    };
    const job = (threshold: number) =>
      `DELETE FROM embeddings b USING embeddings a WHERE a.id < b.id AND (SELECT sum(x * y) FROM unnest(a.vector, b.vector) AS v(x, y)) > ${threshold}`;
    expect(await good.audit('DATA-05', { ...sql(job(0.95)), ...rows })).toMatchObject({ found: [], open: [] });
    expect((await good.audit('DATA-05', { ...sql(job(0.85)), ...rows })).found).toEqual(['P2 postgres: two that are none']);
  });

  it('OBS-08: a notification of the real Alertmanager arrives at a receiver of ours, and one that is sent elsewhere does not', async () => {
    const within = { labels: { severity: 'critical' }, within_seconds: 20 };
    const arrived = await good.audit('OBS-08', { listen: 19_095, ...within });
    expect(arrived).toMatchObject({ found: [], open: [] });
    expect(arrived.results[0]?.summary).toContain('through the receiver gauntlet');
    const elsewhere = await good.audit('OBS-08', { listen: 19_096, labels: { severity: 'warning' }, within_seconds: 5 });
    expect(elsewhere.found).toEqual(['P1 alertmanager']);
  });

  it('OBS-21: metrics and lines of a log that are there, and those that are not', async () => {
    const asked = (metric: string, line: string) => ({ metrics: { prometheus: [metric] }, logs: { postgres: [line] } });
    expect(await good.audit('OBS-21', asked('prometheus_build_info', 'ready to accept connections'))).toMatchObject({
      found: [],
      open: [],
    });
    const missing = await good.audit('OBS-21', asked('limiter_memory_bytes', 'limiter evicted * clients'));
    expect(missing.found).toEqual(['P3 prometheus: limiter_memory_bytes', 'P3 postgres: limiter evicted * clients']);
  });
});
