import type { z } from 'zod';

import type { Preflight, Readiness, StackInstance, StackManifest } from '../model/manifest.ts';
import type { PlannedTarget } from '../model/plan.ts';
import type { Source } from '../model/source.ts';
import type { Ports } from '../ports/index.ts';

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
  readonly watch: (manifest: StackManifest, context: StackContext) => Watch;
  /** Bounded, redacted logs per service below `logs/`; always before `down`. */
  readonly logs: (manifest: StackManifest, context: StackContext) => Promise<readonly Source[]>;
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
