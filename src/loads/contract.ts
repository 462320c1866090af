import type { z } from 'zod';

import type { DistributionCounts } from '../lib/histogram.ts';
import type { GapEvidence, SeriesEvidence } from '../model/evidence.ts';
import type { Miss } from '../model/journey.ts';
import type { Ports } from '../ports/index.ts';

/** How one walk of a load's user went. */
export interface Walked {
  /** When it really began, after whatever its user did before; on the clock of `monotonicMs`. */
  readonly startedMs: number;
  /** `cut`: the load was stopped before the walk was over. */
  readonly end: 'kept' | 'missed' | 'cut';
  /** One for each step that was taken. */
  readonly steps: readonly WalkedStep[];
  /** Only where the journey counts them. */
  readonly tokens?: number | undefined;
}

export interface WalkedStep {
  /** Its place in the journey, from 1. */
  readonly place: number;
  readonly title: string;
  readonly durationMs: number;
  /** The first thing that it missed. */
  readonly miss?: Miss | undefined;
  /** Of a step that missed something: a command that repeats it, and how its answer began. */
  readonly request?: string | undefined;
  readonly answer?: string | undefined;
  /** Told to come again later: 429 or 503 with Retry-After. */
  readonly refused?: true;
}

/** A journey, ready to be walked many times. */
export interface LoadJourney {
  readonly name: string;
  /** Time that a walk takes at most, by the time-outs of its steps. */
  readonly longestMs: number;
  /** Never rejects. A user who holds something open (a WebSocket) walks once at a time, and the next walk waits. */
  walk(user: number): Promise<Walked>;
}

/** The users of one load, each with what is open for it; disposing of them closes that. */
export interface Population extends AsyncDisposable {
  readonly journeys: readonly LoadJourney[];
  /** Users who hold something open, and those of them for whom the system has closed it. */
  open(): { readonly held: number; readonly lost: number };
  /** What became of the users and of their messages so far. Stored with the load's own series. */
  facts(): Pick<SeriesEvidence, 'messages' | 'completion'>;
  /** From sending to the answer of each message that was followed, in microseconds. */
  readonly messageLatency: DistributionCounts;
}

export interface LoadContext {
  /** Of the load: what its own series is called. */
  readonly name: string;
  readonly ports: Pick<Ports, 'clock' | 'loadHttp' | 'reference' | 'exec' | 'files' | 'env'>;
  /** Brings the users in. Every walk ends soon after the signal. */
  readonly populate: (signal: AbortSignal) => Population;
  /** The tightest limit of a latency that this load is held to, in milliseconds: what may be late by how much depends on it. */
  readonly limitMs?: number | undefined;
  /** Repeats everything random. */
  readonly seed: number;
  /** Whether what was measured so far breaks a threshold that stops the load; asked once a second. `measured` gives a metric so far. */
  readonly abort?:
    | ((measured: (metric: string) => LoadSeries | undefined) => { threshold: string; measured: string } | undefined)
    | undefined;
  /** One line about how it goes, about once a second. */
  readonly tell: (line: string) => void;
  readonly signal: AbortSignal;
}

export type LoadSeries = Omit<SeriesEvidence, 'id' | 'stage' | 'load'>;

/** One metric of the load, or why nothing can be said. The one with `delivery` says what was asked and what was done. */
export type LoadOutput = LoadSeries | Pick<GapEvidence, 'kind' | 'reason' | 'message' | 'fix'>;

/**
 * Traffic: journeys with an arrival model, or a tool that people already have. Ends in series with their sample counts, or in a gap;
 * always in a gap where the numbers could be the generator's own.
 */
export interface LoadPlugin<Options = unknown> {
  readonly type: string;
  readonly summary: string;
  readonly options: z.ZodType<Options>;
  readonly title: (options: Options) => string;
  readonly run: (options: Options, context: LoadContext) => AsyncIterable<LoadOutput>;
}

/**
 * Types the plugin's own options inside and forgets them outside, where the registry holds all kinds alike:
 * callers parse with the plugin's own schema first, which makes the one cast safe.
 */
export function defineLoad<Options>(plugin: LoadPlugin<Options>): LoadPlugin {
  return plugin as unknown as LoadPlugin;
}
