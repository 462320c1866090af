// @ts-check
// A small, bounded load on the stack: users over WebSockets, readers over HTTP.
import { join } from 'node:path';
import { createChecks } from '../support/checks.js';
import { createClient, openSocket } from '../support/client.js';
import { apiUrl, nonce, secrets, wsUrl } from '../support/target.js';

const USERS = 20;
const PAUSE_MS = 200;
const WARM_UP_MS = 500;
const SECONDS = 5;

const api = createClient(apiUrl, secrets.apiKey);
if (!['127.0.0.1', 'localhost', '[::1]'].includes(new URL(apiUrl).hostname)) throw new Error('this load is for loopback only');

/** @typedef {{at: number, ms: number, ok: boolean}} Sample */
/** @type {{chat: Sample[], history: Sample[]}} */
const samples = { chat: [], history: [] };
const started = performance.now();
const running = () => performance.now() - started < WARM_UP_MS + SECONDS * 1000;
const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE_MS * (0.5 + Math.random())));

/** @param {Sample[]} into @param {() => Promise<boolean>} action */
async function measure(into, action) {
  const at = performance.now();
  const ok = await action().catch(() => false);
  into.push({ at, ms: performance.now() - at, ok });
}

/** @param {string} name */
async function chatter(name) {
  const socket = await openSocket(`${wsUrl}?user=${name}`, { headers: { 'x-api-key': secrets.apiKey } });
  for (let n = 0; running(); n += 1) {
    await measure(samples.chat, async () => {
      socket.send({ id: `${n}`, text: `message ${n}` });
      return (await socket.next()).id === `${n}`;
    });
    await pause();
  }
  await socket.close();
}

/** @param {string} name */
async function reader(name) {
  while (running()) {
    await measure(samples.history, async () => (await api.get(`/messages?user=${name}`)).status === 200);
    await pause();
  }
}

/** @param {Sample[]} list */
const afterWarmUp = (list) => list.filter(({ at }) => at - started >= WARM_UP_MS);

/** @param {Sample[]} list @param {number} share */
function percentile(list, share) {
  const sorted = list.map(({ ms }) => ms).sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * share) - 1] ?? Infinity;
}

/** @param {string} name @param {Sample[]} list @param {number} share @param {number} limit */
function checkLatency(name, list, share, limit) {
  const ms = percentile(list, share);
  check(`${name} latency p${share * 100} under ${limit} ms`, ms < limit, `${ms.toFixed(1)} ms`);
}

const names = Array.from({ length: USERS }, (_, index) => nonce(`load${index}`));
const results = await Promise.allSettled([...names.map(chatter), ...names.slice(0, 8).map(reader)]);
const [chat, history] = [afterWarmUp(samples.chat), afterWarmUp(samples.history)];
const all = [...chat, ...history];
const rate = all.filter(({ ok }) => ok).length / all.length;
const broken = results.filter(({ status }) => status === 'rejected').length;

const { check, finish } = createChecks('performance');
check('no user was cut off', broken === 0, `${broken} of ${results.length}`);
check('enough samples to judge', chat.length >= 100 && history.length >= 50, `${chat.length} chats, ${history.length} reads`);
check('success rate at least 99 %', rate >= 0.99, `${(rate * 100).toFixed(2)} % of ${all.length}`);
// The tail of a few hundred samples belongs to the machine, so the limits widen with the percentile.
checkLatency('chat', chat, 0.5, 500);
checkLatency('chat', chat, 0.95, 1500);
checkLatency('history', history, 0.95, 1500);
process.exitCode = finish(join(import.meta.dirname, '../../reports/performance/junit.xml'));
