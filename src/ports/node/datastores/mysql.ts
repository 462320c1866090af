import type { Door, Login, OpenedSession, SqlRow, SqlSession } from '../../datastores.ts';
import { errorCode } from '../errors.ts';
import { failedToOpen, withinTime } from './open.ts';

const DENIALS = ['ER_ACCESS_DENIED_ERROR', 'ER_DBACCESS_DENIED_ERROR', 'ER_ACCESS_DENIED_NO_PASSWORD_ERROR', 'ER_HOST_NOT_PRIVILEGED'];

/** MySQL and MariaDB through `mysql2`. */
export async function openMysql(door: Door, login: Login): Promise<OpenedSession<SqlSession>> {
  const plain = await open(door, login, false);
  const wantsTls = plain.state === 'failed' && /secure transport|SSL/i.test(plain.message);
  return wantsTls ? open(door, login, true) : plain;
}

async function open(door: Door, login: Login, encrypted: boolean): Promise<OpenedSession<SqlSession>> {
  const { createConnection } = await import('mysql2');
  const connection = createConnection({
    host: door.host,
    port: door.port,
    user: login.user,
    password: login.password,
    ...(login.database === undefined ? {} : { database: login.database }),
    connectTimeout: door.timeoutMs,
    ...(encrypted ? { ssl: { rejectUnauthorized: false } } : {}),
  });
  // A server that goes away in between is seen by the query that waits.
  connection.on('error', () => undefined);
  try {
    await withinTime(door, new Promise<void>((resolve, reject) => connection.connect((error) => (error ? reject(error) : resolve()))));
  } catch (error) {
    connection.destroy();
    return failedToOpen(error, (one) => DENIALS.includes(errorCode(one) ?? ''));
  }
  const ask = (text: string, values: readonly (string | number)[]): Promise<readonly SqlRow[]> =>
    new Promise((resolve, reject) =>
      connection.query(text, [...values], (error, rows) =>
        error ? reject(error) : resolve(Array.isArray(rows) ? (rows as SqlRow[]) : []),
      ),
    );
  return {
    state: 'open',
    session: {
      query: (text, values = []) => withinTime(door, ask(text, values)),
      [Symbol.asyncDispose]: async () => connection.destroy(),
    },
  };
}
