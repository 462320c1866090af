// @ts-check
import { HttpError } from './errors.js';

export const MAX_TEXT = 10_000;
export const MAX_RESULTS = 100;

/** @param {unknown} value @param {string} field */
export function textField(value, field) {
  if (typeof value !== 'string' || value.trim() === '') throw new HttpError(422, `invalid_${field}`);
  if (value.length > MAX_TEXT) throw new HttpError(413, `${field}_too_long`);
  // Postgres text cannot hold it.
  if (value.includes('\u0000')) throw new HttpError(422, `invalid_${field}`);
  return value;
}

/** @param {unknown} value */
export function userField(value) {
  if (typeof value !== 'string' || !/^[\w.@-]{1,64}$/.test(value)) throw new HttpError(422, 'invalid_user');
  return value;
}

/** @param {unknown} value */
export function idField(value) {
  if (typeof value !== 'string' || !/^[\w.:-]{1,100}$/.test(value)) throw new HttpError(422, 'invalid_id');
  return value;
}

/** @param {unknown} value */
export function limitField(value) {
  if (value === undefined || value === null) return MAX_RESULTS;
  const limit = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1) throw new HttpError(422, 'invalid_limit');
  return Math.min(limit, MAX_RESULTS);
}
