import { z } from 'zod';

import { GauntletError } from '../../model/errors.ts';
import type { Login, OpenedSession, SqlSession } from '../../ports/datastores.ts';
import type { FaultContext, HealContext } from '../contract.ts';
import { fileIn } from './docker.ts';
import { lifeOf } from './edge-fault.ts';
import { containerNow, listeningPorts, type Inspected } from './netns.ts';
import { addressOf, ServicePlace } from './place.ts';
import { findTarget } from './target.ts';

const SESSION_MS = 5_000;

const Engine = z.enum(['postgres', 'mysql']);
export type Engine = z.output<typeof Engine>;

/** What a user may say about a database; on Compose the container's own variables say most of it. */
export const databaseFields = {
  service: z.string().min(1).describe('the database'),
  engine: Engine.optional().describe('what it is, where neither image, variables nor port tell; MariaDB is `mysql`'),
  port: z.int().min(1).max(65_535).optional().describe('where it listens; its first port when left out'),
  user: z.string().min(1).optional().describe('who may change its settings; the superuser of the image when left out'),
  password_env: z.string().min(1).optional().describe('the variable of the gate that holds the password'),
  database: z.string().min(1).optional().describe('the database to log in to'),
};

export interface DatabaseOptions {
  readonly service: string;
  readonly engine?: Engine | undefined;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
  readonly password_env?: string | undefined;
  readonly database?: string | undefined;
}

/** Where a database is, and how to log in: never the password itself, but where it stands. */
export const Database = z.strictObject({
  service: z.string(),
  engine: Engine,
  place: ServicePlace,
  user: z.string(),
  database: z.string(),
  passwordEnv: z.string().nullable(),
});
export type Database = z.output<typeof Database>;

/** Finds every running copy of the database. @throws GauntletError when there is none, or when nobody can tell what it is. */
export async function findDatabases(options: DatabaseOptions, context: FaultContext): Promise<readonly Database[]> {
  const target = await findTarget(options.service, context);
  const service = context.manifest.services.find(({ name }) => name === options.service);
  if (target.stack === 'process') {
    const port = options.port ?? service?.ports[0]?.port;
    if (port === undefined) throw unclear(options.service, 'where it listens', 'write its `port`');
    const engine = options.engine ?? engineOf([options.service], [], port);
    if (engine === undefined) throw unclear(options.service, 'what database it is', 'write `engine: postgres` or `engine: mysql`');
    const { pid, startedAt } = target;
    return [described(options, { engine, place: { stack: 'process', pid, startedAt, port }, variables: {} })];
  }
  const found: Database[] = [];
  for (const container of target.containers) {
    const inspected = await containerNow(context, container.id);
    if (inspected === undefined) continue;
    const variables = variablesOf(inspected);
    const ports = listeningPorts(context, container.pid);
    const port = options.port ?? ports.find((one) => one === 5432 || one === 3306) ?? ports[0];
    if (port === undefined) throw unclear(options.service, 'where it listens', 'write its `port`');
    const engine = options.engine ?? engineOf([service?.image ?? '', options.service], Object.keys(variables), port);
    if (engine === undefined) throw unclear(options.service, 'what database it is', 'write `engine: postgres` or `engine: mysql`');
    found.push(described(options, { engine, place: { stack: 'compose', container: lifeOf(container), port }, variables }));
  }
  return found;
}

/** What a database is, by its variables, its port and its names. */
export function engineOf(names: readonly string[], variables: readonly string[], port: number): Engine | undefined {
  if (port === 5432 || variables.some((name) => name.startsWith('POSTGRES_') || name === 'PGDATA')) return 'postgres';
  if (port === 3306 || variables.some((name) => /^(MYSQL|MARIADB)_/.test(name))) return 'mysql';
  const text = names.join(' ').toLowerCase();
  if (/postg|\bpg/.test(text)) return 'postgres';
  return /mysql|maria/.test(text) ? 'mysql' : undefined;
}

/**
 * A session of the superuser; `undefined` when the database is gone (not merely silent).
 * @throws GauntletError when it is there and lets nobody in.
 */
export async function openDatabase(database: Database, context: HealContext): Promise<(SqlSession & AsyncDisposable) | undefined> {
  const door = await addressOf(database.place, context);
  if (door === undefined) return undefined;
  const login: Login = { user: database.user, password: await passwordOf(database, context), database: database.database };
  const { datastores } = context.ports;
  const at = { ...door, timeoutMs: SESSION_MS, signal: context.signal };
  const opened: OpenedSession<SqlSession> = await (database.engine === 'postgres'
    ? datastores.postgres(at, login)
    : datastores.mysql(at, login));
  if (opened.state === 'open') return opened.session;
  throw new GauntletError(`${database.service} does not let ${database.user} in: ${opened.message}`, {
    kind: 'config',
    hint: 'say `user` and `password_env` of somebody who may change its settings',
  });
}

interface Found {
  readonly engine: Engine;
  readonly place: Database['place'];
  readonly variables: Readonly<Record<string, string>>;
}

function described({ service, user, database, password_env: passwordEnv }: DatabaseOptions, { engine, place, variables }: Found): Database {
  const admin = user ?? (engine === 'postgres' ? (variables['POSTGRES_USER'] ?? 'postgres') : 'root');
  return {
    service,
    engine,
    place,
    user: admin,
    database: database ?? (engine === 'postgres' ? (variables['POSTGRES_DB'] ?? admin) : 'mysql'),
    passwordEnv: passwordEnv ?? null,
  };
}

function variablesOf({ Config }: Inspected): Record<string, string> {
  return Object.fromEntries(
    (Config.Env ?? []).map((line): [string, string] => {
      const at = line.indexOf('=');
      return [line.slice(0, at), line.slice(at + 1)];
    }),
  );
}

const PASSWORDS: Readonly<Record<Engine, readonly string[]>> = {
  postgres: ['POSTGRES_PASSWORD'],
  mysql: ['MARIADB_ROOT_PASSWORD', 'MYSQL_ROOT_PASSWORD'],
};

/** From where it stands; empty where nobody says one. */
export async function passwordOf({ engine, place, passwordEnv }: Database, context: HealContext): Promise<string> {
  if (passwordEnv !== null) return context.ports.env[passwordEnv] ?? '';
  if (place.stack === 'process') return '';
  const now = await containerNow(context, place.container.id);
  if (now === undefined) return '';
  const variables = variablesOf(now);
  for (const name of PASSWORDS[engine]) {
    const [value, file] = [variables[name], variables[`${name}_FILE`]];
    if (value !== undefined) return value;
    if (file !== undefined) return (await fileIn(context, place.container.id, file)) ?? '';
  }
  return '';
}

function unclear(service: string, what: string, hint: string): GauntletError {
  return new GauntletError(`nobody says of ${service} ${what}`, { kind: 'config', hint });
}
