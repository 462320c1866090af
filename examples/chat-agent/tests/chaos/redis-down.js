// @ts-check
// Takes Redis and the language model away from an api of its own and shows that chat goes on.
import { join } from 'node:path';
import { createChecks } from '../support/checks.js';
import { createClient } from '../support/client.js';
import { startService, until } from '../support/process.js';
import { createProxy } from '../support/proxy.js';
import { databaseUrl, nonce, redis, redisUrl, secrets } from '../support/target.js';

const { check, finish } = createChecks('chaos');
const user = nonce('chaos');
/** @type {string[]} */
const acknowledged = [];

const proxy = await createProxy(redis);
const llm = await startService('llm', {});
const env = {
  DEFECTS: process.env.DEFECTS ?? '', DATABASE_URL: databaseUrl, LLM_URL: llm.url,
  API_KEYS: secrets.apiKey, ADMIN_KEY: secrets.adminKey, TOKEN_SECRET: secrets.tokenSecret, BREAKER_RESET_MS: '500', PG_POOL_MAX: '4',
};
const [cut, without] = await Promise.all([
  startService('api', { ...env, REDIS_URL: redisUrl(proxy) }),
  startService('api', { ...env, REDIS_URL: redisUrl({ host: '127.0.0.1', port: 1 }) }),
]);
const api = createClient(cut.url, secrets.apiKey);

/** @param {ReturnType<typeof createClient>} client */
async function source(client) {
  const { status, headers } = await client.get(`/messages?user=${user}`);
  return status === 200 ? headers.get('x-source') : `status ${status}`;
}

/** @param {number} times */
async function say(times) {
  const replies = [];
  for (let n = 0; n < times; n += 1) replies.push(await api.post('/chat', { user, id: nonce('m'), text: 'hello' }));
  acknowledged.push(...replies.filter(({ status }) => status === 200).map(({ body }) => body.id));
  return replies;
}

const fromCache = async () => (await source(api), (await source(api)) === 'cache');
const breakers = async () => (await createClient(cut.url, secrets.adminKey).get('/admin/stats')).body.breakers;

const steady = await until(fromCache, 3000, 'history from the cache');
check('steady state: history comes from the cache', true, `after ${steady.toFixed(0)} ms`);

const neverHad = createClient(without.url, secrets.apiKey);
const [first, health] = [await source(neverHad), (await neverHad.get('/ready')).status];
check('an api without Redis is ready and reads from the database', first === 'database' && health === 200, `x-source ${first}, /ready ${health}`);

proxy.cut();
const during = await say(10);
const answered = during.filter(({ status }) => status === 200).length;
const fallback = await source(api);
check('Redis cut: chat goes on', answered === 10, `${answered} of 10 answered`);
check('Redis cut: history comes from the database', fallback === 'database', `x-source ${fallback}`);

proxy.restore();
const recovery = await until(fromCache, 10_000, 'history from the cache again').catch(() => Infinity);
check('Redis back: the cache is used again', recovery < 10_000, `after ${recovery.toFixed(0)} ms`);
const { body } = await api.get(`/messages?user=${user}`);
check('Redis back: nothing stale is served', body.messages.length === acknowledged.length, `${body.messages.length} of ${acknowledged.length} messages`);

await llm.stop();
const degraded = (await say(8)).map((reply) => reply.body.source);
const { llm: state } = await breakers();
check('language model gone: the breaker opens and replies fall back', state === 'open' && degraded.every((word) => word === 'fallback'), `breaker ${state}, ${degraded.length} fallbacks`);

const read = await Promise.all(acknowledged.map((id) => api.get(`/messages/${id}?user=${user}`)));
const missing = read.filter(({ status }) => status !== 200).length;
check('every acknowledged message is still there', missing === 0, `${missing} of ${acknowledged.length} missing`);

const codes = await Promise.all([cut.stop(), without.stop()]);
check('both api processes stop cleanly', codes.every((code) => code === 0), `exit codes ${codes.join(', ')}`);
await proxy.close();
process.exitCode = finish(join(import.meta.dirname, '../../reports/chaos/junit.xml'));
