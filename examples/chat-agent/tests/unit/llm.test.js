// @ts-check
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { createLlm } from '../../src/llm/client.js';
import { createLlmServer } from '../../src/llm/server.js';
import { createClient } from '../support/client.js';
import { until } from '../support/process.js';

const never = new AbortController().signal;

/** @param {import('node:http').Server} server */
async function listening(server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}`;
}

/** @param {import('node:http').Server} server */
function stop(server) {
  server.closeAllConnections();
  server.close();
}

describe('language model', () => {
  const server = createLlmServer({ tokenDelayMs: 30 });
  let url = '';
  before(async () => void (url = await listening(server)));
  after(() => stop(server));
  const llm = (limits = {}) => createLlm({ url, firstTokenMs: 1000, totalMs: 2000, ...limits });

  test('streams a reply', async () => assert.equal(await llm().reply('hello there', never), 'You said: hello there'));
  test('notices that the client went away', async () => {
    const gone = new AbortController();
    setTimeout(() => gone.abort(), 150);
    await assert.rejects(llm().reply('a b c d e f g h i j', gone.signal));
    const client = createClient(url);
    await until(async () => (await client.get('/stats')).body.cancelled === 1, 5000, 'cancelled');
  });
  test('is not asked for a client that is gone already', async () => {
    await assert.rejects(llm().reply('a', AbortSignal.abort()));
  });
  test('a stream that takes too long is cut', async () => {
    await assert.rejects(llm({ totalMs: 15 }).reply('a b c d e f g h i j', never));
  });
  test('answers what else it is asked', async () => {
    const client = createClient(url);
    assert.deepEqual((await client.get('/health')).body, { status: 'ok' });
    assert.equal((await client.get('/else')).status, 404);
    assert.equal((await client.post('/v1/stream', {})).status, 422);
    await assert.rejects(createLlm({ url: `${url}/`, firstTokenMs: 500, totalMs: 500 }).reply('', never), /422/);
  });
});

describe('a language model that misbehaves', () => {
  /** @type {(response: import('node:http').ServerResponse) => void} */
  let behave = () => {};
  const server = createServer((request, response) => void request.resume().on('end', () => behave(response)));
  let url = '';
  before(async () => void (url = await listening(server)));
  after(() => stop(server));

  /** @param {(response: import('node:http').ServerResponse) => void} how */
  const ask = (how, firstTokenMs = 2000) => {
    behave = how;
    return createLlm({ url, firstTokenMs, totalMs: 2500 }).reply('hello', never);
  };

  test('that never answers is given up', () => assert.rejects(ask(() => {}, 50)));
  test('that closes a kept connection is asked on another one', async () => {
    const answer = (/** @type {import('node:http').ServerResponse} */ response) => void response.end('data: {"token":"a"}\n\ndata: [DONE]\n\n');
    assert.equal(await ask(answer), 'a');
    let times = 0;
    const second = ask((response) => ((times += 1) === 1 ? void response.destroy() : answer(response)));
    assert.equal(await second, 'a');
    assert.equal(times, 2);
  });
  test('that ends early is an error', () => assert.rejects(ask((response) => void response.end('data: {"token":"a"}\n\n')), /early/));
  test('that never stops talking is an error', () => assert.rejects(ask((response) => {
    response.end(`data: ${JSON.stringify({ token: 'x'.repeat(100_001) })}\n\n`);
  }), /too long/));
});
