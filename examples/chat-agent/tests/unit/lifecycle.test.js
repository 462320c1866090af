// @ts-check
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { Agent, createServer, get } from 'node:http';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import { close, listen, stopOnSignal } from '../../src/lifecycle.js';

/** @param {() => Promise<void>} stop @param {number} [deadlineMs] @returns {Promise<number>} */
function exitCode(stop, deadlineMs) {
  return new Promise((resolve) => {
    const host = Object.assign(new EventEmitter(), { exit: resolve });
    stopOnSignal({ log: () => {}, stop, deadlineMs, host });
    host.emit('SIGTERM');
    host.emit('SIGINT');
  });
}

describe('stopping', () => {
  test('exits 0 after a clean stop', async () => assert.equal(await exitCode(async () => {}), 0));
  test('exits 1 when the stop fails', async () => assert.equal(await exitCode(() => Promise.reject(new Error('no'))), 1));
  test('exits 1 at the deadline', async () => {
    const alive = setInterval(() => {}, 1000);
    assert.equal(await exitCode(() => new Promise(() => {}), 10), 1);
    clearInterval(alive);
  });
});

test('a server listens and closes', async () => {
  const server = createServer();
  const port = await listen(server, { host: '127.0.0.1', port: 0 });
  await assert.rejects(listen(createServer(), { host: '127.0.0.1', port }), { code: 'EADDRINUSE' });
  await close(server);
});

test('a connection on which nothing was asked does not hold up the end', async () => {
  const server = createServer();
  const port = await listen(server, { host: '127.0.0.1', port: 0 });
  const client = connect(port, '127.0.0.1');
  await new Promise((resolve) => server.once('connection', resolve));
  await close(server);
  client.destroy();
});

test('what is being answered is answered, and its connection ends with it', async () => {
  const server = createServer((_, response) => void setTimeout(() => response.end('late'), 100));
  const port = await listen(server, { host: '127.0.0.1', port: 0 });
  const agent = new Agent({ keepAlive: true });
  const asked = get({ host: '127.0.0.1', port, agent });
  await once(server, 'request');
  const from = Date.now();
  const [[response]] = await Promise.all([once(asked, 'response'), close(server)]);
  assert.equal(response.headers.connection, 'close');
  assert.ok(Date.now() - from < 3000);
});

test('an answer that has begun holds up the end for no longer than it takes', async () => {
  const server = createServer((_, response) => {
    response.write('first');
    setTimeout(() => response.end('last'), 100);
  });
  const port = await listen(server, { host: '127.0.0.1', port: 0 });
  const [response] = await once(get({ host: '127.0.0.1', port, agent: new Agent({ keepAlive: true }) }), 'response');
  const from = Date.now();
  await Promise.all([response.resume() && once(response, 'end'), close(server)]);
  assert.ok(Date.now() - from < 3000);
});
