import type { Clock } from './clock.ts';
import type { Datastores } from './datastores.ts';
import type { Exec } from './exec.ts';
import type { Files } from './files.ts';
import type { Http, Inbox, Reference, Sockets, Tcp } from './http.ts';
import type { Progress } from './log.ts';
import type { Threads } from './threads.ts';
import type { Tls } from './tls.ts';

export type { BaselineStore } from './baseline.ts';
export type { Clock, Due } from './clock.ts';
export type { Login, OpenedSession, RedisSession, SqlRow, SqlSession } from './datastores.ts';
export type { Exec, ExecResult } from './exec.ts';
export type { FileWriter, Files } from './files.ts';
export type { Forge, NoteOutcome } from './forge.ts';
export type { Http, HttpResult, Socket, Sockets, Tcp } from './http.ts';
export type { Progress } from './log.ts';
export type { Handshake, Tls, TlsVersion } from './tls.ts';

/** Everything outside, handed to plugins and to the pipeline; `ports/node` holds the real ones. */
export interface Ports {
  readonly exec: Exec;
  readonly files: Files;
  readonly http: Http;
  /** HTTP for loads: a connection for each request under way, so that a wait is the system's. All of it ends with the signal. */
  readonly loadHttp: (signal: AbortSignal) => Http & Disposable;
  readonly reference: Reference;
  readonly inbox: Inbox;
  readonly sockets: Sockets;
  readonly tcp: Tcp;
  readonly tls: Tls;
  readonly datastores: Datastores;
  readonly clock: Clock;
  readonly threads: Threads;
  readonly progress: Progress;
  /** The environment of the gate's own process, read once at the entry. */
  readonly env: Readonly<Record<string, string>>;
  /** Argument-vector prefix that runs this very CLI again (`[node, …/src/cli/main.ts]`), for helpers that must outlive it. */
  readonly self: readonly string[];
}
