import type { z } from 'zod';

import type { StackManifest } from '../model/manifest.ts';
import type { Ports } from '../ports/index.ts';

export interface FaultContext {
  readonly ports: Ports;
  readonly manifest: StackManifest;
  readonly signal: AbortSignal;
}

export type Capability =
  | { readonly state: 'able' }
  | { readonly state: 'substitute'; readonly by: string }
  | { readonly state: 'unsupported'; readonly why: string };
export type Proof =
  | { readonly state: 'proved'; readonly by: readonly [string, ...string[]] }
  | { readonly state: 'unproved'; readonly why: string };

/**
 * One thing done to the stack, with its undo. `heal` is a function of the options alone, so that another
 * process can run it; it is idempotent and must not fail because there is nothing to heal.
 */
export interface FaultPlugin<Options = unknown> {
  readonly type: string;
  readonly summary: string;
  /** Rows of the catalogue that every experiment with this fault answers, such as CHA-01. */
  readonly rows: readonly string[];
  readonly options: z.ZodType<Options>;
  readonly title: (options: Options) => string;
  readonly capability: (options: Options, context: FaultContext) => Promise<Capability>;
  readonly inject: (options: Options, context: FaultContext) => Promise<void>;
  readonly prove: (options: Options, context: FaultContext) => Promise<Proof>;
  readonly heal: (options: Options, context: FaultContext) => Promise<void>;
}

/**
 * Types the plugin's own options inside and forgets them outside, where the registry holds all kinds alike:
 * callers parse with the plugin's own schema first, which makes the one cast safe.
 */
export function defineFault<Options>(plugin: FaultPlugin<Options>): FaultPlugin {
  return plugin as unknown as FaultPlugin;
}
