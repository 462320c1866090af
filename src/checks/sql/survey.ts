import { errorMessage } from '../../model/errors.ts';
import type { Unasked } from '../../model/live-look.ts';
import type { SqlSession } from '../../ports/index.ts';
import type { CheckContext, Collected } from '../contract.ts';
import { loginsOf, withoutSecrets, type KnownLogin } from '../live/logins.ts';
import { isStores, storesOf, type Store } from '../live/stores.ts';
import { once } from '../repository/files.ts';
import type { Contents, Dialect } from './dialect.ts';
import { mysql } from './mysql.ts';
import { postgres } from './postgres.ts';

const ANSWER_MS = 8_000;
/** Logins that get no answer, after which the others are not tried: each costs its whole wait. */
const MUTE = 2;
const DATABASES = 10;

/** What a login that somebody was given can do. */
export interface TriedLogin {
  readonly from: string;
  readonly user: string;
  readonly database: string | null;
  /** Named by the settings of the server alone. */
  readonly own: boolean;
  /** The account that the image itself makes for setting up. */
  readonly setUp: boolean;
  readonly let: 'in' | 'denied' | 'no-database' | 'no-answer';
  readonly said: string;
  /** Rights over the whole server. */
  readonly powers: readonly string[];
}

export interface Survey {
  readonly store: Store;
  readonly dialect: Dialect;
  readonly version: string;
  readonly maxConnections: number;
  readonly reserved: number;
  readonly databases: readonly string[];
  /** Settings of the server that switch its own guarantees off. */
  readonly lax: readonly string[];
  readonly logins: readonly TriedLogin[];
  readonly contents: readonly Contents[];
  readonly rollback: string;
  /** Milliseconds of simple queries, ascending. */
  readonly latenciesMs: readonly number[];
  /** Opens a database of it again. */
  readonly open: (database: string) => Promise<(SqlSession & AsyncDisposable) | undefined>;
}

export interface Surveys {
  readonly surveys: readonly Survey[];
  readonly unasked: readonly Unasked[];
}

/** Every PostgreSQL, MySQL and MariaDB of the stack, looked at once for all rows. */
export async function surveysOf(context: CheckContext): Promise<Surveys | Collected<never>> {
  const found = await storesOf(context, 'postgres', 'mysql');
  if (!isStores(found)) return found;
  const looks = await Promise.all(
    found.stores.map((store) => once(context, `survey ${store.kind} ${store.service.name}`, () => surveyOf(context, store))),
  );
  return {
    surveys: looks.flatMap((one) => ('store' in one ? [one] : [])),
    unasked: [...found.unasked, ...looks.flatMap((one) => ('because' in one ? [one] : []))],
  };
}

export function isSurveys(found: Surveys | Collected<never>): found is Surveys {
  return 'surveys' in found;
}

async function surveyOf(context: CheckContext, store: Store): Promise<Survey | Unasked> {
  const dialect = store.kind === 'mysql' ? mysql : postgres;
  const service = store.service.name;
  const logins = await loginsOf(context, store);
  if (logins.length === 0)
    return {
      service,
      because: `no setting of the stack names a login for ${service}: neither a URL of the services that use it, nor variables of its image`,
    };
  const tried: { readonly login: KnownLogin; readonly result: TriedLogin }[] = [];
  for (const login of logins) {
    tried.push({ login, result: await tryOne(context, { store, dialect, login, logins }) });
    if (tried.filter(({ result }) => result.let === 'no-answer').length >= MUTE) break;
  }
  const into = tried.filter(({ result }) => result.let === 'in').map(({ login }) => login);
  const [first] = into;
  if (!first)
    return {
      service,
      because: `${store.place.shown} let nobody in (${tried
        .map(({ result }) => `${result.from}: ${result.said}`)
        .join('; ')
        .slice(0, 300)})`,
    };
  const open: Survey['open'] = async (database) => {
    const own = into.toSorted((a, b) => Number(b.database === database) - Number(a.database === database));
    for (const login of own) {
      const opened = await openAs(context, store, { ...login, database });
      if (opened.state === 'open') return opened.session;
    }
    return undefined;
  };
  try {
    return await lookInto(context, { store, dialect, open, first, logins: tried.map(({ result }) => result) });
  } catch (error) {
    return {
      service,
      because: `${store.place.shown} did not answer to the end: ${withoutSecrets(errorMessage(error), logins).slice(0, 200)}`,
    };
  }
}

interface Looking extends Pick<Survey, 'store' | 'dialect' | 'open' | 'logins'> {
  readonly first: KnownLogin;
}

async function lookInto(context: CheckContext, { store, dialect, open, first, logins }: Looking): Promise<Survey> {
  const opened = await openAs(context, store, first);
  if (opened.state === 'failed') throw new Error(opened.message);
  await using session = opened.session;
  const server = await dialect.server(session);
  const latenciesMs = await latencies(context, session);
  const rollback = await dialect.rollback(session).catch((error: unknown) => `not tried: ${errorMessage(error).slice(0, 120)}`);
  const wanted = [...new Set(logins.flatMap(({ database }) => database ?? []))].filter((name) => server.databases.includes(name));
  const contents: Contents[] = [];
  for (const database of wanted.slice(0, DATABASES)) {
    const inside = await open(database);
    if (!inside) continue;
    await using own = inside;
    contents.push(await dialect.contents(own, database));
  }
  return { store, dialect, ...server, logins, contents, rollback, latenciesMs, open };
}

async function tryOne(
  context: CheckContext,
  {
    store,
    dialect,
    login,
    logins,
  }: { readonly store: Store; readonly dialect: Dialect; readonly login: KnownLogin; readonly logins: readonly KnownLogin[] },
): Promise<TriedLogin> {
  const base = { from: login.from, user: login.user, database: login.database ?? null, own: login.own, setUp: login.setUp, powers: [] };
  const opened = await openAs(context, store, login);
  if (opened.state === 'failed') {
    const said = withoutSecrets(opened.message, logins).slice(0, 200);
    return {
      ...base,
      let: dialect.noDatabase.test(opened.message) ? 'no-database' : opened.reason === 'denied' ? 'denied' : 'no-answer',
      said,
    };
  }
  await using session = opened.session;
  const powers = await dialect.powers(session).catch(() => []);
  return { ...base, let: 'in', said: 'let in', powers };
}

function openAs({ ports, signal }: CheckContext, { kind, place }: Store, login: KnownLogin): ReturnType<typeof ports.datastores.postgres> {
  const door = { host: place.host, port: place.port, timeoutMs: ANSWER_MS, signal };
  return kind === 'mysql' ? ports.datastores.mysql(door, login) : ports.datastores.postgres(door, login);
}

const QUERIES = 50;

async function latencies({ ports }: CheckContext, session: SqlSession): Promise<number[]> {
  const taken: number[] = [];
  for (let index = 0; index < QUERIES; index += 1) {
    const from = ports.clock.monotonicMs();
    await session.query('SELECT 1 AS one');
    taken.push(ports.clock.monotonicMs() - from);
  }
  return taken.toSorted((a, b) => a - b);
}
