// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createKeyRing, hasRole } from '../../../src/auth/keys.js';
import { originAllowed } from '../../../src/auth/origins.js';

const identify = createKeyRing({ apiKeys: ['user-key-one', 'user-key-two'], adminKey: 'admin-key' });

test('keys are told apart', () => {
  assert.deepEqual(identify('user-key-two'), { role: 'user', name: 'key-2' });
  assert.deepEqual(identify('admin-key'), { role: 'admin', name: 'admin' });
});

test('anything else is nobody', () => {
  for (const key of [undefined, '', 'user-key', 'user-key-one ', ['user-key-one']]) assert.equal(identify(key), undefined);
});

test('an admin may do what a user may, not the other way round', () => {
  assert.ok(hasRole({ role: 'admin', name: 'a' }, 'user'));
  assert.ok(hasRole({ role: 'user', name: 'u' }, 'user'));
  assert.ok(!hasRole({ role: 'user', name: 'u' }, 'admin'));
});

test('only listed origins, or none, are allowed', () => {
  const allowed = ['https://chat.example'];
  assert.ok(originAllowed(undefined, []));
  assert.ok(originAllowed('https://chat.example', allowed));
  for (const origin of ['https://evil.example', 'null', 'https://chat.example.evil.example', '']) assert.ok(!originAllowed(origin, allowed));
  assert.ok(!originAllowed('https://chat.example', []));
});
