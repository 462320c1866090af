// @ts-check
import { createHmac, timingSafeEqual } from 'node:crypto';

const LIFETIME_MS = 15 * 60 * 1000;

/**
 * Short-lived tokens for the WebSocket, because a browser cannot send a header there.
 * @param {{secret: string, now?: () => number}} options
 */
export function createTokens({ secret, now = Date.now }) {
  /** @param {string} payload */
  const sign = (payload) => createHmac('sha256', secret).update(payload).digest('base64url');

  /** @param {string} user */
  function issue(user) {
    const expires = now() + LIFETIME_MS;
    const payload = Buffer.from(JSON.stringify({ user, expires })).toString('base64url');
    return { token: `${payload}.${sign(payload)}`, expires };
  }

  /** @param {string} token @returns {string | undefined} the user */
  function verify(token) {
    const [payload = '', signature = '', ...rest] = token.split('.');
    if (rest.length > 0 || !equal(signature, sign(payload))) return undefined;
    const { user, expires } = JSON.parse(Buffer.from(payload, 'base64url').toString());
    return expires > now() ? user : undefined;
  }

  return { issue, verify };
}

/** @param {string} a @param {string} b */
function equal(a, b) {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
