// @ts-check
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { activeDefects, defect, DEFECTS } from '../../src/defects.js';
import { idField, limitField, textField, userField } from '../../src/http/fields.js';
import { parseObject } from '../../src/http/body.js';
import { replyTokens } from '../../src/llm/reply.js';
import { createLog, describe as describeError } from '../../src/log.js';
import { Metrics } from '../../src/metrics.js';
import { RateLimiter } from '../../src/rate-limit.js';

describe('defects', () => {
  test('are off unless named', () => assert.equal(activeDefects({}).size, 0));
  test('are read from a list', () => assert.deepEqual([...activeDefects({ DEFECTS: ' slow-reply, exit-zero' })], ['slow-reply', 'exit-zero']));
  test('an unknown name is an error', () => assert.throws(() => activeDefects({ DEFECTS: 'slow-repli' }), /slow-repli/));
  test('each names a row', () => assert.ok(Object.values(DEFECTS).every(({ row, does }) => row && does)));
});

describe('fields', () => {
  test('text', () => {
    assert.equal(textField('a'.repeat(10_000), 'text').length, 10_000);
    assert.throws(() => textField('a'.repeat(10_001), 'text'), { status: 413, code: 'text_too_long' });
    for (const bad of [undefined, 1, '', '  ', 'a\u0000b']) assert.throws(() => textField(bad, 'text'), { status: 422 });
  });
  test('user', () => {
    assert.equal(userField('ann@example.org'), 'ann@example.org');
    for (const bad of [undefined, '', 'a b', 'x'.repeat(65), {}]) assert.throws(() => userField(bad), { status: 422 });
  });
  test('id', () => {
    assert.equal(idField('m-1:2'), 'm-1:2');
    for (const bad of [undefined, '', '<b>', 7]) assert.throws(() => idField(bad), { status: 422 });
  });
  test('limit', () => {
    assert.deepEqual([undefined, null, 1, '20', 101, 10_000].map(limitField), [100, 100, 1, 20, 100, 100]);
    for (const bad of [0, -1, '0', 'x', 1.5, {}, NaN]) assert.throws(() => limitField(bad), { status: 422 });
  });
  test('objects', () => {
    assert.deepEqual(parseObject('{"a":1}'), { a: 1 });
    for (const bad of ['', '{', 'NaN']) assert.throws(() => parseObject(bad), { status: 400 });
    for (const bad of ['1', 'null', '[]', '"a"']) assert.throws(() => parseObject(bad), { status: 422 });
  });
});

describe('rate limiter', () => {
  test('limits each client and frees its state', () => {
    let time = 0;
    const limiter = new RateLimiter({ max: 2, windowMs: 1000, now: () => time });
    assert.deepEqual(['a', 'a', 'a', 'b'].map((client) => limiter.take(client).ok), [true, true, false, true]);
    assert.equal(limiter.take('a').retryAfterMs, 1000);
    time = 1000;
    assert.equal(limiter.take('a').ok, true);
    assert.equal(limiter.size, 1);
  });
  test('uses the clock when none is given', () => assert.ok(new RateLimiter({ max: 1, windowMs: 10 }).take('a').ok));
});

test('metrics are rendered for Prometheus', () => {
  const metrics = new Metrics();
  metrics.counter('hits', 'Hits').add({ path: 'a"b\n' }, 2);
  metrics.histogram('time', 'Time').observe({ route: '/x' }, 0.02);
  metrics.gauge('now', 'Now', () => [[{}, 7]]);
  const text = metrics.render();
  assert.match(text, /^# HELP hits Hits\n# TYPE hits counter\nhits\{path="a\\"b\\n"\} 2$/m);
  assert.match(text, /^time_bucket\{route="\/x",le="0.01"\} 0$/m);
  assert.match(text, /^time_bucket\{route="\/x",le="\+Inf"\} 1$/m);
  assert.match(text, /^now 7$/m);
});

test('log lines are JSON', () => {
  /** @type {string[]} */
  const lines = [];
  createLog('unit', (line) => void lines.push(line))('warn', 'x', describeError(Object.assign(new Error('no'), { code: 'E1' })));
  const { time, ...rest } = JSON.parse(lines[0] ?? '');
  assert.deepEqual(rest, { level: 'warn', service: 'unit', event: 'x', error: 'no', code: 'E1' });
  assert.ok(Date.parse(time));
  assert.deepEqual(describeError('text'), { error: 'text' });
});

test('the language model stand-in is deterministic and bounded', () => {
  assert.deepEqual(replyTokens(' hello  there '), ['You', ' said:', ' hello', ' there']);
  assert.equal(replyTokens('w '.repeat(500)).length, 14);
});

test('known errors are described the same way each time', { skip: defect('skipped-test') ? 'left for later' : false }, () => {
  assert.deepEqual(describeError(new Error('a')), { error: 'a' });
});
