import pg from 'pg';

/** The cosine of two arrays. For a few thousand items PostgreSQL needs no index of its own for that. */
const COSINE = `(SELECT sum(one * other) / nullif(sqrt(sum(one * one)) * sqrt(sum(other * other)), 0) FROM unnest(vector, $1::float8[]) AS both_of(one, other))`;

/** PostgreSQL with vectors as arrays. */
export function openPostgres(url) {
  const pool = new pg.Pool({ connectionString: url, max: 10, connectionTimeoutMillis: 1000, statement_timeout: 2000, query_timeout: 2500 });
  // A connection that breaks is replaced by the next query.
  pool.on('error', () => {});
  const rows = async (sql, values) => (await pool.query(sql, values)).rows;
  return {
    prepare: () => rows('CREATE TABLE IF NOT EXISTS knowledge (id uuid PRIMARY KEY, vector float8[] NOT NULL, payload jsonb NOT NULL)'),
    search: (vector, limit) => rows(`SELECT id, coalesce(${COSINE}, 0) AS score, payload FROM knowledge ORDER BY score DESC, id LIMIT $2`, [vector, limit]),
    put: ({ id, vector, payload }) =>
      rows('INSERT INTO knowledge VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET vector = excluded.vector, payload = excluded.payload', [id, vector, payload]),
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
