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
  /** What turned up here since this was last asked and belongs to users of other threads. */
  takeStrays(): readonly Stray[];
  /** Messages of these users that turned up in other threads. */
  seen(strays: readonly Stray[]): void;
}

/** A message that arrived at a user whose it is not. */
export interface Stray {
  /** Whose it is: the user's number. */
  readonly owner: number;
  readonly sequence: number;
  readonly nonce: string;
  /** Who got it. */
  readonly to: string;
  /** On the clock that all threads have in common. */
  readonly atMs: number;
}

/** Threads of this process, in which a load can have its users walk too. */
export interface LoadThreads {
  /** Cores that this process may use. */
  readonly cores: number;
  /** Milliseconds for which cores of this machine had nothing to do, of all of them together. */
  idleMs(): number;
  /** Starts one with the same users. What it is told and says is the plugin's own affair: `LoadPlugin.work` gets `part`. */
  start(part: unknown, hearing: Hearing): LoadThread;
}

export interface Hearing {
  readonly said: (report: unknown) => void;
  /** Called once: it is over, whoever ended it, and says nothing more. */
  readonly ended: (why: string) => void;
}

export interface LoadThread {
  tell(order: unknown): void;
  /** Ends it where it stands. */
  end(): Promise<void>;
}

/** What a thread of a load works with. */
export interface WorkContext {
  readonly ports: Pick<Ports, 'clock' | 'loadHttp'>;
  readonly populate: (signal: AbortSignal) => Population;
  /** Users of nothing but this address, who walk by the same code: what they cost is seen, and done for the first time, before the system is asked. */
  readonly rehearse: (url: string, signal: AbortSignal) => Population;
  readonly say: (report: unknown) => void;
  /** Whoever hears the orders from now on. */
  readonly hear: (order: (order: unknown) => void) => void;
}

export interface LoadContext {
  /** Of the load: what its own series is called. */
  readonly name: string;
  readonly ports: Pick<Ports, 'clock' | 'loadHttp' | 'reference' | 'exec' | 'files' | 'env'>;
  /** Brings the users in. Every walk ends soon after the signal. */
  readonly populate: (signal: AbortSignal) => Population;
  /** Users of nothing but this address, who walk by the same code: what they cost is seen, and done for the first time, before the system is asked. */
  readonly rehearse: (url: string, signal: AbortSignal) => Population;
  readonly threads: LoadThreads;
  /** Steps that a walk has, in the middle. */
  readonly stepsPerWalk: number;
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
  /** In a thread of its own: the part that `run` started it with. Only of plugins that start some. */
  readonly work?: (part: unknown, context: WorkContext) => Promise<void>;
}

/**
 * Types the plugin's own options inside and forgets them outside, where the registry holds all kinds alike:
 * callers parse with the plugin's own schema first, which makes the one cast safe.
 */
export function defineLoad<Options>(plugin: LoadPlugin<Options>): LoadPlugin {
  return plugin as unknown as LoadPlugin;
}
