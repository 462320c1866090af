import type { z } from 'zod';

import type { Unasked } from '../../model/live-look.ts';
import { defineCheck, type CheckContext, type CheckPlugin } from '../contract.ts';
import { consumersOf } from '../live/logins.ts';
import {
  CharsetFacts,
  ContentFacts,
  DatabaseFacts,
  EngineFacts,
  KeyFacts,
  LatencyFacts,
  LoginFacts,
  MigrationFacts,
  PoolFacts,
} from './facts.ts';
import { compare, trackedMigrations } from './migrations.ts';
import { poolOf } from './pools.ts';
import { isSurveys, surveysOf, type Survey } from './survey.ts';

const NARROW = 50;

/** PostgreSQL, MySQL and MariaDB: each row asks every one of the stack, by the logins that the stack's own settings name. */
export const sql: readonly CheckPlugin[] = [
  row('DB-02', { summary: 'every database that a service is set up for exists', facts: DatabaseFacts, read: databases }),
  row('DB-03', { summary: 'services are let into their databases, with no rights over the whole server', facts: LoginFacts, read: logins }),
  row('DB-04', { summary: 'databases that services use have tables', facts: ContentFacts, read: contents }),
  row('DB-05', { summary: 'every migration of the repository has run', facts: MigrationFacts, read: migrations }),
  row('DB-06', { summary: 'databases hold every character', facts: CharsetFacts, read: charsets }),
  row('DB-07', { summary: 'foreign keys are enforced', facts: KeyFacts, read: keys }),
  row('DB-08', { summary: 'every table knows transactions', facts: EngineFacts, read: engines }),
  row('DB-09', { summary: 'the pools of the services fit into max_connections', facts: PoolFacts, read: pools }),
  row('DB-17', { summary: 'the simplest query takes less than 50 ms', facts: LatencyFacts, read: latencies }),
];

type Read<Facts> = Omit<Facts, 'unasked'> | string;

interface Row<Facts extends { unasked: Unasked[] }> {
  readonly summary: string;
  readonly facts: z.ZodType<Facts>;
  /** The facts of the row, or why it does not apply. */
  readonly read: (surveys: readonly Survey[], context: CheckContext) => Promise<Read<Facts>> | Read<Facts>;
}

function row<Facts extends { unasked: Unasked[] }>(code: string, { summary, facts, read }: Row<Facts>): CheckPlugin {
  return defineCheck<Facts>({
    code,
    summary,
    needs: 'live',
    facts,
    collect: async (context) => {
      const found = await surveysOf(context);
      if (!isSurveys(found)) return found;
      const said = await read(found.surveys, context);
      // Who could not be asked keeps the row open, also where nothing else speaks for it.
      if (typeof said === 'string' && found.unasked.length === 0) return { state: 'not-applicable', because: said };
      const own = typeof said === 'string' ? await read([], context) : said;
      if (typeof own === 'string') return { state: 'gap', because: found.unasked.map(({ because }) => because).join('; ') };
      return { state: 'collected', facts: facts.parse({ ...own, unasked: [...found.unasked] }), sources: [] };
    },
  });
}

function about({ store }: Survey): { service: string; place: string } {
  return { service: store.service.name, place: store.place.shown };
}

function databases(surveys: readonly Survey[]): Read<DatabaseFacts> {
  return {
    wanted: surveys.flatMap((survey) =>
      [...Map.groupBy(survey.logins, ({ database }) => database)].flatMap(([database, those]) =>
        database === null
          ? []
          : [{ ...about(survey), database, from: [...new Set(those.map(({ from }) => from))], there: survey.databases.includes(database) }],
      ),
    ),
  };
}

function logins(surveys: readonly Survey[]): Read<LoginFacts> {
  const found = surveys.flatMap((survey) => {
    const used = survey.logins.filter(({ own, let: entry }) => !own && entry !== 'no-database');
    const databases = new Set(used.map(({ database }) => database)).size;
    return [...Map.groupBy(used, ({ user, let: entry }) => `${user} ${entry}`).values()].flatMap((those) =>
      those[0]
        ? [
            {
              ...about(survey),
              ...those[0],
              own: those[0].setUp,
              databases,
              from: [...new Set(those.map(({ from }) => from))],
              powers: [...those[0].powers],
            },
          ]
        : [],
    );
  });
  return found.length === 0 && surveys.length > 0 ? 'no setting of a service names a login of its own' : { logins: found };
}

async function contents(surveys: readonly Survey[], context: CheckContext): Promise<Read<ContentFacts>> {
  const used = surveys.flatMap((survey) =>
    survey.contents.flatMap(({ database, tables }) => {
      const from = survey.logins.filter((one) => one.database === database && !one.own).map((one) => one.from);
      return from.length === 0 ? [] : [{ ...about(survey), database, tables: tables.length, from: [...new Set(from)] }];
    }),
  );
  if (used.length === 0 && surveys.length > 0) return 'no setting of a service names a database that is there';
  const [migration] = await trackedMigrations(context);
  return { databases: used, ...(migration ? { migration: `${migration.folder}, ${migration.tool.name}` } : {}) };
}

async function migrations(surveys: readonly Survey[], context: CheckContext): Promise<Read<MigrationFacts>> {
  const tracked = await trackedMigrations(context);
  const histories: MigrationFacts['histories'] = [];
  for (const survey of surveys)
    for (const { database, tables } of survey.contents)
      for (const one of tracked) {
        if (!tables.some(({ name }) => name === one.tool.table)) continue;
        const opened = await survey.open(database);
        if (!opened) continue;
        await using session = opened;
        const result = compare(one, await session.query(one.tool.applied));
        if (result)
          histories.push({
            ...about(survey),
            database,
            tool: one.tool.name,
            table: one.tool.table,
            folder: one.folder,
            tracked: one.known.size,
            ...result,
          });
      }
  if (histories.length === 0 && surveys.length > 0)
    return tracked.length === 0
      ? 'the repository has no migrations of a tool that is known here'
      : 'no database of the stack has a history of the repository’s migrations';
  return { histories };
}

function charsets(surveys: readonly Survey[]): Read<CharsetFacts> {
  const found = surveys.flatMap((survey) =>
    survey.contents.map(({ database, charset, narrow, tables }) => ({
      ...about(survey),
      dialect: survey.dialect.title,
      database,
      charset,
      narrow: narrow.slice(0, NARROW),
      tables: tables.length,
    })),
  );
  return found.length === 0 && surveys.length > 0 ? 'no database of an application is known' : { databases: found };
}

function keys(surveys: readonly Survey[]): Read<KeyFacts> {
  const found = surveys.flatMap((survey) =>
    survey.contents
      .filter(({ foreignKeys }) => foreignKeys > 0)
      .map(({ database, foreignKeys, unenforced, tables }) => ({
        ...about(survey),
        database,
        foreignKeys,
        unenforced: unenforced.slice(0, NARROW),
        lax: [...survey.lax],
        tables: tables.length,
      })),
  );
  return found.length === 0 && surveys.length > 0 ? 'no database of the stack declares a foreign key' : { databases: found };
}

/** https://mariadb.com/kb/en/choosing-the-right-storage-engine/: the others lose or keep half of a transaction. */
const PLAIN = /^(?:MyISAM|Aria|MEMORY|CSV|ARCHIVE|MRG_MyISAM|BLACKHOLE)$/i;

function engines(surveys: readonly Survey[]): Read<EngineFacts> {
  return {
    servers: surveys.map((survey) => {
      const tables = survey.contents.flatMap(({ database, tables }) => tables.map((table) => ({ database, ...table })));
      const plain = tables.filter(({ engine }) => engine !== null && PLAIN.test(engine));
      return {
        ...about(survey),
        version: survey.version.includes('MariaDB') ? survey.version : `${survey.dialect.title} ${survey.version}`,
        rollback: survey.rollback,
        plain: plain.slice(0, NARROW).map(({ database, name, engine }) => `${database}.${name}: ${engine ?? ''}`),
        tables: tables.length,
      };
    }),
  };
}

async function pools(surveys: readonly Survey[], context: CheckContext): Promise<Read<PoolFacts>> {
  const users = await Promise.all(surveys.map(({ store }) => consumersOf(context, store)));
  const servers = surveys.map((survey, at) => {
    const consumers = users[at] ?? [];
    const read = consumers.map((consumer) => {
      const elsewhere = users.some((others, index) => index !== at && others.some(({ service }) => service === consumer.service));
      return { name: consumer.service.name, pool: poolOf(consumer, elsewhere) };
    });
    return {
      ...about(survey),
      maxConnections: survey.maxConnections,
      reserved: survey.reserved,
      pools: read.flatMap(({ pool }) => pool ?? []),
      silent: read.flatMap(({ name, pool }) => (pool ? [] : [name])),
    };
  });
  const known = servers.filter(({ pools: those }) => those.length > 0);
  return known.length === 0 && surveys.length > 0 ? 'no setting of a service says how large its pool is' : { servers: known };
}

function latencies(surveys: readonly Survey[]): Read<LatencyFacts> {
  const at = (sorted: readonly number[], share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return {
    servers: surveys.map((survey) => ({
      ...about(survey),
      queries: survey.latenciesMs.length,
      p50Ms: at(survey.latenciesMs, 0.5),
      p95Ms: at(survey.latenciesMs, 0.95),
    })),
  };
}
