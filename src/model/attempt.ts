import { z } from 'zod';

/**
 * How an attempt at a dependency ended. `answered`: by the dependency, other than 5xx. `failed`: with a 5xx. `broken`: without an answer.
 * `left`: by who asked, before the answer was whole. `open`: not yet.
 */
export const ATTEMPT_ENDS = ['answered', 'failed', 'broken', 'left', 'open'] as const;
export const AttemptEnd = z.enum(ATTEMPT_ENDS);
export type AttemptEnd = z.output<typeof AttemptEnd>;

/** One request of HTTP, one exchange of any other protocol, or one connection that never got as far. */
export interface Attempt {
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  /** Milliseconds to the first byte of an answer. */
  readonly answeredMs?: number | undefined;
  /** Milliseconds until it was over. */
  readonly overMs?: number | undefined;
  readonly end: AttemptEnd;
  readonly connection: number;
  /** Equal for equal requests, so that one that is made again is known. */
  readonly digest: string;
  /** Method and path of HTTP, without its query. */
  readonly what?: string | undefined;
}

/** What one service attempted at another, seen from between them. Times are milliseconds since the experiment began. */
export const AttemptFacts = z.object({
  from: z.string(),
  to: z.string(),
  /** `[when, milliseconds to the answer or -1, milliseconds until it was over or -1, index in ATTEMPT_ENDS, connection, index in digests]`. */
  points: z.array(z.tuple([z.number(), z.number(), z.number(), z.number(), z.number(), z.number()])),
  /** Different requests among them. */
  requests: z.number(),
  /** What was asked for, most often first, with how often. */
  paths: z.array(z.object({ path: z.string(), attempts: z.number() })),
  /** Attempts that were too many to keep. */
  dropped: z.number(),
});
export type AttemptFacts = z.output<typeof AttemptFacts>;
