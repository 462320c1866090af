import type { Login } from '../../ports/index.ts';
import type { CheckContext } from '../contract.ts';
import { fileIn } from './file-in.ts';
import { liveServices, type LiveService } from './services.ts';
import type { Store } from './stores.ts';

/** A way in, and who knows it. Holds a password: for memory only. */
export interface KnownLogin extends Login {
  /** Whose setting it is: `api: DATABASE_URL`. */
  readonly from: string;
  /** Named by the datastore's own settings, and by no service that uses it. */
  readonly own: boolean;
  /** The account with all rights that the image makes for setting up, whoever uses it. */
  readonly setUp: boolean;
}

/** A service that is set up to use a store. */
export interface Consumer {
  readonly service: LiveService;
  readonly logins: readonly KnownLogin[];
}

const LOGINS = 20;

/** Those who use a store, by their settings or by `depends_on`. */
export async function consumersOf(context: CheckContext, store: Store): Promise<readonly Consumer[]> {
  const services = (await liveServices(context)) ?? [];
  const dependsOn = new Map((context.manifest?.services ?? []).map(({ name, dependsOn }) => [name, dependsOn]));
  return services
    .filter((service) => service !== store.service)
    .map((service) => ({ service, logins: loginsIn(service, store) }))
    .filter(
      ({ service, logins }) =>
        logins.length > 0 || mentions(service, store) || (dependsOn.get(service.name)?.includes(store.service.name) ?? false),
    );
}

/** Ways into a store that its own settings, or those of its consumers, name: the applications' own first. */
export async function loginsOf(context: CheckContext, store: Store): Promise<readonly KnownLogin[]> {
  const consumers = await consumersOf(context, store);
  const own = await ownLogins(context, store);
  const admins = own.filter(({ setUp }) => setUp).map(({ user }) => user);
  const used = consumers.flatMap(({ logins }) => logins.map((login) => ({ ...login, setUp: admins.includes(login.user) })));
  const all = [...used, ...own];
  const key = ({ user, password, database }: Login): string => [user, password, database].join('\0');
  return all.filter((one, index) => all.findIndex((other) => key(other) === key(one)) === index).slice(0, LOGINS);
}

/** Text without the passwords that stand in it. */
export function withoutSecrets(text: string, logins: readonly Login[]): string {
  return logins.reduce((kept, { password }) => (password.length < 3 ? kept : kept.replaceAll(password, '[password]')), text);
}

function mentions({ env }: LiveService, { service }: Store): boolean {
  return Object.values(env).some((value) => service.names.some((name) => value === name || value.includes(`${name}:`)));
}

const SCHEMES: Readonly<Partial<Record<Store['kind'], RegExp>>> = {
  postgres: /^(?:jdbc:)?(?:postgres|postgresql|psql|pgsql|cockroachdb)(?:\+\w+)?:/i,
  mysql: /^(?:jdbc:)?(?:mysql|mysql2|mariadb)(?:\+\w+)?:/i,
  redis: /^(?:rediss?|valkeys?):/i,
};

/** Logins that a service's variables hold for a store: URLs, and `X_HOST` with `X_USER`, `X_PASSWORD`, `X_NAME` beside it. */
export function loginsIn(
  { name, env }: Pick<LiveService, 'name' | 'env'>,
  { kind, service }: { readonly kind: Store['kind']; readonly service: Pick<LiveService, 'names'> },
): KnownLogin[] {
  const found: KnownLogin[] = [];
  for (const [key, value] of Object.entries(env)) {
    const from = `${name}: ${key}`;
    const url = SCHEMES[kind]?.test(value) === true ? parse(value) : undefined;
    if (url && service.names.includes(url.hostname)) {
      const database = kind === 'redis' ? undefined : decode(url.pathname.slice(1).split('/')[0] ?? '') || undefined;
      const beside = besideOf(env, key.replace(/(?:URL|URI|DSN)$/i, ''));
      found.push({
        user: decode(url.username) || (kind === 'redis' ? '' : beside.user),
        password: decode(url.password) || url.searchParams.get('password') || beside.password,
        database,
        from,
        own: false,
        setUp: false,
      });
    }
    const prefix = /^(.*?)_?HOST(?:NAME)?$/.exec(key)?.[1];
    if (prefix !== undefined && service.names.includes(value.split(':')[0] ?? '')) {
      const beside = besideOf(env, prefix);
      const said = kind === 'redis' ? beside.password !== '' : beside.user !== '';
      if (said)
        found.push({
          ...beside,
          user: kind === 'redis' ? '' : beside.user,
          ...(kind === 'redis' ? { database: undefined } : {}),
          from,
          own: false,
          setUp: false,
        });
    }
  }
  return found;
}

function besideOf(env: Readonly<Record<string, string>>, prefix: string): Login {
  const stem = prefix.replace(/_$/, '');
  const first = (...names: readonly string[]): string => {
    const keys = names.flatMap((one) => [`${stem}_${one}`, `${stem}${one}`]);
    return keys.flatMap((key) => env[key] ?? []).find((value) => value !== '') ?? '';
  };
  return {
    user: first('USER', 'USERNAME'),
    password: first('PASSWORD', 'PASS', 'PWD'),
    database: first('DATABASE', 'NAME', 'DB', 'DBNAME', 'DB_NAME') || undefined,
  };
}

/** Accounts that the images of the stores make: https://hub.docker.com/_/postgres, /_/mysql, /_/mariadb. */
async function ownLogins(context: CheckContext, { kind, service }: Store): Promise<KnownLogin[]> {
  const value = async (...names: readonly string[]): Promise<string> => {
    for (const name of names) {
      const direct = service.env[name];
      if (direct !== undefined && direct !== '') return direct;
      const path = service.env[`${name}_FILE`];
      const container = service.containers[0];
      const file = path === undefined || !container ? undefined : await fileIn(context, container, path);
      if (file?.text !== undefined) return file.text.trim();
    }
    return '';
  };
  const one = (from: string, login: Login): KnownLogin[] => [{ ...login, from: `${service.name}: ${from}`, own: true, setUp: true }];
  if (kind === 'postgres') {
    const user = (await value('POSTGRES_USER', 'POSTGRESQL_USERNAME')) || 'postgres';
    const password = await value('POSTGRES_PASSWORD', 'POSTGRESQL_PASSWORD');
    const database = (await value('POSTGRES_DB', 'POSTGRESQL_DATABASE')) || user;
    return password === '' ? [] : one('POSTGRES_PASSWORD', { user, password, database });
  }
  if (kind === 'mysql') {
    const database = (await value('MYSQL_DATABASE', 'MARIADB_DATABASE')) || undefined;
    const root = await value('MYSQL_ROOT_PASSWORD', 'MARIADB_ROOT_PASSWORD');
    const user = await value('MYSQL_USER', 'MARIADB_USER');
    const password = await value('MYSQL_PASSWORD', 'MARIADB_PASSWORD');
    return [
      ...(user === '' || password === ''
        ? []
        : [{ user, password, database, from: `${service.name}: MYSQL_USER`, own: true, setUp: false }]),
      ...(root === '' ? [] : one('MYSQL_ROOT_PASSWORD', { user: 'root', password: root, database })),
    ];
  }
  if (kind === 'redis') {
    const password = /--requirepass[ =]["']?([^\s"']+)/.exec(service.command)?.[1] ?? (await value('REDIS_PASSWORD', 'VALKEY_PASSWORD'));
    return password === '' ? [] : one('its password', { user: '', password });
  }
  return [];
}

function parse(value: string): URL | undefined {
  try {
    // What the scheme is does not matter here, and URL knows users and ports of http alone in full.
    return new URL(value.replace(/^(?:jdbc:)?[\w+.-]+:/, 'http:'));
  } catch {
    return undefined;
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
