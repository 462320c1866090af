import type { Door, Login, OpenedSession, SqlRow, SqlSession } from '../../datastores.ts';
import { errorCode } from '../errors.ts';
import { failedToOpen, withinTime } from './open.ts';

/** PostgreSQL through `pg`. Encrypted where the server offers it; its certificate is the business of others. */
export async function openPostgres(door: Door, login: Login): Promise<OpenedSession<SqlSession>> {
  const plain = await open(door, login, false);
  return plain.state === 'failed' && /SSL|encryption/i.test(plain.message) ? open(door, login, true) : plain;
}

async function open(door: Door, login: Login, encrypted: boolean): Promise<OpenedSession<SqlSession>> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({
    host: door.host,
    port: door.port,
    user: login.user,
    password: login.password,
    database: login.database ?? login.user,
    application_name: 'gauntlet',
    connectionTimeoutMillis: door.timeoutMs,
    statement_timeout: door.timeoutMs,
    ssl: encrypted ? { rejectUnauthorized: false } : false,
  });
  // A server that goes away in between is seen by the query that waits.
  client.on('error', () => undefined);
  try {
    await withinTime(door, client.connect());
  } catch (error) {
    void client.end().catch(() => undefined);
    const failed = failedToOpen(error, denies);
    return ASKS.test(failed.message) ? { ...failed, message: 'it asks for a password' } : failed;
  }
  return {
    state: 'open',
    session: {
      query: async (text, values = []) => (await withinTime(door, client.query<SqlRow>(text, [...values]))).rows,
      [Symbol.asyncDispose]: async () => {
        await withinTime(door, client.end()).catch(() => undefined);
      },
    },
  };
}

/** What the client says of a server that asks for a password, when it has none. */
const ASKS = /client password must be a (?:non-empty )?string/;

/** Class 28 is "invalid authorization": https://www.postgresql.org/docs/current/errcodes-appendix.html */
function denies(error: unknown): boolean {
  return errorCode(error)?.startsWith('28') === true || (error instanceof Error && ASKS.test(error.message));
}
