// @ts-check
// A STAND-IN for Redis in process mode, where no Redis is installed. Compose runs the real one.
import { listen, start, stopOnSignal } from '../src/lifecycle.js';
import { createLog } from '../src/log.js';
import { StandIn } from '../src/redis-standin/commands.js';
import { createRedisStandIn } from '../src/redis-standin/server.js';

const log = createLog('redis-standin');

await start(log, async () => {
  const { PORT = '6379', HOST = '127.0.0.1', REDIS_PASSWORD } = process.env;
  const { server, close } = createRedisStandIn(new StandIn({ password: REDIS_PASSWORD }));
  const where = { host: HOST, port: Number(PORT) };
  log('info', 'listening', { port: await listen(server, where) });
  stopOnSignal({ log, stop: close });
});
