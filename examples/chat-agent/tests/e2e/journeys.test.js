// @ts-check
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createClient, handshake, openSocket } from '../support/client.js';
import { apiUrl, nonce, secrets, wsUrl } from '../support/target.js';

const user = createClient(apiUrl, secrets.apiKey);
const admin = createClient(apiUrl, secrets.adminKey);
const anonymous = createClient(apiUrl);
const headers = { 'x-api-key': secrets.apiKey };

/** @param {import('node:test').TestContext} t @param {string} name */
async function connect(t, name) {
  const opened = await openSocket(`${wsUrl}?user=${name}`, { headers });
  // An open socket would keep the run alive after a failed assertion.
  t.after(() => opened.socket.terminate());
  return opened;
}

test('cold start: a new client learns enough to chat', async () => {
  const name = nonce('cold');
  assert.deepEqual((await anonymous.get('/health')).body, { status: 'ok' });
  const { next, auth } = (await anonymous.get('/discovery')).body ?? {};
  // What discovery says is judged by the gate's own journey; this one goes on without it.
  const quickstart = await anonymous.get(next ?? '/quickstart');
  assert.equal(quickstart.status, 200);
  assert.match(quickstart.body.chat, /^POST \/chat /);
  const { status, body } = await anonymous.post('/chat', { user: name, text: 'hi' }, { [auth ?? 'x-api-key']: secrets.apiKey });
  assert.deepEqual([status, body.reply], [200, 'You said: hi']);
});

describe('chat', () => {
  test('a reply belongs to its message and is stored', async (t) => {
    const name = nonce('chat');
    const [socket, id] = [await connect(t, name), nonce('m')];
    socket.send({ id, text: 'hello agent' });
    assert.deepEqual(await socket.next(), { id, reply: 'You said: hello agent', source: 'llm' });
    assert.equal((await user.get(`/messages/${id}?user=${name}`)).body.text, 'hello agent');
  });

  test('10 users with 5 messages each get exactly their own replies', async (t) => {
    const names = Array.from({ length: 10 }, (_, index) => nonce(`u${index}`));
    const replies = await Promise.all(names.map((name) => fiveMessages(t, name)));
    replies.forEach((texts, index) => assert.deepEqual(texts, [0, 1, 2, 3, 4].map((n) => `You said: ${names[index]} ${n}`)));
  });
});

/** @param {import('node:test').TestContext} t @param {string} name */
async function fiveMessages(t, name) {
  const socket = await connect(t, name);
  for (let n = 0; n < 5; n += 1) socket.send({ id: `${n}`, text: `${name} ${n}` });
  const replies = [];
  for (let n = 0; n < 5; n += 1) replies.push((await socket.next()).reply);
  return replies;
}

test('a session lives from its start to its end', async () => {
  const name = nonce('life');
  const { body } = await user.post('/sessions', { user: name });
  assert.equal((await user.post('/chat', { user: name, text: 'in session', session: body.id })).status, 200);
  assert.equal((await user.del(`/sessions/${body.id}`)).status, 200);
  assert.equal((await user.post('/chat', { user: name, text: 'too late', session: body.id })).status, 404);
});

test('a visitor with a token may chat, as nobody else', async () => {
  const name = nonce('visitor');
  const { body } = await user.post('/tokens', { user: name });
  assert.equal(await handshake(`${wsUrl}?user=${name}&token=${body.token}`), 101);
  assert.equal(await handshake(`${wsUrl}?user=other&token=${body.token}`), 403);
});

test('strangers stay outside', async () => {
  assert.equal((await anonymous.get('/sessions')).status, 401);
  assert.equal((await user.get('/admin/stats')).status, 403);
  assert.equal((await admin.get('/admin/stats')).status, 200);
  assert.equal(await handshake(`${wsUrl}?user=ann`, { ...headers, origin: 'https://evil.example' }), 403);
});
