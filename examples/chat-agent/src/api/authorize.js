// @ts-check
import { hasRole } from '../auth/keys.js';
import { HttpError } from '../http/errors.js';

/**
 * @param {object} options
 * @param {(key: string | string[] | undefined) => import('../auth/keys.js').Identity | undefined} options.identify
 * @param {import('../rate-limit.js').RateLimiter} options.adminLimit
 */
export function createAuthorize({ identify, adminLimit }) {
  /** @param {import('../http/server.js').Call} call @param {import('../http/server.js').Route} route */
  return function authorize(call, route) {
    if (!route.role) return;
    call.identity = identify(call.request.headers['x-api-key']);
    // Refused calls count as well, so that guessing keys is slow.
    if (route.role === 'admin') limit(call.identity?.name ?? call.request.socket.remoteAddress ?? 'unknown');
    if (!call.identity) throw new HttpError(401, 'unauthorized');
    if (!hasRole(call.identity, route.role)) throw new HttpError(403, 'forbidden');
  };

  /** @param {string} client */
  function limit(client) {
    const { ok, retryAfterMs } = adminLimit.take(client);
    if (!ok) throw new HttpError(429, 'too_many_requests', { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) });
  }
}
