// @ts-check
import { defect } from '../defects.js';
import { MAX_RESULTS } from '../http/fields.js';

/** @typedef {{user: string, id: string, session?: string, text: string, reply: string, source: string}} Message */

const COLUMNS = 'id, text, reply, source, created_at AS at';

/** @param {import('./database.js').Database} database */
export function createMessages({ query }) {
  const hold = async () => defect('small-pool') && query('SELECT pg_sleep(0.008)');

  return {
    /** A message that is sent twice is stored once. @param {Message} message */
    async save({ user, id, session, text, reply, source }) {
      await hold();
      await query(
        `INSERT INTO messages (user_name, id, session_id, text, reply, source)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (user_name, id) DO NOTHING`,
        [user, id, session ?? null, text, reply, source],
      );
    },

    /** @param {string} user */
    async history(user) {
      await hold();
      return query(`SELECT ${COLUMNS} FROM messages WHERE user_name = $1 ORDER BY seq DESC LIMIT $2`, [user, MAX_RESULTS]);
    },

    /** @param {string} user @param {string} id @returns {Promise<any | undefined>} */
    async find(user, id) {
      return (await query(`SELECT ${COLUMNS} FROM messages WHERE user_name = $1 AND id = $2`, [user, id]))[0];
    },

    /** @param {string} user @param {string} text @param {number} limit */
    search(user, text, limit) {
      const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
      return query(
        `SELECT ${COLUMNS} FROM messages WHERE user_name = $1 AND (text ILIKE $2 OR reply ILIKE $2) ORDER BY seq DESC LIMIT $3`,
        [user, pattern, limit],
      );
    },

    async count() {
      return Number((await query('SELECT count(*) AS n FROM messages'))[0].n);
    },
  };
}

/** @typedef {ReturnType<typeof createMessages>} Messages */
