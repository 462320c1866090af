// @ts-check
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import { createRedis } from '../../src/cache/redis.js';
import { StandIn } from '../../src/redis-standin/commands.js';
import { CommandParser } from '../../src/redis-standin/resp.js';
import { createRedisStandIn } from '../../src/redis-standin/server.js';

/** @param {StandIn} store @param {string} line @param {{authenticated: boolean}} [client] */
const run = (store, line, client = { authenticated: false }) => store.run(line.split(' '), client);

describe('redis stand-in', () => {
  test('keys expire', () => {
    let time = 0;
    const store = new StandIn({ now: () => time });
    assert.equal(run(store, 'SET a 1 EX 2'), 'OK');
    assert.equal(run(store, 'SET b 2 PX 5000'), 'OK');
    assert.equal(run(store, 'SET c 3'), 'OK');
    assert.deepEqual(['TTL a', 'PTTL b', 'TTL c', 'TTL d'].map((line) => run(store, line)), [2, 5000, -1, -2]);
    time = 2000;
    assert.equal(run(store, 'GET a'), null);
    assert.equal(run(store, 'EXISTS a b c'), 2);
    assert.equal(run(store, 'DEL a b'), 1);
    assert.equal(run(store, 'DBSIZE'), 1);
    assert.equal(run(store, 'FLUSHALL'), 'OK');
  });
  test('keys that nobody asks for again go too', () => {
    let time = 0;
    const store = new StandIn({ now: () => time });
    for (let n = 0; n < 50; n += 1) run(store, `SET k${n} v PX 100`);
    time = 600;
    run(store, 'SET other v');
    assert.equal(run(store, 'DBSIZE'), 1);
  });
  test('mistakes are errors', () => {
    const store = new StandIn();
    for (const line of ['NOPE', 'SET a', 'SET a 1 EX', 'SET a 1 XX 5', 'SET a 1 EX -1']) assert.match(String(run(store, line)), /ERR/);
  });
  test('answers PING and INFO', () => {
    const store = new StandIn();
    assert.equal(run(store, 'PING'), 'PONG');
    assert.deepEqual(run(store, 'PING hi'), { bulk: 'hi' });
    assert.match(JSON.stringify(run(store, 'INFO')), /standin/);
    assert.deepEqual(['SELECT 0', 'CLIENT SETINFO x y'].map((line) => run(store, line)), ['OK', 'OK']);
  });
  test('asks for the password', () => {
    const [store, client] = [new StandIn({ password: 'pw' }), { authenticated: false }];
    assert.match(String(run(store, 'GET a', client)), /NOAUTH/);
    assert.match(String(run(store, 'AUTH no', client)), /WRONGPASS/);
    assert.equal(run(store, 'AUTH default pw', client), 'OK');
    assert.equal(run(store, 'GET a', client), null);
  });
  test('takes commands in pieces', () => {
    const parser = new CommandParser();
    const bytes = Buffer.from('*2\r\n$3\r\nGET\r\n$2\r\né\r\n*1\r\n$4\r\nPING\r\n');
    const commands = [...bytes].flatMap((byte) => parser.push(Buffer.from([byte])));
    assert.deepEqual(commands, [['GET', 'é'], ['PING']]);
  });
  test('serves the real client, and refuses nonsense', async () => {
    const { server, close } = createRedisStandIn(new StandIn({ password: 'pw' }));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    const redis = createRedis({ url: `redis://:pw@127.0.0.1:${port}` });
    for (let up = false; !up;) up = await redis.ping().then(() => true, () => new Promise((resolve) => setTimeout(() => resolve(false), 10)));
    await redis.set('k', 'välue', 1000);
    assert.equal(await redis.get('k'), 'välue');
    assert.equal(await redis.del('k'), 1);
    assert.equal(await redis.get('k'), null);
    const raw = connect(port, '127.0.0.1');
    raw.write('hello\r\n');
    assert.match(String((await once(raw, 'data'))[0]), /Protocol error/);
    redis.close();
    await close();
  });
});
