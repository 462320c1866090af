// @ts-check
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { handshake, openSocket } from '../../support/client.js';
import { startApp, USER_KEY } from '../../support/fakes.js';

/** @type {Awaited<ReturnType<typeof startApp>>} */
let app;
before(async () => void (app = await startApp({ MAX_SOCKETS: '3' })));
after(() => app.close());

const key = { 'x-api-key': USER_KEY };

describe('handshake', () => {
  test('needs a key', async () => {
    assert.equal(await handshake(`${app.ws}?user=ann`), 401);
    assert.equal(await handshake(`${app.ws}?user=ann`, { 'x-api-key': 'wrong' }), 401);
    assert.equal(await handshake(`${app.ws}?user=ann`, key), 101);
  });
  test('checks origin, user and place', async () => {
    assert.equal(await handshake(`${app.ws}?user=ann`, { ...key, origin: 'https://chat.example' }), 101);
    assert.equal(await handshake(`${app.ws}?user=ann`, { ...key, origin: 'https://evil.example' }), 403);
    assert.equal(await handshake(`${app.ws}?user=ann`, { ...key, origin: 'null' }), 403);
    assert.equal(await handshake(app.ws, key), 422);
    assert.equal(await handshake(`${app.ws}/else?user=ann`, key), 404);
  });
  test('lets anonymous users in only where that is configured', async () => {
    const open = await startApp({ ANONYMOUS_CHAT: 'true' });
    assert.equal(await handshake(`${open.ws}?user=ann`), 101);
    assert.equal(await handshake(`${open.ws}?user=ann`, { 'x-api-key': 'wrong' }), 401);
    await open.close();
  });
  test('is refused when there are too many', async () => {
    const sockets = await Promise.all([1, 2, 3].map((n) => openSocket(`${app.ws}?user=u${n}`, { headers: key })));
    assert.equal(await handshake(`${app.ws}?user=late`, key), 503);
    await Promise.all(sockets.map((socket) => socket.close()));
  });
});

describe('conversation', () => {
  test('replies in order and stores', async () => {
    const ann = await openSocket(`${app.ws}?user=ann`, { headers: key });
    for (const id of ['a', 'b', 'c']) ann.send({ id, text: `text ${id}` });
    assert.deepEqual([await ann.next(), await ann.next(), await ann.next()].map(({ id }) => id), ['a', 'b', 'c']);
    assert.equal(app.pool.messages.filter(({ user }) => user === 'ann').length, 3);
    await ann.close();
  });
  test('what is not understood is answered, not fatal', async () => {
    const ann = await openSocket(`${app.ws}?user=ann`, { headers: key });
    for (const frame of ['{', '[]', { text: 'no id' }, { id: 'x' }, { id: 'y', text: 'a'.repeat(10_001) }]) ann.send(frame);
    const errors = [];
    for (let n = 0; n < 5; n += 1) errors.push(await ann.next());
    assert.deepEqual(errors, [
      { error: 'malformed_json' }, { error: 'object_expected' }, { error: 'invalid_id' },
      { id: 'x', error: 'invalid_text' }, { id: 'y', error: 'text_too_long' },
    ]);
    ann.send({ id: 'z', text: 'still here' });
    assert.equal((await ann.next()).id, 'z');
    await ann.close();
  });
  test('a frame that is too large closes the socket', async () => {
    const ann = await openSocket(`${app.ws}?user=ann`, { headers: key });
    ann.send('x'.repeat(200_000));
    assert.equal((await once(ann.socket, 'close'))[0], 1009);
  });
  test('a flood is answered with overloaded', async () => {
    const ann = await openSocket(`${app.ws}?user=ann`, { headers: key });
    const { reply } = app.llm;
    app.llm.reply = (text) => new Promise((resolve) => setTimeout(() => resolve(text), 100));
    for (let n = 0; n < 66; n += 1) ann.send({ id: `${n}`, text: 'x' });
    assert.deepEqual(await ann.next(), { error: 'overloaded' });
    app.llm.reply = reply;
    await ann.close();
  });
  test('an error inside says nothing', async () => {
    const ann = await openSocket(`${app.ws}?user=ann`, { headers: key });
    app.pool.failure = Object.assign(new TypeError('secret'), {});
    ann.send({ id: 'q', text: 'x' });
    assert.deepEqual(await ann.next(), { id: 'q', error: 'database_unavailable' });
    app.pool.failure = undefined;
    await ann.close();
  });
  test('stopping finishes what was taken', async () => {
    const stopping = await startApp();
    stopping.llm.reply = (text) => new Promise((resolve) => setTimeout(() => resolve(text), 50));
    const ann = await openSocket(`${stopping.ws}?user=ann`, { headers: key });
    ann.send({ id: 'last', text: 'word' });
    await new Promise((resolve) => setTimeout(resolve, 10));
    const closed = once(ann.socket, 'close');
    stopping.app.markStopping();
    await stopping.app.closeSockets();
    assert.equal((await ann.next()).reply, 'word');
    assert.equal((await closed)[0], 1001);
    assert.equal((await stopping.anonymous.get('/ready')).status, 503);
    stopping.app.server.closeAllConnections();
    stopping.app.server.close();
  });
});
