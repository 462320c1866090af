// @ts-check
import { migrateConfig } from '../src/config.js';
import { start } from '../src/lifecycle.js';
import { createLog } from '../src/log.js';
import { createDatabase, createPool } from '../src/store/database.js';
import { migrate } from '../src/store/schema.js';

const log = createLog('migrate');

await start(log, async () => {
  const config = migrateConfig();
  const pool = createPool(config.database, 'chat-agent-migrate');
  await migrate(createDatabase(pool, config.database), config);
  await pool.end();
  log('info', 'migrated');
});
