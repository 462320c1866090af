// @ts-check

/**
 * Browsers always send Origin, other clients need not. An empty list allows no browser at all.
 * @param {string | undefined} origin
 * @param {string[]} allowed
 */
export function originAllowed(origin, allowed) {
  return origin === undefined || allowed.includes(origin);
}
