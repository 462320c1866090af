import pg from 'pg';
import { DIMENSIONS } from './vectors.js';

/** https://github.com/pgvector/pgvector */
export function openPgvector(url) {
  const pool = new pg.Pool({ connectionString: url, max: 10, connectionTimeoutMillis: 1000, statement_timeout: 2000, query_timeout: 2500 });
  // A connection that breaks is replaced by the next query.
  pool.on('error', () => {});
  const rows = async (sql, values) => (await pool.query(sql, values)).rows;
  return {
    async prepare() {
      await rows('CREATE EXTENSION IF NOT EXISTS vector');
      await rows(`CREATE TABLE IF NOT EXISTS knowledge (id uuid PRIMARY KEY, vector vector(${DIMENSIONS}) NOT NULL, payload jsonb NOT NULL)`);
    },
    search: (vector, limit) =>
      rows('SELECT id, 1 - (vector <=> $1::vector) AS score, payload FROM knowledge ORDER BY vector <=> $1::vector LIMIT $2', [JSON.stringify(vector), limit]),
    put: ({ id, vector, payload }) =>
      rows('INSERT INTO knowledge VALUES ($1, $2::vector, $3) ON CONFLICT (id) DO UPDATE SET vector = excluded.vector, payload = excluded.payload', [
        id,
        JSON.stringify(vector),
        payload,
      ]),
    vote: (id, user, vote) =>
      rows(`UPDATE knowledge SET payload = jsonb_set(payload, '{votes}', coalesce(payload->'votes', '{}') || jsonb_build_object($2::text, $3::int)) WHERE id = $1`, [
        id,
        user,
        vote,
      ]),
    count: async () => Number((await rows('SELECT count(*) FROM knowledge'))[0].count),
    get: async (id) => (await rows('SELECT id, payload FROM knowledge WHERE id = $1', [id]))[0],
    close: () => pool.end(),
  };
}
