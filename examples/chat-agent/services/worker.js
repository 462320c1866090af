// @ts-check
import { createServer } from 'node:http';
import { workerConfig } from '../src/config.js';
import { defect } from '../src/defects.js';
import { close, listen, start, stopOnSignal } from '../src/lifecycle.js';
import { createLog } from '../src/log.js';
import { createDatabase, createPool } from '../src/store/database.js';
import { cleanUp, repeat } from '../src/worker/cleanup.js';

const log = createLog('worker');

await start(log, async () => {
  const config = workerConfig();
  const pool = createPool(config.database, 'chat-agent-worker');
  const database = createDatabase(pool, config.database);
  const cleaning = repeat({ job: () => cleanUp(database, config.keepMs), intervalMs: config.intervalMs, log });
  const server = createServer((request, response) => {
    const known = request.url === '/health';
    response.writeHead(known ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(known ? { status: 'ok', ...cleaning.status } : { error: 'not_found' }));
  });
  log('info', 'listening', { port: await listen(server, config) });
  stopOnSignal({
    log,
    async stop() {
      await Promise.all([close(server), cleaning.stop()]);
      await pool.end();
    },
  });
  if (defect('restart-loop')) setTimeout(() => process.exit(1), 3000);
});
