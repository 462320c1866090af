import type { z } from 'zod';

import type { Boots } from '../model/boot.ts';
import type { Preflight, Readiness, ResolvedTarget, StackInstance, StackManifest } from '../model/manifest.ts';
import type { PlannedTarget } from '../model/plan.ts';
import type { Source } from '../model/source.ts';
import type { ExecOptions } from '../ports/exec.ts';
import type { ExecResult, Ports } from '../ports/index.ts';

export interface StackContext {
  readonly ports: Ports;
  /** Repository root; relative paths in options start here. */
  readonly root: string;
  /** Run directory; the stack may write below `stack/` and `logs/`. */
  readonly runDir: string;
  /** Makes names unique: the run's id. */
  readonly runId: string;
  readonly instance: StackInstance;
  /** Milliseconds until every service must be ready. */
  readonly readyMs: number;
  readonly targets: readonly PlannedTarget[];
  readonly signal: AbortSignal;
  /** Replaces secrets in anything that is kept. */
  readonly redact: (text: string) => string;
  /** Flushes the undo of an act to the journal, before the act. `handle` must be enough for another process to take the stack down. */
  readonly book: (handle: StackManifest['handle']) => Promise<void>;
}

export interface UpResult {
  readonly manifest: StackManifest;
  readonly readiness: Readiness;
}

/** Something that happened to a service while a stage ran. */
export interface Incident {
  readonly at: string;
  readonly service: string;
  readonly what: 'died' | 'restarted' | 'unhealthy' | 'oom-killed';
  readonly message: string;
}

export interface Watch extends AsyncDisposable {
  readonly incidents: () => readonly Incident[];
  /** How much happened to the services at all, also what somebody asked for (a `docker rm`): whoever sees it rise looks again. */
  readonly moves: () => number;
}

/** What one container or process tree uses at one moment. Counters begin with its life; what cannot be seen is absent. */
export interface ReplicaUsage {
  readonly service: string;
  /** Another one after every restart. */
  readonly life: string;
  /** When the counters were read: milliseconds on the clock that never jumps. */
  readonly atMs: number;
  /** Counter: CPU time, milliseconds. */
  readonly cpuMs: number;
  /** How many cores it may use, where it has a limit. */
  readonly cores?: number | undefined;
  /** Without file cache, which the kernel takes back when it is needed. */
  readonly memoryBytes: number;
  /** How much memory it may use, where it has a limit. */
  readonly memoryLimitBytes?: number | undefined;
  readonly anonBytes?: number | undefined;
  /** Processes and threads. */
  readonly pids?: number | undefined;
  /** Open file descriptors. */
  readonly fds?: number | undefined;
  /** TCP sockets in use. */
  readonly sockets?: number | undefined;
  /** Counter: bytes received and sent. */
  readonly networkBytes?: number | undefined;
  /** Counters of the periods in which it ran under its CPU limit, and of those in which it was held back. */
  readonly periods?: { readonly all: number; readonly throttled: number } | undefined;
}

/** Looks at what the services use, again and again; cheap enough for once a second. */
export interface Sampler {
  /** All replicas that run and can be seen now, and why others cannot. Never rejects. */
  readonly take: () => Promise<{ readonly usages: readonly ReplicaUsage[]; readonly unseen: ReadonlyMap<string, string> }>;
}

/** Follows what the services print, so that the lines of one moment can be found again. */
export interface Prints {
  /** Notes how far each log has come; called about once a second. Never rejects. */
  readonly mark: () => Promise<void>;
  /** Lines that came between two moments (milliseconds since 1970), by service, redacted and bounded. Never rejects. */
  readonly between: (fromMs: number, toMs: number) => Promise<readonly PrintedLines[]>;
}

export interface PrintedLines {
  readonly service: string;
  readonly lines: readonly string[];
  /** Lines of the same time beyond the bound. */
  readonly omitted: number;
}

export interface InsideProcess {
  /** As the processes beside it know it. */
  readonly pid: number;
  /** Path of the program that it runs. */
  readonly program: string;
}

/** One container or process tree from within: what runs there, and a way to run a program beside it. */
export interface Inside {
  readonly service: string;
  readonly processes: readonly InsideProcess[];
  readonly run: (
    argv: readonly string[],
    options: {
      readonly env?: Readonly<Record<string, string>>;
      readonly limits: Pick<ExecOptions, 'timeoutMs' | 'signal' | 'captureBytes'>;
    },
  ) => Promise<ExecResult>;
}

/**
 * A way to bring a system up. `up` never throws because a service is bad: that is a `not-ready` with causes.
 * `down` needs the manifest's handle alone, is idempotent, and works from another process.
 */
export interface StackPlugin<Options = unknown> {
  readonly kind: string;
  /** One line for `plan` and docs. */
  readonly summary: string;
  readonly options: z.ZodType<Options>;
  /** What can be said before anything is started. */
  readonly preflight: (options: Options, context: StackContext) => Promise<readonly Preflight[]>;
  readonly up: (options: Options, context: StackContext) => Promise<UpResult>;
  /** The state now, by the same state machine that judged readiness. */
  readonly look: (manifest: StackManifest, context: StackContext) => Promise<UpResult>;
  /** Where targets are now, well or not, without asking them. Left out where they never move. @throws when nobody answers. */
  readonly places?: (manifest: StackManifest, context: StackContext) => Promise<readonly ResolvedTarget[]>;
  readonly watch: (manifest: StackManifest, context: StackContext) => Watch;
  /** Looks at CPU, memory and the like of the services. Left out where nobody here can see them. */
  readonly sampler?: (manifest: StackManifest, context: StackContext) => Sampler;
  /** Finds the lines that services printed at a moment. Left out where nobody here can read their logs. */
  readonly prints?: (manifest: StackManifest, context: StackContext) => Prints;
  /** Everything that runs of the services now, from within. Left out where nobody here can get there. */
  readonly inside?: (manifest: StackManifest, context: StackContext) => Promise<readonly Inside[]>;
  /** Services that can be started once more. Left out where nobody here can. */
  readonly boots?: (options: Options, manifest: StackManifest, context: StackContext) => Promise<Boots>;
  /** Bounded, redacted logs per service below `logs/`; always before `down`. */
  readonly logs: (manifest: StackManifest, context: StackContext) => Promise<readonly Source[]>;
  /** Ends everything that runs and keeps what it stored, for another version to start on. Left out where nothing here can do that. */
  readonly halt?: (handle: StackManifest['handle'], context: Omit<StackContext, 'book' | 'targets'>) => Promise<void>;
  /** Takes everything down; returns what is still there afterwards (empty when clean). */
  readonly down: (handle: StackManifest['handle'], context: Omit<StackContext, 'book' | 'targets'>) => Promise<readonly string[]>;
  /** Hands over base knowledge for checks: the resolved model, before anything runs. `undefined` when there is none. */
  readonly model?: (options: Options, context: StackContext) => Promise<unknown>;
}

/**
 * Types the plugin's own options inside and forgets them outside, where the registry holds all kinds alike:
 * callers parse with the plugin's own schema first, which makes the one cast safe.
 */
export function defineStack<Options>(plugin: StackPlugin<Options>): StackPlugin {
  return plugin as unknown as StackPlugin;
}
