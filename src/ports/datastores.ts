/** A place where something listens. */
export interface Door {
  readonly host: string;
  readonly port: number;
  /** Milliseconds for opening it, and for each answer. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface Login {
  readonly user: string;
  readonly password: string;
  readonly database?: string | undefined;
}

export type OpenedSession<Session> =
  | { readonly state: 'open'; readonly session: Session & AsyncDisposable }
  | {
      readonly state: 'failed';
      /** `denied`: it answered in its protocol and does not let this login in. */
      readonly reason: 'refused' | 'timeout' | 'denied' | 'other';
      /** What the server or the client said; holds no password. */
      readonly message: string;
    };

export type SqlRow = Readonly<Record<string, string | number | bigint | boolean | Date | null>>;

/** A session of a database that speaks SQL. */
export interface SqlSession {
  /** Rows by column name. @throws Error with the server's message, `code` kept, also when the time is up. */
  query(text: string, values?: readonly (string | number)[]): Promise<readonly SqlRow[]>;
}

export interface RedisSession {
  /** One command, its answer as it came. @throws Error with the server's message, also when the time is up. */
  call(command: string, ...args: readonly string[]): Promise<unknown>;
}

/** Datastores, spoken to in their own protocol by the field's own clients. Nothing connects again by itself. */
export interface Datastores {
  postgres(door: Door, login: Login): Promise<OpenedSession<SqlSession>>;
  mysql(door: Door, login: Login): Promise<OpenedSession<SqlSession>>;
  /** Without a login nobody is introduced. */
  redis(door: Door, login?: Login): Promise<OpenedSession<RedisSession>>;
}
