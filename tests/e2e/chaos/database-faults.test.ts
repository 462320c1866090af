import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { connections } from '../../../src/faults/connections/index.ts';
import type { FaultContext, FaultPlugin } from '../../../src/faults/contract.ts';
import { deadlock } from '../../../src/faults/deadlock/index.ts';
import { evict } from '../../../src/faults/evict/index.ts';
import { readOnly } from '../../../src/faults/read-only/index.ts';
import type { Door, Login, OpenedSession, RedisSession, SqlSession } from '../../../src/ports/datastores.ts';
import { buildLab } from '../checks/stack.ts';
import { describeWithDocker } from '../support/docker.ts';
import { bringUp, docker, type Lab } from './containers.ts';

// Faults of state against real servers in containers. A user's session is opened by the gate's own clients, as a service would.

const YAML = `
services:
  postgres:
    image: gauntlet-lab/postgres:15
    command: [postgres.sh]
    user: postgres
    stop_signal: KILL
    environment: {POSTGRES_PASSWORD: only-for-this-test, POSTGRES_DB: shop, LAB_SQL: postgres-good.sql}
    healthcheck: {test: pg_isready -h 127.0.0.1, interval: 1s, retries: 60}
  redis:
    image: gauntlet-lab/redis:7
    user: redis
    command: redis-server --protected-mode no --requirepass only-for-this-cache
    stop_signal: KILL
  mariadb:
    image: gauntlet-lab/mariadb:10
    command: [mariadb.sh]
    stop_signal: KILL
    environment: {MYSQL_ROOT_PASSWORD: root-Yt93kdVe, MYSQL_DATABASE: stock, LAB_SQL: mariadb-good.sql}
    healthcheck: {test: mariadb-admin -h 127.0.0.1 -ustock -pstock-Vn72pLrd ping, interval: 1s, retries: 60}
`;

const ADMIN = "GRANT ALL ON *.* TO admin@'%' IDENTIFIED BY 'admin-of-this-test'; GRANT CREATE, DROP ON stock.* TO stock@'%'";

describeWithDocker('faults on databases', () => {
  let lab: Lab;
  beforeAll(async () => {
    await buildLab();
    lab = await bringUp(YAML);
  });
  afterAll(async () => {
    await lab[Symbol.asyncDispose]();
  });

  it.each([
    ['postgres', 'INSERT INTO gauntlet_probe VALUES (1)'],
    ['mariadb', 'INSERT INTO gauntlet_probe VALUES (1)'],
  ] as const)('%s takes no writes, and takes them again', async (service, write) => {
    const env = { ...lab.ports.env, LAB_ADMIN: 'admin-of-this-test' };
    const context = lab.context({ ports: { ...lab.ports, env } });
    const login = service === 'mariadb' ? { user: 'admin', password_env: 'LAB_ADMIN' } : {};
    const options = readOnly.options.parse({ service, ...login });
    if (service === 'mariadb') {
      const stranger = await readOnly.capability(options, lab.context());
      expect(stranger).toMatchObject({ state: 'unsupported', why: expect.stringContaining('does not let admin in') });
      docker('exec', lab.container(service), 'mariadb', '-uroot', '-proot-Yt93kdVe', `-e${ADMIN}`);
    }
    expect(await readOnly.capability(options, context)).toEqual({ state: 'able' });
    await using user = await userOf(lab, service);
    await user.query(service === 'postgres' ? 'CREATE TABLE gauntlet_probe (id int)' : 'CREATE OR REPLACE TABLE gauntlet_probe (id int)');
    await user.query(write);
    const undo = await booked(readOnly, options, context);
    const before = await readOnly.fingerprint(undo, context);
    expect(await readOnly.prove(options, undo, context)).toMatchObject({ state: 'unproved' });
    await readOnly.inject(options, undo, context);
    await readOnly.inject(options, undo, context);
    expect(await readOnly.prove(options, undo, context)).toMatchObject({ state: 'proved' });
    // The session that stood before has it as well: nobody reconnects for it.
    await expect(user.query(write)).rejects.toThrow(/read.only/i);
    expect(await user.query('SELECT count(*) AS n FROM gauntlet_probe')).toHaveLength(1);
    await readOnly.heal(undo, context);
    await readOnly.heal(undo, context);
    expect(await readOnly.fingerprint(undo, context)).toEqual(before);
    await expect.poll(() => user.query(write).then(() => 'written', String)).toBe('written');
    expect(await readOnly.prove(options, undo, context)).toMatchObject({ state: 'unproved' });
  });

  it('holds every connection of postgres until it refuses more, and lets go', async () => {
    const options = connections.options.parse({ service: 'postgres' });
    const context = lab.context();
    expect(await connections.capability(options, context)).toEqual({ state: 'able' });
    const undo = await booked(connections, options, context);
    await connections.inject(options, undo, context);
    await connections.inject(options, undo, context);
    await expect
      .poll(() => connections.prove(options, undo, context), { timeout: 30_000 })
      .toMatchObject({
        state: 'proved',
        by: [expect.stringMatching(/^\d+ connections to postgres are held$/), expect.stringContaining('too many clients')],
      });
    expect(await opened(lab, 'postgres')).toContain('too many clients');
    await connections.heal(undo, context);
    await connections.heal(undo, context);
    expect(await connections.fingerprint(undo, context)).toBeNull();
    await expect.poll(() => opened(lab, 'postgres'), { timeout: 10_000 }).toBe('open');
  });

  it('ends transactions of postgres by a deadlock, and none after it', async () => {
    await using user = await userOf(lab, 'postgres');
    await user.query('CREATE TABLE accounts (id int PRIMARY KEY, n int)');
    await user.query('INSERT INTO accounts VALUES (1, 0), (2, 0)');
    const options = deadlock.options.parse({ service: 'postgres', table: 'accounts', rows: ['1', '2'] });
    const context = lab.context();
    expect(await deadlock.capability(options, context)).toEqual({ state: 'able' });
    const absent = deadlock.options.parse({ service: 'postgres', table: 'accounts', rows: ['1', '7'] });
    expect(await deadlock.capability(absent, context)).toMatchObject({
      state: 'unsupported',
      why: expect.stringContaining('not both rows'),
    });
    const undo = await booked(deadlock, options, context);
    await deadlock.inject(options, undo, context);
    await deadlock.inject(options, undo, context);
    expect(await deadlock.prove(options, undo, context)).toMatchObject({ state: 'unproved' });
    await expect.poll(() => transfer(user), { timeout: 20_000 }).toContain('deadlock detected');
    // The server's counters come with the end of a later transaction, a second after the last ones.
    await expect
      .poll(() => transfer(user).then(() => deadlock.prove(options, undo, context)), { timeout: 20_000 })
      .toMatchObject({ state: 'proved', by: [expect.stringMatching(/^postgres counted \d+ deadlocks$/), expect.any(String)] });
    await deadlock.heal(undo, context);
    await deadlock.heal(undo, context);
    expect(await deadlock.fingerprint(undo, context)).toBeNull();
    for (let round = 0; round < 5; round++) expect(await transfer(user)).toBe('done');
  });

  it('redis has nothing of what is asked, and all of it again', async () => {
    await using cache = await cacheOf(lab);
    await cache.call('SET', 'kept', 'old');
    await cache.call('SET', 'brief', 'old', 'EX', '1000');
    const options = evict.options.parse({ service: 'redis' });
    const context = lab.context();
    expect(await evict.capability(options, context)).toEqual({ state: 'able' });
    const undo = await booked(evict, options, context);
    const before = await evict.fingerprint(undo, context);
    await evict.inject(options, undo, context);
    await evict.inject(options, undo, context);
    expect(await evict.prove(options, undo, context)).toEqual({ state: 'unproved', why: 'nobody has asked redis for what it has not' });
    expect(await cache.call('GET', 'kept')).toBeNull();
    expect(await evict.prove(options, undo, context)).toMatchObject({
      state: 'proved',
      by: ['2 keys of redis are taken', '1 reads since then found nothing'],
    });
    await cache.call('SET', 'kept', 'new');
    await evict.heal(undo, context);
    await evict.heal(undo, context);
    expect(await evict.fingerprint(undo, context)).toEqual(before);
    expect([await cache.call('GET', 'kept'), await cache.call('GET', 'brief')]).toEqual(['new', 'old']);
    expect(Number(await cache.call('TTL', 'brief'))).toBeGreaterThan(900);
  });

  it('lets go by itself, whoever lives then', async () => {
    const options = connections.options.parse({ service: 'postgres' });
    const context = lab.context({ expiresAtMs: Date.now() + 5_000 });
    const undo = await booked(connections, options, context);
    await connections.inject(options, undo, context);
    await expect.poll(() => connections.prove(options, undo, context), { timeout: 5_000 }).toMatchObject({ state: 'proved' });
    await sleep(context.expiresAtMs - Date.now());
    await expect.poll(() => opened(lab, 'postgres'), { timeout: 10_000 }).toBe('open');
  });

  it('is healed after a part of an inject, a restart, and when the database is gone', async () => {
    const options = readOnly.options.parse({ service: 'postgres' });
    const undo = await booked(readOnly, options, lab.context());
    const before = await readOnly.fingerprint(undo, lab.context());
    await expect(readOnly.inject(options, undo, lab.context({ signal: AbortSignal.abort(new Error('killed')) }))).rejects.toThrow('killed');
    await readOnly.heal(undo, lab.context());
    await readOnly.inject(options, undo, lab.context());
    docker('restart', '-t', '0', lab.container('postgres'));
    await expect.poll(() => opened(lab, 'postgres'), { timeout: 20_000 }).toBe('open');
    await readOnly.heal(undo, lab.context());
    expect(Object.values(Object(await readOnly.fingerprint(undo, lab.context())))).toEqual(Object.values(Object(before)));
    docker('rm', '-f', lab.container('postgres'));
    await readOnly.heal(undo, lab.context());
    expect(await readOnly.fingerprint(undo, lab.context())).toBeNull();
  });
});

async function booked(plugin: FaultPlugin, options: unknown, context: FaultContext): Promise<unknown> {
  return plugin.undo.parse(JSON.parse(JSON.stringify(await plugin.prepare(options, context))));
}

type Service = 'postgres' | 'mariadb';

async function openAs(lab: Lab, service: Service): Promise<OpenedSession<SqlSession>> {
  const host = docker('inspect', '-f', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', lab.container(service));
  const at = (port: number): Door => ({ host, port, timeoutMs: 5_000 });
  const login: Login =
    service === 'postgres'
      ? { user: 'postgres', password: 'only-for-this-test', database: 'shop' }
      : { user: 'stock', password: 'stock-Vn72pLrd', database: 'stock' };
  return service === 'postgres' ? lab.ports.datastores.postgres(at(5432), login) : lab.ports.datastores.mysql(at(3306), login);
}

async function userOf(lab: Lab, service: Service): Promise<SqlSession & AsyncDisposable> {
  const session = await openAs(lab, service);
  return session.state === 'open' ? session.session : expect.fail(session.message);
}

/** Money from one account to the other, in one transaction: `done`, or what the server said. */
async function transfer(user: SqlSession): Promise<string> {
  try {
    for (const line of [
      'BEGIN',
      'UPDATE accounts SET n = n - 1 WHERE id = 2',
      'SELECT pg_sleep(0.02)',
      'UPDATE accounts SET n = n + 1 WHERE id = 1',
    ])
      await user.query(line);
    await user.query('COMMIT');
    return 'done';
  } catch (error) {
    await user.query('ROLLBACK');
    return String(error);
  }
}

async function cacheOf(lab: Lab): Promise<RedisSession & AsyncDisposable> {
  const host = docker('inspect', '-f', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', lab.container('redis'));
  const opened = await lab.ports.datastores.redis(
    { host, port: 6379, timeoutMs: 5_000 },
    { user: 'default', password: 'only-for-this-cache' },
  );
  return opened.state === 'open' ? opened.session : expect.fail(opened.message);
}

/** `open`, or what the server said. */
async function opened(lab: Lab, service: Service): Promise<string> {
  const session = await openAs(lab, service);
  if (session.state === 'failed') return session.message;
  await session.session[Symbol.asyncDispose]();
  return 'open';
}
