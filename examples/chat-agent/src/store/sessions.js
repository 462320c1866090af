// @ts-check
import { randomUUID } from 'node:crypto';
import { defect } from '../defects.js';

/** @typedef {{id: string, user: string}} Session */

/**
 * Postgres is the truth; the map only saves a look-up per message and forgets a session when it ends.
 * @param {import('./database.js').Database} database
 */
export function createSessions({ query }) {
  /** @type {Map<string, {owner: string, user: string}>} */
  const live = new Map();

  return {
    live,

    /** @param {string} owner @param {string} user @returns {Promise<Session>} */
    async create(owner, user) {
      const id = randomUUID();
      await query('INSERT INTO sessions (id, owner, user_name) VALUES ($1, $2, $3)', [id, owner, user]);
      live.set(id, { owner, user });
      return { id, user };
    },

    /** @param {string} id @param {string} [owner] without: whoever owns it */
    async end(id, owner) {
      const rows = await query(
        `UPDATE sessions SET ended_at = now()
         WHERE id = $1 AND ended_at IS NULL AND ($2::text IS NULL OR owner = $2) RETURNING id`,
        [id, owner ?? null],
      );
      if (rows.length > 0 && !defect('session-leak')) live.delete(id);
      return rows.length > 0;
    },

    /** @param {number} limit @param {string} [owner] */
    list(limit, owner) {
      return query(
        `SELECT id, user_name AS user, created_at AS at FROM sessions
         WHERE ended_at IS NULL AND ($1::text IS NULL OR owner = $1) ORDER BY created_at DESC LIMIT $2`,
        [owner ?? null, limit],
      );
    },

    /** @param {string} id @param {string} user */
    async belongsTo(id, user) {
      const known = live.get(id);
      if (known) return known.user === user;
      const rows = await query('SELECT user_name FROM sessions WHERE id = $1 AND ended_at IS NULL', [id]);
      return rows[0]?.user_name === user;
    },
  };
}

/** @typedef {ReturnType<typeof createSessions>} Sessions */
