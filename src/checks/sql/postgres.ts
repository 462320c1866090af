import type { Dialect } from './dialect.ts';

const MOST = 2_000;

/** PostgreSQL's catalogues: https://www.postgresql.org/docs/current/catalogs.html */
export const postgres: Dialect = {
  title: 'PostgreSQL',
  noDatabase: /database "[^"]*" does not exist/,
  server: async (session) => {
    const [row] = await session.query(
      `SELECT current_setting('server_version') AS version, current_setting('max_connections')::int AS max,
        current_setting('superuser_reserved_connections')::int AS reserved, current_setting('session_replication_role') AS role,
        current_setting('fsync') AS fsync, current_setting('full_page_writes') AS pages`,
    );
    const databases = await session.query('SELECT datname AS name FROM pg_database WHERE NOT datistemplate');
    return {
      version: String(row?.['version']),
      maxConnections: Number(row?.['max']),
      reserved: Number(row?.['reserved']),
      databases: databases.map(({ name }) => String(name)),
      lax: row?.['role'] === 'replica' ? ['session_replication_role=replica switches foreign keys off'] : [],
    };
  },
  powers: async (session) => {
    const [row] = await session.query(
      'SELECT rolsuper AS "SUPERUSER", rolcreaterole AS "CREATEROLE", rolbypassrls AS "BYPASSRLS", rolreplication AS "REPLICATION" FROM pg_roles WHERE rolname = current_user',
    );
    return Object.entries(row ?? {}).flatMap(([power, held]) => (held === true ? [power] : []));
  },
  contents: async (session, database) => {
    const [encoding] = await session.query("SELECT current_setting('server_encoding') AS charset");
    const tables = await session.query(
      `SELECT schemaname || '.' || tablename AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') LIMIT ${MOST}`,
    );
    const keys = await session.query(
      `SELECT conrelid::regclass::text AS owner, conname AS name, convalidated AS valid FROM pg_constraint WHERE contype = 'f' LIMIT ${MOST}`,
    );
    const off = await session.query(
      `SELECT DISTINCT t.tgrelid::regclass::text AS owner, c.conname AS name FROM pg_trigger t JOIN pg_constraint c ON c.oid = t.tgconstraint
        WHERE t.tgisinternal AND t.tgenabled = 'D' AND c.contype = 'f' LIMIT ${MOST}`,
    );
    const charset = String(encoding?.['charset']);
    return {
      database,
      charset,
      tables: tables.map(({ name }) => ({ name: String(name).replace(/^public\./, ''), engine: null })),
      foreignKeys: keys.length,
      unenforced: [
        ...keys.flatMap(({ owner, name, valid }) =>
          valid === true ? [] : [`${String(owner)}.${String(name)}: NOT VALID, rows that were there are not checked`],
        ),
        ...off.map(({ owner, name }) => `${String(owner)}.${String(name)}: its triggers are disabled`),
      ],
      narrow: charset === 'UTF8' ? [] : [`the whole database: ${charset}`],
    };
  },
  rollback: async (session) => {
    await session.query('BEGIN');
    await session.query('CREATE TEMPORARY TABLE gauntlet_probe (n int)');
    await session.query('INSERT INTO gauntlet_probe VALUES (1)');
    await session.query('ROLLBACK');
    const [row] = await session.query("SELECT to_regclass('pg_temp.gauntlet_probe') IS NULL AS gone");
    return row?.['gone'] === true ? 'rolled back' : 'kept';
  },
};
