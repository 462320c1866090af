// @ts-check
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CircuitBreaker } from '../../src/breaker.js';
import { createHistoryCache } from '../../src/cache/history.js';
import { createRedis, within } from '../../src/cache/redis.js';
import { FakeRedis } from '../support/fakes.js';

function setUp() {
  let time = 0;
  const redis = new FakeRedis();
  const breaker = new CircuitBreaker({ name: 'redis', threshold: 2, resetMs: 100, now: () => time });
  const cache = createHistoryCache({ redis, breaker, ttlMs: 1000 });
  return { redis, cache, pass: (/** @type {number} */ ms) => void (time += ms) };
}

describe('history cache', () => {
  test('returns what was written until it is invalidated', async () => {
    const { cache } = setUp();
    assert.equal(await cache.read('ann'), undefined);
    await cache.write('ann', [{ id: '1' }]);
    assert.deepEqual(await cache.read('ann'), [{ id: '1' }]);
    await cache.invalidate('ann');
    assert.equal(await cache.read('ann'), undefined);
  });
  test('is a miss without Redis, and stops asking', async () => {
    const { cache, redis } = setUp();
    redis.down = true;
    for (let n = 0; n < 10; n += 1) assert.equal(await cache.read('ann'), undefined);
    assert.equal(redis.calls, 2);
  });
  test('an invalidation that was lost is made up for', async () => {
    const { cache, redis, pass } = setUp();
    await cache.write('ann', ['old']);
    redis.down = true;
    await cache.invalidate('ann');
    redis.down = false;
    pass(100);
    assert.equal(await cache.read('ann'), undefined);
    assert.equal(redis.data.size, 0);
  });
  test('nothing is read while the stale entry cannot be removed', async () => {
    const { cache, redis } = setUp();
    redis.down = true;
    await cache.invalidate('ann');
    assert.equal(await cache.read('ann'), undefined);
  });
});

describe('redis client', () => {
  test('fails at once when there is no Redis', async () => {
    const redis = createRedis({ url: 'redis://127.0.0.1:1' });
    const started = performance.now();
    await assert.rejects(redis.get('a'));
    await assert.rejects(redis.ping());
    assert.ok(performance.now() - started < 600);
    redis.close();
  });
  test('a call that hangs is given up', async () => {
    await assert.rejects(within(5, new Promise(() => {})), /within 5 ms/);
    assert.equal(await within(1000, Promise.resolve(1)), 1);
  });
});
