import type { z } from 'zod';

import type { SeriesEvidence, GapEvidence } from '../model/evidence.ts';
import type { Journey } from '../model/journey.ts';
import type { ResolvedTarget } from '../model/manifest.ts';
import type { Ports } from '../ports/index.ts';

export interface LoadContext {
  readonly ports: Ports;
  readonly targets: readonly ResolvedTarget[];
  readonly journey: Journey | undefined;
  readonly seed: number;
  readonly signal: AbortSignal;
}

/** Traffic: a journey with an arrival model, or a tool that people already have. Ends in series with their sample counts, or in a gap. */
export interface LoadPlugin<Options = unknown> {
  readonly type: string;
  readonly summary: string;
  readonly options: z.ZodType<Options>;
  readonly title: (options: Options) => string;
  readonly run: (
    options: Options,
    context: LoadContext,
  ) => AsyncIterable<Omit<SeriesEvidence, 'id' | 'stage'> | Omit<GapEvidence, 'id' | 'stage'>>;
}

/**
 * Types the plugin's own options inside and forgets them outside, where the registry holds all kinds alike:
 * callers parse with the plugin's own schema first, which makes the one cast safe.
 */
export function defineLoad<Options>(plugin: LoadPlugin<Options>): LoadPlugin {
  return plugin as unknown as LoadPlugin;
}
