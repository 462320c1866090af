import type { SqlSession } from '../../ports/index.ts';

interface Table {
  readonly name: string;
  readonly engine: string | null;
}

/** What stands in one database that an application was given. */
export interface Contents {
  readonly database: string;
  readonly charset: string;
  readonly tables: readonly Table[];
  readonly foreignKeys: number;
  /** Foreign keys that are declared and not enforced, with the reason. */
  readonly unenforced: readonly string[];
  /** Columns that cannot hold every character: `users.name: latin1`. */
  readonly narrow: readonly string[];
}

/** How a dialect is asked. */
export interface Dialect {
  readonly title: string;
  readonly server: (
    session: SqlSession,
  ) => Promise<{ version: string; maxConnections: number; reserved: number; databases: readonly string[]; lax: readonly string[] }>;
  readonly powers: (session: SqlSession) => Promise<readonly string[]>;
  readonly contents: (session: SqlSession, database: string) => Promise<Contents>;
  /** Writes, rolls back, and tells what is left: in a temporary table alone. */
  readonly rollback: (session: SqlSession) => Promise<string>;
  readonly noDatabase: RegExp;
}
