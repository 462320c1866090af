// @ts-check
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BreakerOpenError, CircuitBreaker } from '../../src/breaker.js';

function setUp() {
  let time = 0;
  /** @type {string[]} */
  const changes = [];
  const breaker = new CircuitBreaker({ name: 'llm', threshold: 3, resetMs: 1000, now: () => time, onChange: (from, to) => void changes.push(`${from}>${to}`) });
  return { breaker, changes, wait: (/** @type {number} */ ms) => void (time += ms) };
}

const fail = () => Promise.reject(new Error('down'));
const succeed = async () => 'fine';

/** @param {CircuitBreaker} breaker @param {number} times */
async function failing(breaker, times) {
  for (let n = 0; n < times; n += 1) await assert.rejects(breaker.run(fail), /down/);
}

describe('circuit breaker', () => {
  test('opens after the threshold and stops calling', async () => {
    const { breaker, changes } = setUp();
    await failing(breaker, 3);
    assert.equal(breaker.state, 'open');
    await assert.rejects(breaker.run(succeed), BreakerOpenError);
    assert.deepEqual(changes, ['closed>open']);
  });

  test('a success in between starts the count again', async () => {
    const { breaker } = setUp();
    await failing(breaker, 2);
    await breaker.run(succeed);
    await failing(breaker, 2);
    assert.equal(breaker.state, 'closed');
  });

  test('closes when the trial succeeds', async () => {
    const { breaker, wait, changes } = setUp();
    await failing(breaker, 3);
    wait(1000);
    assert.equal(await breaker.run(succeed), 'fine');
    assert.deepEqual(changes, ['closed>open', 'open>half-open', 'half-open>closed']);
  });

  test('opens again when the trial fails', async () => {
    const { breaker, wait } = setUp();
    await failing(breaker, 3);
    wait(1000);
    await failing(breaker, 1);
    assert.equal(breaker.state, 'open');
    wait(999);
    await assert.rejects(breaker.run(succeed), BreakerOpenError);
  });

  test('lets one trial through at a time', async () => {
    const { breaker, wait } = setUp();
    await failing(breaker, 3);
    wait(1000);
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => breaker.run(succeed)));
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
  });

  test('counts 100 parallel failures and opens', async () => {
    const { breaker } = setUp();
    await Promise.allSettled(Array.from({ length: 100 }, () => breaker.run(fail)));
    assert.equal(breaker.failures, 100);
    assert.equal(breaker.state, 'open');
  });

  test('a late success does not close an open breaker', async () => {
    const { breaker } = setUp();
    let finish = () => {};
    const late = breaker.run(() => new Promise((resolve) => (finish = () => resolve('late'))));
    await failing(breaker, 3);
    finish();
    assert.equal(await late, 'late');
    assert.equal(breaker.state, 'open');
  });

  test('an error that is not the dependency’s fault is not counted', async () => {
    const { breaker } = setUp();
    for (let n = 0; n < 5; n += 1) await assert.rejects(breaker.run(fail, () => false));
    assert.equal(breaker.state, 'closed');
  });
});
