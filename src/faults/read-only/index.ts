import { z } from 'zod';

import { errorMessage, GauntletError } from '../../model/errors.ts';
import type { SqlSession } from '../../ports/datastores.ts';
import { defineFault, type FaultContext, type HealContext, type Proof } from '../contract.ts';
import { ableIf } from '../kit/capability.ts';
import { Database, databaseFields, findDatabases, openDatabase } from '../kit/database.ts';
import { addressOf } from '../kit/place.ts';

const Options = z.strictObject(databaseFields);
type Options = z.output<typeof Options>;

const Undo = z.strictObject({
  databases: z
    .array(
      z.strictObject({
        database: Database,
        /** What was set for the whole server before, by this very means; null when nothing was. */
        before: z.string().nullable(),
      }),
    )
    .min(1),
});
type Undo = z.output<typeof Undo>;

/** How each server is asked for it. Both take effect at once for those who are connected, unless they say otherwise themselves. */
const WAYS = {
  postgres: {
    before: async (session: SqlSession) => {
      const rows = await session.query(
        "SELECT setting FROM pg_file_settings WHERE name = 'default_transaction_read_only' AND sourcefile LIKE '%/postgresql.auto.conf'",
      );
      return textOf(rows[0]?.['setting']);
    },
    now: async (session: SqlSession) =>
      textOf((await session.query('SHOW default_transaction_read_only'))[0]?.['default_transaction_read_only']),
    set: async (session: SqlSession, value: string | null) => {
      // One statement each: ALTER SYSTEM takes part in no transaction. It is allowed in a read-only one.
      await session.query(
        value === null
          ? 'ALTER SYSTEM RESET default_transaction_read_only'
          : `ALTER SYSTEM SET default_transaction_read_only = ${value === 'on' ? 'on' : 'off'}`,
      );
      await session.query('SELECT pg_reload_conf()');
    },
    /** Refused in a read-only transaction, and without a trace in any other: it is rolled back with its session. */
    control: 'CREATE TEMPORARY TABLE gauntlet_control () ON COMMIT DROP',
    on: 'on',
  },
  mysql: {
    before: async (session: SqlSession) => textOf((await session.query('SELECT @@global.read_only AS now'))[0]?.['now']),
    now: async (session: SqlSession) => textOf((await session.query('SELECT @@global.read_only AS now'))[0]?.['now']),
    set: async (session: SqlSession, value: string | null) => {
      await session.query(`SET GLOBAL read_only = ${value === '1' ? '1' : '0'}`);
    },
    // Whoever may set it may also write: the server's own word must do.
    control: undefined,
    on: '1',
  },
} as const;

/** A database that takes no writes any more, as after a failover or when its disk was remounted. Reads go on. */
export const readOnly = defineFault<Options, Undo>({
  type: 'read-only',
  summary: 'a database that takes no writes: PostgreSQL and MySQL or MariaDB, by their own setting; reads go on',
  rows: ['DB-19', 'CHA-05'],
  options: Options,
  undo: Undo,
  lasts: 'held',
  expires: false,
  title: ({ service }) => `make ${service} read-only`,
  services: ({ service }) => [service],
  capability: (options, context) => ableIf(() => prepare(options, context)),
  prepare,
  inject: async (_, { databases }, context) => {
    context.signal.throwIfAborted();
    for (const { database } of databases) {
      const { set, on } = WAYS[database.engine];
      await using session = await openDatabase(database, context);
      if (session === undefined) throw new Error(`${database.service} does not run any more`);
      await set(session, on);
    }
  },
  prove,
  heal,
  fingerprint: async ({ databases }, context) => {
    const seen: Record<string, string | null> = {};
    for (const { database } of databases) {
      const door = await addressOf(database.place, context);
      if (door === undefined) continue;
      await using session = await openDatabase(database, context);
      if (session !== undefined) seen[`${door.host}:${String(door.port)}`] = await WAYS[database.engine].before(session);
    }
    return Object.keys(seen).length === 0 ? null : seen;
  },
});

async function prepare(options: Options, context: FaultContext): Promise<Undo> {
  const databases: Undo['databases'] = [];
  for (const database of await findDatabases(options, context)) {
    await using session = await openDatabase(database, context);
    if (session === undefined) continue;
    const { before, now, on } = WAYS[database.engine];
    if ((await now(session)) === on)
      throw new GauntletError(`${options.service} is read-only as it is`, {
        kind: 'stack',
        hint: 'make it writable, or leave this fault out',
      });
    databases.push({ database, before: await before(session) });
  }
  if (databases.length > 0) return { databases };
  throw new GauntletError(`nothing of ${options.service} can be asked`, {
    kind: 'stack',
    hint: `look why ${options.service} does not run`,
  });
}

/** In a session of its own, opened after the act: the server's word, and a write that is refused. */
async function prove(_: Options, { databases }: Undo, context: FaultContext): Promise<Proof> {
  try {
    const by: string[] = [];
    for (const { database } of databases) {
      await using session = await openDatabase(database, context);
      if (session === undefined) return { state: 'unproved', why: `${database.service} does not run any more` };
      const { now, on, control } = WAYS[database.engine];
      const setting = await now(session);
      if (setting !== on)
        return { state: 'unproved', why: `${database.service} says ${setting ?? 'nothing'} when asked whether it is read-only` };
      by.push(`${database.service} says that it is read-only`);
      if (control === undefined) continue;
      const refused = await session.query(control).then(() => undefined, errorMessage);
      if (refused === undefined) return { state: 'unproved', why: `${database.service} still takes a write` };
      by.push(`and refuses a control write: ${refused}`);
    }
    const [first, ...more] = by;
    return first === undefined ? { state: 'unproved', why: 'there is nothing to ask' } : { state: 'proved', by: [first, ...more] };
  } catch (error) {
    return { state: 'unproved', why: errorMessage(error) };
  }
}

async function heal({ databases }: Undo, context: HealContext): Promise<void> {
  for (const { database, before } of databases) {
    await using session = await openDatabase(database, context);
    if (session !== undefined) await WAYS[database.engine].set(session, before);
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' ? String(value) : null;
}
