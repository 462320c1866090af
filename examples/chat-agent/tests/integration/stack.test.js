// @ts-check
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { createClient as createRedisClient } from 'redis';
import { createClient } from '../support/client.js';
import { apiUrl, databaseUrl, nonce, redis, redisUrl, secrets } from '../support/target.js';

const api = createClient(apiUrl, secrets.apiKey);
const database = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 3000 });
const cache = createRedisClient({ url: redisUrl(redis), socket: { connectTimeout: 3000, reconnectStrategy: false } });

before(async () => {
  await Promise.all([database.connect(), cache.connect()]);
});
after(async () => {
  await database.end();
  cache.destroy();
});

/** @param {string} user @param {string} text */
const say = (user, text) => api.post('/chat', { user, id: nonce('m'), text });
/** @param {string} user */
const history = (user) => api.get(`/messages?user=${user}`);

describe('Postgres', () => {
  test('has the tables', async () => {
    const { rows } = await database.query(`SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1`);
    assert.deepEqual(rows.map(({ name }) => name), ['messages', 'probes', 'sessions']);
  });
  test('stores an acknowledged message exactly as it was', async () => {
    const [user, text] = [nonce('pg'), `"quotes" 'n' émoji 🙂 ; DROP TABLE messages; -- %_\\`];
    const { status, body } = await say(user, text);
    assert.equal(status, 200);
    const { rows } = await database.query('SELECT * FROM messages WHERE user_name = $1', [user]);
    assert.deepEqual([rows.length, rows[0].id, rows[0].text, rows[0].reply], [1, body.id, text, body.reply]);
  });
  test('stores a message that is sent twice once', async () => {
    const message = { user: nonce('twice'), id: nonce('m'), text: 'once' };
    await Promise.all([api.post('/chat', message), api.post('/chat', message)]);
    const { rows } = await database.query('SELECT count(*) AS n FROM messages WHERE user_name = $1', [message.user]);
    assert.equal(rows[0].n, '1');
  });
  test('marks a session that ended', async () => {
    const { body } = await api.post('/sessions', { user: nonce('session') });
    assert.equal((await api.del(`/sessions/${body.id}`)).status, 200);
    const { rows } = await database.query('SELECT ended_at FROM sessions WHERE id = $1', [body.id]);
    assert.ok(rows[0].ended_at instanceof Date);
  });
  test('connections stay within the pool', async () => {
    const user = nonce('pool');
    const replies = await Promise.all(Array.from({ length: 100 }, () => api.post('/query', { user, query: 'x' })));
    assert.ok(replies.every(({ status }) => status === 200 || status === 503));
    const { rows } = await database.query(`SELECT count(*) AS n FROM pg_stat_activity WHERE application_name = 'chat-agent-api'`);
    assert.ok(Number(rows[0].n) <= 20, `${rows[0].n} connections`);
  });
});

describe('Redis', () => {
  test('holds the history, with a time to live', async () => {
    const user = nonce('redis');
    await say(user, 'hello');
    await history(user);
    const ttl = await cache.ttl(`chat:history:${user}`);
    assert.ok(ttl > 0 && ttl <= 1800, `ttl ${ttl}`);
    assert.equal((await history(user)).headers.get('x-source'), 'cache');
  });
  test('a new message invalidates the cached history', async () => {
    const user = nonce('fresh');
    await say(user, 'first');
    await history(user);
    await say(user, 'second');
    const { body } = await history(user);
    assert.deepEqual(body.messages.map((/** @type {any} */ message) => message.text), ['second', 'first']);
  });
  test('a missing key falls back to the database', async () => {
    const user = nonce('miss');
    await say(user, 'kept');
    await history(user);
    await cache.del(`chat:history:${user}`);
    const { body, headers } = await history(user);
    assert.deepEqual([headers.get('x-source'), body.messages.length], ['database', 1]);
  });
});

describe('api', () => {
  test('is ready', async () => {
    const { status, body } = await api.get('/ready');
    assert.deepEqual([status, body.checks.postgres, body.checks.redis], [200, 'ok', 'ok']);
  });
  test('finds what was said, at most 100', async () => {
    const user = nonce('query');
    await say(user, 'the 100% needle_');
    await say(user, 'hay');
    const found = await api.post('/query', { user, query: '100% needle_', limit: 10_000 });
    assert.equal(found.body.count, 1);
    assert.equal((await api.post('/query', { user, query: 'a'.repeat(10_001) })).status, 413);
  });
  test('the language model answers', async () => {
    assert.deepEqual((await api.post('/chat', { user: nonce('llm'), id: '1', text: 'good day' })).body, { id: '1', reply: 'You said: good day', source: 'llm' });
  });
  test('counts requests in its metrics', async () => {
    const count = async () => Number(/^http_requests_total\{route="\/quickstart",method="GET",status="200"\} (\d+)$/m.exec((await api.get('/metrics')).text)?.[1] ?? 0);
    const earlier = await count();
    for (let n = 0; n < 5; n += 1) await api.get('/quickstart');
    assert.ok((await count()) - earlier >= 5);
  });
});
