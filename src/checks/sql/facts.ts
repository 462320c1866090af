import { z } from 'zod';

import { Unasked } from '../../model/live-look.ts';

const database = { service: z.string(), place: z.string(), database: z.string() };
const server = { service: z.string(), place: z.string() };

/** DB-02: databases that somebody was given, and those that are there. */
export const DatabaseFacts = z.object({
  unasked: z.array(Unasked),
  wanted: z.array(z.object({ ...database, from: z.array(z.string()), there: z.boolean() })),
});
export type DatabaseFacts = z.output<typeof DatabaseFacts>;

/** DB-03: what the logins of the services can do. */
export const LoginFacts = z.object({
  unasked: z.array(Unasked),
  logins: z.array(
    z.object({
      ...server,
      user: z.string(),
      from: z.array(z.string()),
      let: z.enum(['in', 'denied', 'no-database', 'no-answer']),
      said: z.string(),
      powers: z.array(z.string()),
      /** The account that the image makes for setting up. */
      own: z.boolean(),
      /** How many databases of the server services use. */
      databases: z.number(),
    }),
  ),
});
export type LoginFacts = z.output<typeof LoginFacts>;

/** DB-04. */
export const ContentFacts = z.object({
  unasked: z.array(Unasked),
  databases: z.array(z.object({ ...database, tables: z.number(), from: z.array(z.string()) })),
  /** A tracked migration, when there is one. */
  migration: z.string().optional(),
});
export type ContentFacts = z.output<typeof ContentFacts>;

/** DB-05: what the repository has, and what the database says that ran. */
export const MigrationFacts = z.object({
  unasked: z.array(Unasked),
  histories: z.array(
    z.object({
      ...database,
      tool: z.string(),
      table: z.string(),
      folder: z.string(),
      tracked: z.number(),
      applied: z.number(),
      pending: z.array(z.string()),
      /** Begun and not ended, or ended badly. */
      broken: z.array(z.string()),
    }),
  ),
});
export type MigrationFacts = z.output<typeof MigrationFacts>;

/** DB-06. */
export const CharsetFacts = z.object({
  unasked: z.array(Unasked),
  databases: z.array(z.object({ ...database, dialect: z.string(), charset: z.string(), narrow: z.array(z.string()), tables: z.number() })),
});
export type CharsetFacts = z.output<typeof CharsetFacts>;

/** DB-07. */
export const KeyFacts = z.object({
  unasked: z.array(Unasked),
  databases: z.array(
    z.object({ ...database, foreignKeys: z.number(), unenforced: z.array(z.string()), lax: z.array(z.string()), tables: z.number() }),
  ),
});
export type KeyFacts = z.output<typeof KeyFacts>;

/** DB-08. */
export const EngineFacts = z.object({
  unasked: z.array(Unasked),
  servers: z.array(
    z.object({
      ...server,
      version: z.string(),
      rollback: z.string(),
      /** `shop.orders: MyISAM`. */
      plain: z.array(z.string()),
      tables: z.number(),
    }),
  ),
});
export type EngineFacts = z.output<typeof EngineFacts>;

/** DB-09: who may open how many connections. */
export const PoolFacts = z.object({
  unasked: z.array(Unasked),
  servers: z.array(
    z.object({
      ...server,
      maxConnections: z.number(),
      reserved: z.number(),
      pools: z.array(z.object({ service: z.string(), from: z.string(), each: z.number(), processes: z.number() })),
      /** Those that use it and do not say how large their pool is. */
      silent: z.array(z.string()),
    }),
  ),
});
export type PoolFacts = z.output<typeof PoolFacts>;

/** DB-17. */
export const LatencyFacts = z.object({
  unasked: z.array(Unasked),
  servers: z.array(z.object({ ...server, queries: z.number(), p50Ms: z.number(), p95Ms: z.number() })),
});
export type LatencyFacts = z.output<typeof LatencyFacts>;
