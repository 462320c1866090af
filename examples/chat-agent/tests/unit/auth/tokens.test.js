// @ts-check
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createTokens } from '../../../src/auth/tokens.js';
import { handshake } from '../../support/client.js';
import { startApp } from '../../support/fakes.js';

const secret = 'a-secret-of-at-least-thirty-two-bytes';

describe('tokens', () => {
  test('name their user until they expire', () => {
    let time = 0;
    const tokens = createTokens({ secret, now: () => time });
    const { token, expires } = tokens.issue('ann');
    assert.equal(tokens.verify(token), 'ann');
    time = expires;
    assert.equal(tokens.verify(token), undefined);
  });
  test('of another secret are refused', () => {
    const { token } = createTokens({ secret: `${secret}-other` }).issue('ann');
    assert.equal(createTokens({ secret }).verify(token), undefined);
  });
  test('that were tampered with are refused', () => {
    const tokens = createTokens({ secret });
    const { token } = tokens.issue('ann');
    const [, signature] = token.split('.');
    const payload = Buffer.from('{"user":"bob","expires":9e15}').toString('base64url');
    for (const bad of ['', '.', 'x', `${payload}.${signature}`, `${payload}.`, `${token}.x`, token.slice(0, -1)]) assert.equal(tokens.verify(bad), undefined);
  });
  test('open a WebSocket for their user only', async () => {
    const app = await startApp();
    const { body } = await app.user.post('/tokens', { user: 'ann' });
    assert.equal(await handshake(`${app.ws}?user=ann&token=${body.token}`), 101);
    assert.equal(await handshake(`${app.ws}?user=bob&token=${body.token}`), 403);
    assert.equal(await handshake(`${app.ws}?user=ann&token=nonsense`), 401);
    await app.close();
  });
});
