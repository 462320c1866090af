// @ts-check

export const SCHEMA = [
  `CREATE TABLE IF NOT EXISTS sessions (
    id uuid PRIMARY KEY,
    owner text NOT NULL,
    user_name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz
  )`,
  `CREATE INDEX IF NOT EXISTS sessions_active ON sessions (owner) WHERE ended_at IS NULL`,
  `CREATE TABLE IF NOT EXISTS messages (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_name text NOT NULL,
    id text NOT NULL,
    session_id uuid REFERENCES sessions (id) ON DELETE SET NULL,
    text text NOT NULL,
    reply text NOT NULL,
    source text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (user_name, id)
  )`,
  `CREATE INDEX IF NOT EXISTS messages_by_user ON messages (user_name, seq DESC)`,
  `CREATE TABLE IF NOT EXISTS probes (name text PRIMARY KEY, at timestamptz NOT NULL)`,
];

/**
 * @param {import('./database.js').Database} database
 * @param {{patienceMs: number, waitMs?: number, now?: () => number}} options
 */
export async function migrate(database, { patienceMs, waitMs = 250, now = Date.now }) {
  await untilReachable(database, now() + patienceMs, waitMs, now);
  for (const statement of SCHEMA) await database.query(statement);
}

/** @param {import('./database.js').Database} database @param {number} deadline @param {number} waitMs @param {() => number} now */
async function untilReachable(database, deadline, waitMs, now) {
  for (;;) {
    try {
      await database.query('SELECT 1');
      return;
    } catch (error) {
      if (now() >= deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}
