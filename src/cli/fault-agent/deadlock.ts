import type { AgentSpec } from '../../faults/kit/agent-spec.ts';
import { errorMessage } from '../../model/errors.ts';
import type { Datastores, SqlSession } from '../../ports/datastores.ts';
import type { Tally, Working } from './working.ts';

type Deadlock = Extract<AgentSpec['work'], { type: 'deadlock' }>;

const SESSION_MS = 15_000;
const LOOK_MS = 10;
/** Nobody came for the first row: it is given back, so that nobody waits for us alone. */
const PATIENCE_MS = 1_000;
const PAUSE_MS = 150;

/**
 * Holds one row until somebody waits for it, and then asks for the other one, which whoever waits may hold. Its own patience is longer
 * than the server's, so that the other transaction is the one that is ended.
 */
export async function deadlock(
  work: Deadlock,
  { tally, datastores }: { readonly tally: Tally; readonly datastores: Datastores },
): Promise<Working> {
  const { host, port, user, database, passwordVariable } = work;
  const login = { user, database, password: process.env[passwordVariable] ?? '' };
  const open = async (): Promise<SqlSession & AsyncDisposable> => {
    const opened = await datastores.postgres({ host, port, timeoutMs: SESSION_MS }, login);
    if (opened.state === 'open') return opened.session;
    throw new Error(opened.message);
  };
  const [holder, watcher] = [await open(), await open()];
  const stop = new AbortController();
  const over = (async (): Promise<void> => {
    for (let round = 0; !stop.signal.aborted; round += 1) {
      const order = round % 2 === 0 ? work.rows : [...work.rows].reverse();
      await once(order, { holder, watcher, work, stopped: () => stop.signal.aborted }).then(
        (met) => void (tally.connections += met ? 1 : 0),
        (error: unknown) => void ((tally.refused += 1), (tally.said = errorMessage(error))),
      );
      await holder.query('ROLLBACK').catch(() => undefined);
      await pause(PAUSE_MS);
    }
  })();
  return {
    over,
    end: async () => {
      stop.abort();
      await over;
      await Promise.all([holder[Symbol.asyncDispose](), watcher[Symbol.asyncDispose]()]);
    },
  };
}

interface Sessions {
  readonly holder: SqlSession;
  readonly watcher: SqlSession;
  readonly work: Deadlock;
  readonly stopped: () => boolean;
}

/** Whether somebody came for the row that was held. */
async function once(order: readonly string[], { holder, watcher, work, stopped }: Sessions): Promise<boolean> {
  const [first = '', second = ''] = order;
  // A column of any type is compared as text.
  const lock = `SELECT 1 FROM ${work.table} WHERE ${work.key}::text = $1 FOR UPDATE`;
  const [own] = await holder.query('SELECT pg_backend_pid() AS pid');
  await holder.query('BEGIN');
  await holder.query(`SET LOCAL deadlock_timeout = '60s'`);
  await holder.query(lock, [first]);
  const until = Date.now() + PATIENCE_MS;
  while (!stopped() && Date.now() < until) {
    const [seen] = await watcher.query('SELECT count(*)::int AS n FROM pg_stat_activity WHERE $1 = ANY(pg_blocking_pids(pid))', [
      Number(own?.['pid']),
    ]);
    if (Number(seen?.['n']) > 0) {
      await holder.query(lock, [second]);
      return true;
    }
    await pause(LOOK_MS);
  }
  return false;
}

function pause(ms: number): Promise<void> {
  return new Promise((settle) => setTimeout(settle, ms));
}
