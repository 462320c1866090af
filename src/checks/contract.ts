import type { z } from 'zod';

import type { StackManifest } from '../model/manifest.ts';
import type { Source } from '../model/source.ts';
import type { Ports } from '../ports/index.ts';

/** What a check may look at. A part that is not there (no stack up, no compose file) is `undefined`. */
export interface CheckContext {
  readonly ports: Ports;
  readonly root: string;
  /** Files that git tracks, relative to the root. */
  readonly tracked: () => Promise<readonly string[]>;
  /** The stack's resolved model (for compose: `docker compose config --format json`). */
  readonly model: () => Promise<unknown>;
  readonly manifest: StackManifest | undefined;
  readonly signal: AbortSignal;
}

export type Collected<Facts> =
  | { readonly state: 'collected'; readonly facts: Facts; readonly sources: readonly Source[] }
  /** The row's subject does not exist here. */
  | { readonly state: 'not-applicable'; readonly because: string }
  | { readonly state: 'gap'; readonly because: string };

/** One row of the catalogue: collects facts; `judge.ts` beside it says what they show. */
export interface CheckPlugin<Facts = unknown> {
  readonly code: string;
  readonly summary: string;
  /** `static` reads the repository; `live` needs the stack. */
  readonly needs: 'static' | 'live';
  readonly facts: z.ZodType<Facts>;
  readonly collect: (context: CheckContext) => Promise<Collected<Facts>>;
}

/**
 * Types the plugin's own facts inside and forgets them outside, where the registry holds all kinds alike:
 * callers parse with the plugin's own schema first, which makes the one cast safe.
 */
export function defineCheck<Facts>(plugin: CheckPlugin<Facts>): CheckPlugin {
  return plugin;
}
