// @ts-check
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { apiConfig, ConfigError, llmConfig, migrateConfig, workerConfig } from '../../src/config.js';
import { ENV } from '../support/fakes.js';

/** @type {Array<[string, string]>} */
const BAD = [
  ['PORT', '0'], ['PORT', '70000'], ['PORT', 'abc'], ['PORT', '-1'], ['PORT', '80.5'],
  ['DATABASE_URL', ''], ['DATABASE_URL', 'mysql://x'], ['REDIS_URL', 'nonsense'], ['LLM_URL', 'ftp://x'],
  ['API_KEYS', ''], ['API_KEYS', 'short'], ['ADMIN_KEY', ''], ['TOKEN_SECRET', 'test123'],
  ['ANONYMOUS_CHAT', 'perhaps'], ['DEFECTS', 'unknown-name'],
];

describe('configuration', () => {
  for (const [name, value] of BAD) {
    test(`${name}=${value || 'empty'} is refused`, () => {
      assert.throws(() => apiConfig({ ...ENV, [name]: value }), new RegExp(name));
    });
  }
  test('good values are accepted', () => {
    const config = apiConfig({ ...ENV, PORT: '9000', HOST: '0.0.0.0', ANONYMOUS_CHAT: 'true' });
    assert.deepEqual([config.port, config.host, config.auth.anonymousChat], [9000, '0.0.0.0', true]);
    assert.deepEqual(config.origins, ['https://chat.example']);
  });
  test('every problem is shown at once, no value is', () => {
    assert.throws(() => apiConfig({ ADMIN_KEY: 'hunter2' }), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.ok(error.problems.length >= 5);
      return !error.message.includes('hunter2');
    });
  });
  test('is closed by default', () => assert.equal(apiConfig(ENV).auth.anonymousChat, false));
  test('of the other services', () => {
    assert.equal(llmConfig({ TOKEN_DELAY_MS: '5' }).tokenDelayMs, 5);
    assert.equal(workerConfig(ENV).database.poolMax, 2);
    assert.equal(migrateConfig(ENV).database.poolMax, 1);
  });
});
