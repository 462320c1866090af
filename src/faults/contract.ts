import type { z } from 'zod';

import type { Json } from '../lib/json.ts';
import type { Attempt } from '../model/attempt.ts';
import type { StackManifest } from '../model/manifest.ts';
import type { Ports } from '../ports/index.ts';

/** What healing may need: another process, with nothing but the journal, has as much. */
export interface HealContext {
  readonly ports: Ports;
  /** Ends the attempt; an undo has a time of its own, which no cancel cuts short. */
  readonly signal: AbortSignal;
}

export interface FaultContext extends HealContext {
  readonly manifest: StackManifest;
  /** Of this injection alone: letters, digits and `-`, 40 at most. Tags rules, containers and helpers, so that nothing of others is undone. */
  readonly id: string;
  /** Absolute; for the logs and state of a detached helper. It may not be there yet. */
  readonly folder: string;
  /** Repeats everything random. */
  readonly seed: number;
  /** The repository, where relative paths start. */
  readonly root?: string;
  /**
   * Milliseconds since the epoch after which nothing of the fault may be left, whoever lives then. Kernel rules that can expire
   * carry it; what cannot is healed by the watchdog.
   */
  readonly expiresAtMs: number;
}

export type Capability =
  | { readonly state: 'able' }
  /** The same effect by another means, named here for the report: `a proxy inside the container's network`. */
  | { readonly state: 'substitute'; readonly by: string }
  | { readonly state: 'unsupported'; readonly why: string };
export type Proof =
  | { readonly state: 'proved'; readonly by: readonly [string, ...string[]] }
  | { readonly state: 'unproved'; readonly why: string };

/**
 * A fault that stands between two services: there before the steady window and until the recovery is over, so that what is attempted can
 * be compared. `inject` begins the harm (and stands first, where nobody did), `heal` takes everything away.
 */
export interface Stands<Options = unknown, Undo = unknown> {
  /** Puts itself in the way; everything passes. May be called again. */
  readonly stand: (options: Options, undo: Undo, context: FaultContext) => Promise<void>;
  /** Everything passes again. @throws when that cannot be said. */
  readonly lift: (undo: Undo, context: HealContext) => Promise<void>;
  /** Everything that was attempted since, in order, and how much more there was. */
  readonly attempts: (undo: Undo, context: HealContext) => Promise<{ readonly attempts: readonly Attempt[]; readonly dropped: number }>;
}

/**
 * One thing done to the stack, with its undo. `prepare` looks and returns the undo, which is on disk before `inject` may act; `heal`
 * is a function of that undo alone, so that another process can run it.
 */
export interface FaultPlugin<Options = unknown, Undo = unknown> {
  readonly type: string;
  readonly summary: string;
  /** Rows of the catalogue that every experiment with this fault answers, such as CHA-01. */
  readonly rows: readonly string[];
  readonly options: z.ZodType<Options>;
  /** All that healing, proving and comparing need of the time before: ids, pids with their start time, addresses, limits, rule tags. */
  readonly undo: z.ZodType<Undo>;
  /** `moment`: over when it is done (a crash), recovery counts from then. `held`: lasts until it is healed, recovery counts from the heal. */
  readonly lasts: 'moment' | 'held';
  /** It ends at `expiresAtMs` by itself, even when no process of ours is left. Otherwise it is not begun without a watchdog. */
  readonly expires: boolean;
  readonly title: (options: Options) => string;
  /** Services that it is done to: these may suffer, all others should not. */
  readonly services: (options: Options) => readonly string[];
  /** Probes this machine and this stack; changes nothing that stays. Never throws. */
  readonly capability: (options: Options, context: FaultContext) => Promise<Capability>;
  /** Looks, changes nothing. @throws GauntletError when there is nothing to do it to: zero targets are an error, never a quiet success. */
  readonly prepare: (options: Options, context: FaultContext) => Promise<Undo>;
  /** Milliseconds that doing it takes by its own plan, beside what every fault has. */
  readonly takesMs?: (undo: Undo) => number;
  /** Does it. May be called again after an attempt that was broken off half-way. */
  readonly inject: (options: Options, undo: Undo, context: FaultContext) => Promise<void>;
  /** Shows that it has its effect, by facts that do not come from `inject`: counters, process states, a control probe across the edge. */
  readonly prove: (options: Options, undo: Undo, context: FaultContext) => Promise<Proof>;
  /** What only this fault can tell, for the judge of its rows, such as exit codes; asked just before the heal. */
  readonly observe?: (options: Options, undo: Undo, context: FaultContext) => Promise<unknown>;
  /** Idempotent; nothing to heal, a target that is gone and one that was started anew meanwhile are fine. @throws when something is left. */
  readonly heal: (undo: Undo, context: HealContext) => Promise<void>;
  /**
   * What must be the same before and after (rules, qdiscs, aliases, addresses, limits, mounts); a difference is residue, which fails the
   * run. `null` when the target is gone: nothing of ours can be left there. Not of it: what heals in its own time, such as health.
   */
  readonly fingerprint: (undo: Undo, context: HealContext) => Promise<Json>;
  /** Left out where nothing stands in between: by these options, or ever. */
  readonly stands?: (options: Options, undo: Undo) => Stands<Options, Undo> | undefined;
}

/**
 * Types the plugin's own options and undo inside and forgets them outside, where the registry holds all kinds alike:
 * callers parse with the plugin's own schemas first, which makes the one cast safe.
 */
export function defineFault<Options, Undo>(plugin: FaultPlugin<Options, Undo>): FaultPlugin {
  return plugin as unknown as FaultPlugin;
}
