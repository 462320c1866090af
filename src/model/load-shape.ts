import { z } from 'zod';

/**
 * `ramp`: from nothing to everything over the first half, then on. `spike`: a tenth, everything for a fifth of the time in the middle,
 * a tenth again. `step`: twice as much from level to level until the system is full; then what follows.
 */
export const LoadShape = z.enum(['ramp', 'spike', 'step']);
export type LoadShape = z.output<typeof LoadShape>;

/** Threads that a load is generated in: one without it, `auto` as many as its rate needs and the machine has. */
export const LoadWorkers = z.union([z.int().min(1), z.literal('auto')]);
export type LoadWorkers = z.output<typeof LoadWorkers>;

/** A stretch of time in which arrivals come at a rate that stays, or changes evenly. */
export interface Segment {
  readonly durationMs: number;
  /** Arrivals per second at its beginning and at its end. */
  readonly from: number;
  readonly to: number;
}

/** Part of the time at which a spike begins and ends, and what there is of the rate outside of it. */
const SPIKE = { from: 0.4, to: 0.6, outside: 0.1 } as const;

export interface Curve {
  readonly users: number;
  readonly perUserPerMinute?: number | undefined;
  readonly connectWithinMs?: number | undefined;
  readonly shape?: LoadShape | undefined;
  readonly durationMs: number;
}

/** Connecting users come evenly, each once; then all act as the shape says. What climbs begins with its first level. */
export function segmentsOf({ users, perUserPerMinute = 0, connectWithinMs, shape, durationMs }: Curve): Segment[] {
  const connectMs = Math.min(connectWithinMs ?? 0, durationMs);
  const connecting = connectWithinMs === undefined ? 0 : (users / connectWithinMs) * 1_000;
  const acting = actingOf(shape, (perUserPerMinute * users) / 60, durationMs - connectMs);
  return [{ durationMs: connectMs, from: connecting, to: connecting }, ...acting].filter((segment) => arrivalsIn(segment) > 0);
}

function actingOf(shape: LoadShape | undefined, rate: number, durationMs: number): Segment[] {
  const even = (part: number, perSecond: number): Segment => ({ durationMs: part * durationMs, from: perSecond, to: perSecond });
  switch (shape) {
    case 'ramp':
      return [{ durationMs: durationMs / 2, from: 0, to: rate }, even(0.5, rate)];
    case 'spike': {
      const outside = SPIKE.outside * rate;
      return [even(SPIKE.from, outside), even(SPIKE.to - SPIKE.from, rate), even(1 - SPIKE.to, outside)];
    }
    case 'step':
    case undefined:
      return [even(1, rate)];
  }
}

/** How many arrivals a segment expects. */
export function arrivalsIn({ durationMs, from, to }: Segment): number {
  return ((from + to) / 2) * (durationMs / 1_000);
}

/** How many arrivals there are in all. */
export function totalOf(segments: readonly Segment[]): number {
  return Math.round(segments.reduce((sum, segment) => sum + arrivalsIn(segment), 0));
}
