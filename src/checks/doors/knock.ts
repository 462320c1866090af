import { oneLine } from '../../lib/text.ts';
import type { OpenedSession, SqlSession } from '../../ports/index.ts';
import type { CheckContext } from '../contract.ts';
import { mongoCommand } from '../live/mongo.ts';
import { loginsOf } from '../live/logins.ts';
import type { Store } from '../live/stores.ts';

export type Answer = { readonly asked: string; readonly answered: string; readonly open: boolean } | { readonly because: string };

const ANSWER_MS = 3_000;
const SHOWN = 120;
/** Collections that another check of this run tries searches on at this moment. */
const OURS = /,\{"name":"gauntlet-probe-[^"]*"\}|\{"name":"gauntlet-probe-[^"]*"\},?/g;

/** Tries to come in with nothing in hand, and to do what only a guest of the house may. */
export function knock(context: CheckContext, store: Store): Promise<Answer> {
  switch (store.kind) {
    case 'redis':
      return redis(context, store);
    case 'postgres':
    case 'mysql':
      return sql(context, store);
    case 'mongodb':
      return mongodb(context, store);
    case 'clickhouse':
      return http(context, store, { path: '/?query=SELECT%20currentUser()', opened: (body) => body.length > 0 });
    default:
      return http(context, store, { path: '/collections', opened: (body) => body.includes('"collections"') });
  }
}

async function redis({ ports, signal }: CheckContext, { place }: Store): Promise<Answer> {
  const opened = await ports.datastores.redis({ ...place, timeoutMs: ANSWER_MS, signal });
  if (opened.state === 'failed')
    return opened.reason === 'denied' ? closed('INFO server', opened.message) : silent(place.shown, opened.message);
  await using session = opened.session;
  try {
    const told = /redis_version:[\w.]+/.exec(String(await session.call('INFO', 'server')))?.[0];
    return told === undefined
      ? silent(place.shown, 'INFO names no version')
      : { asked: 'INFO server, without a password', answered: told, open: true };
  } catch (error) {
    const said = error instanceof Error ? error.message : '';
    return /^(?:NOAUTH|NOPERM|DENIED|ERR operation not permitted)/.test(said) ? closed('INFO server', said) : silent(place.shown, said);
  }
}

/** The accounts that everybody knows, and those that the stack names: each with an empty password. */
async function sql(context: CheckContext, store: Store): Promise<Answer> {
  const { ports, signal } = context;
  const logins = await loginsOf(context, store);
  const users = [...new Set([store.kind === 'mysql' ? 'root' : 'postgres', ...logins.map(({ user }) => user)])]
    .filter((user) => user !== '')
    .slice(0, 5);
  const door = { ...store.place, timeoutMs: ANSWER_MS, signal };
  const tried: string[] = [];
  for (const user of users) {
    const database = logins.find((login) => login.user === user)?.database;
    const login = { user, password: '', ...(store.kind === 'postgres' ? { database: database ?? 'postgres' } : {}) };
    const opened: OpenedSession<SqlSession> = await (store.kind === 'mysql'
      ? ports.datastores.mysql(door, login)
      : ports.datastores.postgres(door, login));
    if (opened.state === 'open') {
      await using session = opened.session;
      const [row] = await session
        .query(store.kind === 'mysql' ? 'SELECT CURRENT_USER() AS name' : 'SELECT current_user AS name')
        .catch(() => []);
      if (row) return { asked: `a login as ${user} with an empty password`, answered: `a session as ${String(row['name'])}`, open: true };
      tried.push(`${user}: let in, and then no answer`);
      continue;
    }
    // Whoever is let in and has no such database was let in.
    if (/^database "[^"]*" does not exist/.test(opened.message))
      return { asked: `a login as ${user} with an empty password`, answered: opened.message, open: true };
    if (opened.reason !== 'denied') return silent(store.place.shown, opened.message);
    tried.push(`${user}: ${oneLine(opened.message)}`);
  }
  return closed(`a login as ${users.join(', ')} with an empty password`, tried.join('; '));
}

async function mongodb({ ports }: CheckContext, { place }: Store): Promise<Answer> {
  const heard = await ports.tcp.hear(place.host, place.port, { send: mongoCommand('listDatabases'), bytes: 4_000, timeoutMs: 1_000 });
  const text = Buffer.from(heard ?? []).toString('latin1');
  if (/totalSize/.test(text)) return { asked: 'listDatabases, without a login', answered: 'the list of its databases', open: true };
  const refusal = /(?:command listDatabases )?(?:requires authentication|not authorized)[\w ]{0,40}/.exec(text)?.[0];
  return refusal === undefined
    ? silent(place.shown, 'the answer to listDatabases is none that is known')
    : closed('listDatabases', refusal);
}

async function http(
  { ports, signal }: CheckContext,
  { place, tls }: Store,
  { path, opened }: { readonly path: string; readonly opened: (body: string) => boolean },
): Promise<Answer> {
  const url = `${tls ? 'https' : 'http'}://${place.host}:${place.port}${path}`;
  const answer = await ports.http.request({ method: 'GET', url, anyCertificate: true, timeoutMs: ANSWER_MS, maxBytes: 10_000, signal });
  if (answer.state === 'failed') return silent(place.shown, answer.message);
  const body = Buffer.from(answer.body).toString('utf8').replaceAll(OURS, '');
  const said = `${answer.status} ${oneLine(body).slice(0, SHOWN)}`;
  if (answer.status === 200 && opened(body)) return { asked: `GET ${path}, without a key`, answered: said, open: true };
  if (answer.status === 401 || answer.status === 403) return closed(`GET ${path}`, said);
  return silent(place.shown, `GET ${path} answered ${said}`);
}

function closed(asked: string, answered: string): Answer {
  return {
    asked: asked.includes('password') ? asked : `${asked}, with nothing in hand`,
    answered: oneLine(answered).slice(0, 200),
    open: false,
  };
}

function silent(place: string, why: string): Answer {
  return { because: `${place} did not say whether it lets anybody in: ${oneLine(why).slice(0, 200)}` };
}
