import { ATTEMPT_ENDS, type AttemptEnd, type AttemptFacts } from '../../model/attempt.ts';
import type { ExperimentFacts } from '../../model/experiment.ts';

/** A stretch of an experiment, milliseconds since it began; the end is not part of it. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** One attempt, as the evidence has it. */
export interface Seen {
  readonly atMs: number;
  readonly answeredMs: number | undefined;
  readonly overMs: number | undefined;
  readonly end: AttemptEnd;
  readonly digest: number;
}

/** Attempts at a dependency beside the walks that made them. */
export interface Curve {
  readonly attempts: readonly Seen[];
  /** When each walk of a journey that may suffer was due, ascending. */
  readonly walks: readonly number[];
  /** Attempts of one walk when all is well. */
  readonly perWalk: number;
  readonly before: Span;
  readonly during: Span;
  readonly after: Span;
}

/** Walks that a baseline needs, and attempts of each below which they hardly use the dependency. */
const LEAST_WALKS = 10;
const LEAST_PER_WALK = 0.2;

/** What there is to look at, or why there is not enough. */
export function curveOf(observed: ExperimentFacts): Curve | { readonly why: string } {
  const { attempts: facts, injectMs, healedMs, endMs } = observed;
  if (facts === undefined) return { why: 'nothing stood before the dependency to count attempts: use the fault `dependency`' };
  const attempts = facts.points.map(seenIn);
  const last = attempts.at(-1)?.atMs ?? endMs;
  if (facts.dropped > 0 && last < endMs) return { why: `${String(facts.dropped)} attempts were too many to keep` };
  const walks = observed.journeys
    .filter(({ role }) => role === 'steady')
    .flatMap(({ points }) => points.map(([atMs]) => atMs))
    .sort((one, other) => one - other);
  const [before, during, after] = [span(0, injectMs), span(injectMs, healedMs), span(healedMs, endMs)];
  const walked = walks.filter((atMs) => atMs < injectMs).length;
  const perWalk = attempts.filter(({ atMs }) => atMs < injectMs).length / walked;
  if (walked < LEAST_WALKS) return { why: `${String(walked)} walks before the fault are too few to compare with` };
  if (perWalk < LEAST_PER_WALK)
    return {
      why: `when all is well, ${String(walked)} walks make ${String(Math.round(perWalk * walked))} attempts at ${facts.to}: they hardly use it`,
    };
  return { attempts, walks, perWalk, before, during, after };
}

export function span(fromMs: number, toMs: number): Span {
  return { fromMs, toMs };
}

/** The last part of a span. */
export function tailOf({ fromMs, toMs }: Span, share: number): Span {
  return span(toMs - (toMs - fromMs) * share, toMs);
}

export function attemptsIn({ attempts }: Pick<Curve, 'attempts'>, { fromMs, toMs }: Span): readonly Seen[] {
  return attempts.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
}

export function walksIn({ walks }: Pick<Curve, 'walks'>, { fromMs, toMs }: Span): number {
  return walks.filter((atMs) => atMs >= fromMs && atMs < toMs).length;
}

/** Attempts for each that its walks would make if all were well; `undefined` where too few would be. */
export function ratioIn(curve: Curve, part: Span): number | undefined {
  const expected = walksIn(curve, part) * curve.perWalk;
  return expected < LEAST_EXPECTED ? undefined : attemptsIn(curve, part).length / expected;
}

const LEAST_EXPECTED = 5;

export function hasFailed({ end }: Seen): boolean {
  return end !== 'answered';
}

function seenIn([atMs, answeredMs, overMs, end, , digest]: AttemptFacts['points'][number]): Seen {
  return {
    atMs,
    answeredMs: answeredMs < 0 ? undefined : answeredMs,
    overMs: overMs < 0 ? undefined : overMs,
    end: ATTEMPT_ENDS[end] ?? 'open',
    digest,
  };
}
