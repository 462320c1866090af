// @ts-check
import { describe } from '../log.js';

/** @param {import('../store/database.js').Database} database @param {number} keepMs */
export async function cleanUp({ query }, keepMs) {
  const before = `now() - $1 * interval '1 millisecond'`;
  const messages = await query(`DELETE FROM messages WHERE created_at < ${before} RETURNING seq`, [keepMs]);
  const sessions = await query(`DELETE FROM sessions WHERE ended_at < ${before} RETURNING id`, [keepMs]);
  return { messages: messages.length, sessions: sessions.length };
}

/**
 * @param {object} options
 * @param {() => Promise<{messages: number, sessions: number}>} options.job
 * @param {number} options.intervalMs
 * @param {import('../log.js').Log} options.log
 */
export function repeat({ job, intervalMs, log }) {
  const status = { runs: 0, failures: 0 };
  let running = Promise.resolve();
  const once = async () => {
    try {
      log('info', 'cleaned', await job());
      status.runs += 1;
    } catch (error) {
      status.failures += 1;
      log('warn', 'cleanup_failed', describe(error));
    }
  };
  const tick = () => void (running = running.then(once));
  tick();
  const timer = setInterval(tick, intervalMs);
  return {
    status,
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}
