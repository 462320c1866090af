import { randomOf } from '../../lib/random.ts';
import { segmentsOf } from '../../model/load-shape.ts';
import type { Clock } from '../../ports/index.ts';
import { Climb } from './climb.ts';
import { closedSchedule } from './closed.ts';
import type { Options } from './options.ts';
import type { Part } from './part.ts';
import { openSchedule, type Schedule } from './schedule.ts';
import type { UnderWay } from './under-way.ts';

export interface Planned {
  readonly schedule: Schedule;
  /** Only of a load that climbs until the system is full. */
  readonly climb?: Climb;
  /** Arrivals a second at their highest, as far as it is known. */
  readonly perSecond: () => number;
}

export interface Planning {
  readonly seed: number;
  readonly part: Part;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly under: UnderWay;
}

/** Who walks when. Users who act come when they please; those that only connect come evenly, each once. */
export function planOf(options: Options, { seed, part, clock, under }: Planning): Planned {
  const { users, perUserPerMinute, connectWithinMs, thinkMs, shape, durationMs } = options;
  const monotonicMs = (): number => clock.monotonicMs();
  if (thinkMs !== undefined) {
    const withinMs = Math.min(durationMs, connectWithinMs ?? thinkMs);
    const random = randomOf(seed + APART * part.index);
    const schedule = closedSchedule({ users, thinkMs, withinMs, durationMs, random, monotonicMs, part });
    return { schedule, perSecond: () => (users / Math.max(MOST_EAGER_MS, thinkMs)) * 1_000 };
  }
  // The same in every part: each knows the whole schedule, and takes what is its own.
  const random = randomOf(seed);
  if (shape === 'step' && perUserPerMinute !== undefined) {
    const climb = new Climb({ users, perUserPerMinute, durationMs, random, underWay: () => under.count });
    return { schedule: climb, climb, perSecond: () => climb.perSecond };
  }
  const segments = segmentsOf(options);
  const schedule = openSchedule(segments, {
    users,
    spacing: perUserPerMinute === undefined ? EVEN : { type: 'poisson', random },
    durationMs,
    part,
  });
  const perSecond = Math.max(0, ...segments.flatMap(({ from, to }) => [from, to]));
  return { schedule, perSecond: () => perSecond };
}

const EVEN = { type: 'even' } as const;
/** An answer takes some time, also where nobody thinks. */
const MOST_EAGER_MS = 10;
/** Users of different parts do not think for the same time. */
const APART = 7_919;
