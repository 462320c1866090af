// @ts-check
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { databaseError, startApp } from '../../support/fakes.js';

/** @type {Awaited<ReturnType<typeof startApp>>} */
let app;
before(async () => void (app = await startApp()));
after(() => app.close());

/** About what a tokenizer makes of JSON. @param {string} text */
const tokens = (text) => Math.ceil(text.length / 3);

describe('progressive disclosure', () => {
  test('stays within its budgets', async () => {
    const [health, discovery, quickstart, full] = await Promise.all(
      ['/health', '/discovery', '/quickstart', '/docs/full'].map((path) => app.anonymous.get(path)));
    assert.ok(health && discovery && quickstart && full);
    assert.deepEqual([health, discovery, quickstart, full].map(({ status }) => status), [200, 200, 200, 200]);
    assert.ok(tokens(health.text) <= 20);
    assert.ok(tokens(discovery.text) <= 50);
    assert.ok(quickstart.text.length <= 450);
    assert.ok(full.text.length / 4 > 3000);
  });
});

describe('authentication', () => {
  test('a key is needed', async () => {
    for (const path of ['/messages?user=ann', '/sessions', '/admin/stats']) {
      assert.equal((await app.anonymous.get(path)).status, 401);
      assert.equal((await app.anonymous.get(path, { 'x-api-key': 'wrong' })).status, 401);
    }
  });
  test('admin calls need the admin key and are limited', async () => {
    assert.equal((await app.user.get('/admin/stats')).status, 403);
    assert.equal((await app.admin.get('/admin/stats')).body.breakers.llm, 'closed');
    assert.equal((await app.admin.get('/admin/sessions')).status, 200);
    const replies = await Promise.all(Array.from({ length: 10 }, () => app.admin.get('/admin/stats')));
    const limited = replies.find(({ status }) => status === 429);
    assert.ok(Number(limited?.headers.get('retry-after')) >= 1);
    assert.equal((await app.anonymous.get('/health')).status, 200);
  });
});

describe('chat', () => {
  test('answers and stores', async () => {
    const { status, body } = await app.user.post('/chat', { user: 'ann', id: 'm1', text: 'hello' });
    assert.equal(status, 200);
    assert.deepEqual(body, { id: 'm1', reply: 'echo hello', source: 'llm' });
    assert.equal((await app.user.get('/messages/m1?user=ann')).body.reply, 'echo hello');
    assert.equal((await app.user.get('/messages/m1?user=bob')).status, 404);
  });
  test('makes an id when there is none', async () => {
    assert.match((await app.user.post('/chat', { user: 'ann', text: 'hello' })).body.id, /^[\da-f-]{36}$/);
  });
  test('history comes from the cache until there is something new', async () => {
    const read = async () => (await app.user.get('/messages?user=cat&limit=1')).headers.get('x-source');
    assert.deepEqual([await read(), await read()], ['database', 'cache']);
    await app.user.post('/chat', { user: 'cat', text: 'news' });
    assert.equal(await read(), 'database');
  });
  test('finds messages', async () => {
    await app.user.post('/chat', { user: 'dan', text: 'where is my order' });
    assert.equal((await app.user.post('/query', { user: 'dan', query: 'order', limit: 5 })).body.count, 1);
    assert.deepEqual((await app.user.post('/query', { user: 'dan', query: 'nothing' })).body, { results: [], count: 0 });
  });
  test('falls back when the language model fails', async () => {
    const { reply } = app.llm;
    app.llm.reply = () => Promise.reject(new Error('down'));
    for (let n = 0; n < 3; n += 1) assert.equal((await app.user.post('/chat', { user: 'eve', text: 'x' })).body.source, 'fallback');
    assert.ok(app.logged.some(([, event, fields]) => event === 'breaker' && fields.to === 'open'));
    app.llm.reply = reply;
  });
});

describe('input', () => {
  test('that is malformed is refused', async () => {
    const json = { 'content-type': 'application/json' };
    assert.equal((await app.user.post('/chat', '{"user":', json)).status, 400);
    assert.equal((await app.user.post('/chat', '', json)).status, 400);
    assert.equal((await app.user.post('/chat', '{}', { 'content-type': 'text/plain' })).status, 400);
    assert.equal((await app.user.post('/chat', '[]', json)).status, 422);
    assert.equal((await app.user.post('/chat', { user: 'ann' })).status, 422);
    assert.equal((await app.user.post('/query', { user: 'ann', query: 'a', limit: 0 })).status, 422);
    assert.equal((await app.user.get('/messages?user=ann&limit=-1')).status, 422);
  });
  test('that is too large is refused', async () => {
    assert.equal((await app.user.post('/query', { user: 'ann', query: 'a'.repeat(10_001) })).status, 413);
    assert.equal((await app.user.post('/query', { user: 'ann', query: 'a'.repeat(2_000_000) })).status, 413);
  });
  test('for an unknown place', async () => {
    assert.equal((await app.user.get('/nowhere')).status, 404);
    assert.equal((await app.user.del('/sessions/')).status, 404);
    const wrong = await app.user.call('PUT', '/chat');
    assert.deepEqual([wrong.status, wrong.headers.get('allow')], [405, 'POST']);
  });
});

describe('sessions', () => {
  test('are created, listed, used and ended by their owner', async () => {
    const { status, body } = await app.user.post('/sessions', { user: 'fay' });
    assert.equal(status, 201);
    assert.equal((await app.user.get('/sessions')).body.sessions.length, 1);
    assert.equal((await app.other.get('/sessions')).body.sessions.length, 0);
    assert.equal((await app.user.post('/chat', { user: 'fay', text: 'a', session: body.id })).status, 200);
    assert.equal((await app.user.post('/chat', { user: 'guy', text: 'a', session: body.id })).status, 404);
    assert.equal((await app.user.post('/chat', { user: 'fay', text: 'a', session: randomUUID() })).status, 404);
    assert.equal((await app.other.del(`/sessions/${body.id}`)).status, 404);
    assert.deepEqual((await app.user.del(`/sessions/${body.id}`)).body, { id: body.id, ended: true });
    assert.equal((await app.user.del(`/sessions/${body.id}`)).status, 404);
    assert.equal((await app.user.del('/sessions/1')).status, 422);
  });
});

describe('trouble', () => {
  test('readiness tells the truth about Postgres', async () => {
    assert.equal((await app.anonymous.get('/ready')).status, 200);
    app.pool.failure = new Error('ECONNREFUSED');
    await new Promise((resolve) => setTimeout(resolve, 210));
    const { status, body } = await app.anonymous.get('/ready');
    assert.deepEqual([status, body.checks.postgres, body.checks.redis], [503, 'down', 'ok']);
    const chat = await app.user.post('/chat', { user: 'ann', text: 'x' });
    assert.deepEqual([chat.status, chat.headers.get('retry-after'), chat.body], [503, '1', { error: 'database_unavailable' }]);
    app.pool.failure = undefined;
  });
  test('what went wrong inside stays inside', async () => {
    app.pool.failure = databaseError('42P01');
    const { status, text } = await app.user.get('/sessions');
    app.pool.failure = undefined;
    assert.deepEqual([status, text], [500, '{"error":"internal"}']);
    assert.ok(app.logged.some(([level, event]) => level === 'error' && event === 'request_failed'));
  });
  test('without Redis history comes from the database', async () => {
    app.redis.down = true;
    const { status, headers } = await app.user.get('/messages?user=ann');
    app.redis.down = false;
    assert.deepEqual([status, headers.get('x-source')], [200, 'database']);
  });
  test('too many chats at once are refused', async () => {
    const small = await startApp({ MAX_INFLIGHT_CHATS: '1' });
    small.llm.reply = (text) => new Promise((resolve) => setTimeout(() => resolve(text), 50));
    const replies = await Promise.all([1, 2, 3].map((n) => small.user.post('/chat', { user: `u${n}`, text: 'x' })));
    assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 503, 503]);
    await small.close();
  });
  test('a client that goes away stops the language model', async () => {
    const other = await startApp();
    const aborted = new Promise((resolve) => {
      other.llm.reply = (_, signal) => new Promise((__, reject) => {
        signal.addEventListener('abort', () => (resolve(true), reject(new Error('aborted'))));
      });
    });
    await assert.rejects(fetch(`${other.base}/chat`, {
      method: 'POST', signal: AbortSignal.timeout(50),
      headers: { 'x-api-key': 'unit-test-user-key-1', 'content-type': 'application/json' },
      body: '{"user":"ann","text":"x"}',
    }));
    assert.ok(await aborted);
    assert.equal(other.pool.messages.length, 0);
    await other.close();
  });
  test('metrics count what happened', async () => {
    const { text } = await app.anonymous.get('/metrics');
    for (const line of [/^http_requests_total\{route="\/chat",method="POST",status="200"\} \d+$/m, /^breaker_state\{name="llm"\} \d$/m, /^sessions_active 0$/m]) assert.match(text, line);
  });
});
