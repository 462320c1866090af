import { totalOf, type Segment } from '../../model/load-shape.ts';
import type { Due } from '../../ports/index.ts';
import type { Walked } from '../contract.ts';
import { arrivalsOf, type Spacing } from './arrivals.ts';
import { arrivalsIn, askedOf, turnIn, WHOLE, type Part } from './part.ts';

/** Who walks next: a user, and the how many-eth walk of it this is. */
export interface Turn {
  readonly user: number;
  readonly walk: number;
}

/** An arrival that came to its end; times on the clock of `monotonicMs`. */
export interface Ended {
  readonly index: number;
  readonly dueMs: number;
  readonly endMs: number;
  readonly walked: Walked;
}

/** When which user walks. Asked for the next arrival only when the one before it was launched. */
export interface Schedule {
  readonly arrivals: Iterable<Due>;
  /** Of the arrival that is launched now, counted from 0. */
  readonly turn: (index: number) => Turn;
  /** `wake` looks at once whether something is due. */
  readonly begin: (startMs: number, wake: () => void) => void;
  readonly launched: (times: { readonly index: number; readonly dueMs: number; readonly nowMs: number }) => void;
  readonly ended: (ended: Ended) => void;
  /** Arrivals that were asked for so far. */
  readonly asked: () => number;
  /** For how long it lasts at most. */
  readonly durationMs: number;
}

export interface Open {
  readonly users: number;
  readonly spacing: Spacing;
  readonly durationMs: number;
  /** Without it, all of it. */
  readonly part?: Part;
}

/** The open model: arrivals at their times, whatever the system does, users in turn. */
export function openSchedule(segments: readonly Segment[], { users, spacing, durationMs, part = WHOLE }: Open): Schedule {
  const all = arrivalsOf(segments, spacing);
  return {
    arrivals: part.of === 1 ? all : arrivalsIn(all, part, users),
    turn: (index) => turnIn(part, users, index),
    begin: () => undefined,
    launched: () => undefined,
    ended: () => undefined,
    asked: () => askedOf(part, users, totalOf(segments)),
    durationMs,
  };
}
