import type { z } from 'zod';

import type { JourneyStep, Miss } from '../model/journey.ts';
import type { Ports } from '../ports/index.ts';

/** What a step left behind: enough to check every expectation on it, whatever its kind. */
export interface StepReply {
  readonly durationMs: number;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly text: string;
  readonly bytes: number;
  /** The step could not be done at all (refused, timed out, closed): this, not the expectations, is the news. */
  readonly failure?: Miss;
  readonly curl?: string;
}

/** State that lives as long as one journey of one user: open sockets, for instance. Closed at the end, LIFO. */
export interface JourneySession {
  get<Value>(key: string): Value | undefined;
  set(key: string, value: unknown, close?: () => Promise<void>): void;
}

/** Follows the messages of one user by the nonces in them, wherever they turn up. */
export interface MessageLog {
  /** A nonce that says whose it is to nobody but the log. */
  nonce(): string;
  /** A message with this nonce is about to go out; `answers` knows its answer. Unordered ones may be answered in any order. */
  sent(nonce: string, options: { readonly answers: (text: string) => boolean; readonly ordered: boolean; readonly atMs: number }): void;
  /** A message came in. Over a connection that is `shared`, messages of others belong here too. */
  arrived(text: string, options: { readonly shared: boolean; readonly atMs: number }): void;
  /** Nobody waits for the answer any longer: it is lost, or its connection was cut off. */
  gaveUp(nonce: string, why: 'lost' | 'cut-off'): void;
}

export interface StepContext {
  readonly ports: Pick<Ports, 'http' | 'sockets' | 'exec' | 'clock'>;
  readonly session: JourneySession;
  readonly messages: MessageLog;
  /** Fills `{{name}}` from captures, targets, user and nonce; unknown names are an error. */
  readonly fill: (text: string) => string;
  readonly root: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** What can be known of a step before anybody walks it. */
export interface Preparing {
  readonly ports: Pick<Ports, 'http'>;
  /** The text filled, where it names nothing that differs from walk to walk; `undefined` otherwise. */
  readonly fixed: (text: string) => string | undefined;
  readonly timeoutMs: number;
}

/** A kind of step. `keys` are the config keys that select it (`get`, `post`, `connect`, `send`, `run`). */
export interface StepPlugin<Options = unknown> {
  readonly type: string;
  readonly keys: readonly string[];
  readonly summary: string;
  /** Parses the step as written in the config, without `expect`, `capture` and `timeout`. */
  readonly options: z.ZodType<Options>;
  readonly title: (options: Options) => string;
  /** Which statuses are fine when the step expects none by name. */
  readonly accepts: (status: number) => boolean;
  /** Whether the session holds what the step would open: a user of a load connects once. Only of kinds that leave something open. */
  readonly held?: (options: Options, session: JourneySession) => boolean;
  /** Whether the other side has closed what the session holds. */
  readonly lost?: (session: JourneySession) => boolean;
  readonly run: (options: Options, context: StepContext, step: JourneyStep) => Promise<StepReply>;
  /** Does what `run` does, for a step that is the same in every walk; `undefined` where it is not. A load takes it thousands of times a second. */
  readonly prepare?: (options: Options, preparing: Preparing) => (() => Promise<StepReply>) | undefined;
}

/**
 * Types the plugin's own options inside and forgets them outside, where the registry holds all kinds alike:
 * callers parse with the plugin's own schema first, which makes the one cast safe.
 */
export function defineStep<Options>(plugin: StepPlugin<Options>): StepPlugin {
  return plugin as unknown as StepPlugin;
}
