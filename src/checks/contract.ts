import type { z } from 'zod';

import type { Json } from '../lib/json.ts';
import type { ApiSettings } from '../model/api.ts';
import type { Boots } from '../model/boot.ts';
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
  /** Compose files that the stack is made of, from the root, later ones on top; other tracked ones describe other stacks. */
  readonly stackFiles?: readonly string[] | undefined;
  readonly manifest: StackManifest | undefined;
  readonly signal: AbortSignal;
  /** What the configuration says of the API and its callers. */
  readonly api?: ApiSettings | undefined;
  /** Options of checks by their codes, as the plugin's schema has parsed them. */
  readonly options?: Readonly<Record<string, Json>> | undefined;
  /** The rows were asked for by their codes: what is not there to look at is then missing, where `all` passes over it. */
  readonly named?: boolean | undefined;
  /** Seeds everything random. */
  readonly seed?: number | undefined;
  /** Services of the stack that can be started once more; `undefined` where nobody can. */
  readonly boots?: (() => Promise<Boots | undefined>) | undefined;
  /** What the services of the stack printed until now, redacted and bounded; `undefined` where nobody can read it. */
  readonly printed?: (() => Promise<readonly PrintedText[]>) | undefined;
}

/** What one service printed. */
export interface PrintedText {
  readonly service: string;
  readonly text: string;
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
  /** What the configuration may say under its code in `check_options`; left out when it takes none. */
  readonly options?: z.ZodType | undefined;
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
