import type { Dialect } from './dialect.ts';

const MOST = 2_000;
const SYSTEM = "('mysql', 'information_schema', 'performance_schema', 'sys')";

/** MySQL and MariaDB: https://dev.mysql.com/doc/refman/8.4/en/information-schema.html */
export const mysql: Dialect = {
  title: 'MySQL',
  noDatabase: /Unknown database/,
  server: async (session) => {
    const [row] = await session.query(
      'SELECT @@version AS version, @@max_connections AS max, @@global.foreign_key_checks AS checks, @@default_storage_engine AS engine',
    );
    const databases = await session.query(`SELECT schema_name AS name FROM information_schema.schemata WHERE schema_name NOT IN ${SYSTEM}`);
    return {
      version: String(row?.['version']),
      maxConnections: Number(row?.['max']),
      reserved: 1,
      databases: databases.map(({ name }) => String(name)),
      lax: Number(row?.['checks']) === 0 ? ['foreign_key_checks is off for the whole server'] : [],
    };
  },
  powers: async (session) => {
    const rows = await session.query('SHOW GRANTS');
    return rows.flatMap((row) => globalPowers(String(Object.values(row)[0])));
  },
  contents: async (session, database) => {
    const [schema] = await session.query(
      'SELECT default_character_set_name AS charset FROM information_schema.schemata WHERE schema_name = ?',
      [database],
    );
    const tables = await session.query(
      `SELECT table_name AS name, engine AS engine FROM information_schema.tables WHERE table_schema = ? AND table_type = 'BASE TABLE' LIMIT ${MOST}`,
      [database],
    );
    // `ascii` and `binary` are chosen for keys and hashes; the others are what somebody forgot.
    const narrow = await session.query(
      `SELECT table_name AS owner, column_name AS name, character_set_name AS charset FROM information_schema.columns
        WHERE table_schema = ? AND character_set_name NOT IN ('utf8mb4', 'ascii', 'binary') LIMIT 200`,
      [database],
    );
    const [keys] = await session.query('SELECT COUNT(*) AS n FROM information_schema.referential_constraints WHERE constraint_schema = ?', [
      database,
    ]);
    return {
      database,
      charset: String(schema?.['charset']),
      tables: tables.map(({ name, engine }) => ({ name: String(name), engine: engine === null ? null : String(engine) })),
      foreignKeys: Number(keys?.['n']),
      unenforced: [],
      narrow: narrow.map(({ owner, name, charset }) => `${String(owner)}.${String(name)}: ${String(charset)}`),
    };
  },
  rollback: async (session) => {
    await session.query('CREATE TEMPORARY TABLE gauntlet_probe (n int)');
    await session.query('START TRANSACTION');
    await session.query('INSERT INTO gauntlet_probe VALUES (1)');
    await session.query('ROLLBACK');
    const [row] = await session.query('SELECT COUNT(*) AS n FROM gauntlet_probe');
    return Number(row?.['n']) === 0 ? 'rolled back' : 'kept';
  },
};

/** Rights over everything in one line of SHOW GRANTS, whose end holds a hash: `GRANT ALL PRIVILEGES ON *.* TO …`. */
function globalPowers(grant: string): string[] {
  const found = /^GRANT (.{1,4000}?) ON \*\.\* TO /.exec(grant);
  if (!found) return [];
  const powers = (found[1] ?? '')
    .split(', ')
    .filter((power) => !['USAGE', 'REPLICATION CLIENT', 'PROCESS', 'SHOW DATABASES'].includes(power));
  return powers.map((power) => `${power} ON *.*`).slice(0, 5);
}
