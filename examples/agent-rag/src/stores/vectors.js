// The vector store behind one small interface: Qdrant's REST dialect, or PostgreSQL.
import { createHash } from 'node:crypto';
import { openPostgres } from './postgres.js';
import { openQdrant } from './qdrant.js';

export const DIMENSIONS = 256;

/** VECTORS_URL says which: http://… or postgres://… */
export function openVectors(url) {
  return url.startsWith('postgres') ? openPostgres(url) : openQdrant(url);
}

/** The id of a point is made from what it is about: the same is stored once. Shaped like a UUID, as Qdrant asks. */
export function pointId(text) {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
