// @ts-check
import { createHash, timingSafeEqual } from 'node:crypto';

/** @typedef {'user' | 'admin'} Role */
/** @typedef {{role: Role, name: string}} Identity */

/** @param {string} value */
const digest = (value) => createHash('sha256').update(value).digest();

/** @param {{apiKeys: string[], adminKey: string}} keys */
export function createKeyRing({ apiKeys, adminKey }) {
  /** @type {Array<{hash: Buffer, identity: Identity}>} */
  const known = [
    { hash: digest(adminKey), identity: { role: 'admin', name: 'admin' } },
    ...apiKeys.map((key, index) => ({
      hash: digest(key),
      identity: { role: /** @type {Role} */ ('user'), name: `key-${index + 1}` },
    })),
  ];

  /** @param {string | string[] | undefined} presented @returns {Identity | undefined} */
  return function identify(presented) {
    if (typeof presented !== 'string' || presented === '') return undefined;
    const hash = digest(presented);
    // Every key is compared, so the time says nothing about which one matched.
    return known.reduce((/** @type {Identity | undefined} */ found, key) =>
      (timingSafeEqual(hash, key.hash) ? key.identity : found), undefined);
  };
}

/** @param {Identity} identity @param {Role} role */
export function hasRole(identity, role) {
  return identity.role === 'admin' || identity.role === role;
}
