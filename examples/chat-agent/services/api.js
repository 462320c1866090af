// @ts-check
import { createApp } from '../src/api/app.js';
import { createRedis } from '../src/cache/redis.js';
import { apiConfig } from '../src/config.js';
import { close, listen, start, stopOnSignal } from '../src/lifecycle.js';
import { createLlm } from '../src/llm/client.js';
import { createLog } from '../src/log.js';
import { createPool } from '../src/store/database.js';

const log = createLog('api');

await start(log, async () => {
  const config = apiConfig();
  const pool = createPool(config.database, 'chat-agent-api');
  const redis = createRedis(config.redis);
  const app = createApp({ config, pool, redis, llm: createLlm(config.llm), log });
  log('info', 'listening', { port: await listen(app.server, config) });
  stopOnSignal({
    log,
    async stop() {
      app.markStopping();
      await Promise.all([close(app.server), app.closeSockets()]);
      redis.close();
      await pool.end();
    },
  });
});
