// @ts-check
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createDatabase, createPool, translate } from '../../src/store/database.js';
import { migrate, SCHEMA } from '../../src/store/schema.js';
import { createSessions } from '../../src/store/sessions.js';
import { cleanUp, repeat } from '../../src/worker/cleanup.js';
import { HttpError } from '../../src/http/errors.js';
import { databaseError, FakePool } from '../support/fakes.js';

describe('database', () => {
  test('a queue that is full is refused at once', async () => {
    const pool = Object.assign(new FakePool(), { waitingCount: 3 });
    await assert.rejects(createDatabase(pool, { maxWaiting: 3 }).query('SELECT 1'), { status: 503, code: 'database_busy' });
    assert.equal(pool.statements.length, 0);
  });
  test('what passes by is a 503, what is our mistake is not', () => {
    for (const code of ['08006', '25006', '53300', '57P01', '40001']) assert.equal(translate(databaseError(code)).code, 'database_unavailable');
    const mistake = databaseError('42P01');
    assert.equal(translate(mistake), mistake);
    assert.equal(/** @type {HttpError} */ (translate(new Error('timeout exceeded when trying to connect'))).headers['retry-after'], '1');
    const known = new HttpError(404, 'x');
    assert.equal(translate(known), known);
  });
  test('a pool without a database refuses within its bound', async () => {
    const pool = createPool({ url: 'postgres://x@127.0.0.1:1/x', poolMax: 1, maxWaiting: 1, acquireMs: 300, statementMs: 300 }, 'unit');
    await assert.rejects(createDatabase(pool, { maxWaiting: 5 }).query('SELECT 1'), { status: 503 });
    pool.emit('error', new Error('idle connection lost'));
    await pool.end();
  });
});

describe('migration', () => {
  test('runs every statement', async () => {
    const pool = new FakePool();
    await migrate(createDatabase(pool, { maxWaiting: 1 }), { patienceMs: 0 });
    assert.equal(pool.statements.length, SCHEMA.length + 1);
  });
  test('waits for the database, not for ever', async () => {
    const pool = Object.assign(new FakePool(), { failure: new Error('ECONNREFUSED') });
    await assert.rejects(migrate(createDatabase(pool, { maxWaiting: 1 }), { patienceMs: 20, waitMs: 5 }));
    assert.ok(pool.statements.length > 1);
    assert.ok(pool.statements.every((statement) => statement === 'SELECT 1'));
  });
});

test('a session that could not be stored is not kept in memory', async () => {
  const pool = Object.assign(new FakePool(), { failure: new Error('down') });
  const sessions = createSessions(createDatabase(pool, { maxWaiting: 1 }));
  await assert.rejects(sessions.create('key-1', 'ann'));
  assert.equal(sessions.live.size, 0);
});

test('1000 sessions that ended leave nothing behind', async () => {
  const pool = new FakePool();
  const sessions = createSessions(createDatabase(pool, { maxWaiting: 1 }));
  const created = await Promise.all(Array.from({ length: 1000 }, () => sessions.create('key-1', 'ann')));
  assert.equal(new Set(created.map(({ id }) => id)).size, 1000);
  for (const { id } of created) await sessions.end(id, 'key-1');
  assert.equal(sessions.live.size, 0);
});

describe('worker', () => {
  test('removes what is older than the retention time', async () => {
    const pool = new FakePool();
    assert.deepEqual(await cleanUp(createDatabase(pool, { maxWaiting: 1 }), 1000), { messages: 0, sessions: 0 });
    assert.equal(pool.statements.filter((statement) => statement.startsWith('DELETE')).length, 2);
  });
  test('goes on after a failure', async () => {
    let runs = 0;
    const { status, stop } = repeat({
      intervalMs: 5, log: () => {},
      job: async () => {
        runs += 1;
        if (runs === 1) throw new Error('down');
        return { messages: 0, sessions: 0 };
      },
    });
    while (status.runs < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    await stop();
    assert.equal(status.failures, 1);
  });
});
