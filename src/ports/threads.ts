/** Threads of this process that run this very program's own worker (`src/cli/load-worker.ts`). */
export interface Threads {
  /** Cores that this process may use. */
  readonly cores: number;
  /** Milliseconds for which cores of this machine had nothing to do since it started, of all of them together. */
  idleMs(): number;
  /** `task` and all that is told and said is copied from thread to thread (https://nodejs.org/api/worker_threads.html). */
  start(task: unknown, options: ThreadOptions): Thread;
}

export interface ThreadOptions {
  /** In a debugger and in `top -H`. */
  readonly name: string;
  readonly said: (message: unknown) => void;
  /** Called once: the thread is over, whoever ended it and for whatever reason, and says nothing more. */
  readonly ended: (why: string) => void;
}

export interface Thread {
  tell(message: unknown): void;
  /** Ends it where it stands. Resolves when it is gone. */
  end(): Promise<void>;
}
