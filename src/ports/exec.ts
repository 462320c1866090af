import type { CommandOutcome } from '../model/evidence.ts';
import type { Command } from '../model/plan.ts';

export interface ExecOptions {
  readonly cwd?: string | undefined;
  /** The whole environment of the child; nothing is inherited silently. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds after which the whole process group is ended. */
  readonly timeoutMs?: number | undefined;
  /**
   * Output goes here, both streams in order of arrival, bounded by `maxLogBytes`: the middle is dropped. While the process
   * runs the newest part is in the segments beside it (`log-segments.ts`).
   */
  readonly logFile?: string | undefined;
  readonly maxLogBytes?: number | undefined;
  readonly stdin?: string | undefined;
  /** Bytes of each stream that are kept in memory, from its beginning and end; 1 MB by default. */
  readonly captureBytes?: number | undefined;
  /** Called with each complete line, as it arrives. */
  readonly onLine?: ((line: string, stream: 'stdout' | 'stderr') => void) | undefined;
  /** Called with the pid (which is also the process group) as soon as the process runs. */
  readonly onStart?: ((pid: number) => void) | undefined;
  /** Replaces secrets in whole lines before they reach the log file, `tail` and `onLine`; `stdout` and `stderr` stay raw, for parsing. */
  readonly redact?: ((text: string) => string) | undefined;
  /** Milliseconds between TERM and KILL when the group is ended; by default 5 s, and 2 s when `signal` ends it. */
  readonly graceMs?: number | undefined;
}

export interface ExecResult {
  readonly outcome: CommandOutcome;
  readonly durationMs: number;
  /** At most `captureBytes` of each stream. */
  readonly stdout: string;
  readonly stderr: string;
  readonly tail: readonly string[];
  readonly outputBytes: number;
  readonly droppedBytes: number;
}

/** A process that outlives the gate, ended through its pid. */
export interface DetachedProcess {
  readonly pid: number;
}

/**
 * Runs processes. Each one leads a process group of its own, which ends as a whole: TERM, then KILL after a grace. That is
 * also what happens to what a process leaves in its group when it ends by itself, and to all groups when the gate is killed.
 */
export interface Exec {
  run(command: Command, options: ExecOptions): Promise<ExecResult>;
  /** Starts a process in its own session that survives the gate; output goes to `logFile`. */
  detach(command: Command, options: ExecOptions & { readonly logFile: string }): Promise<DetachedProcess>;
  isAlive(pid: number): boolean;
  /** Sends a signal to the process group led by `pid`; tells whether it was there. */
  kill(pid: number, signal: 'SIGTERM' | 'SIGKILL' | 'SIGINT' | 'SIGSTOP' | 'SIGCONT'): boolean;
}
