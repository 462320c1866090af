import type { LoadShape, LoadWorkers } from '../model/load-shape.ts';

/** One scenario of load: how many users, how often each acts, and for how long. */
export interface Scenario {
  readonly users: number;
  /** What its users walk; the journeys of the stage without it. */
  readonly journeys?: readonly string[];
  /** Actions per minute of each user; absent where the arrival itself is the load, and in a closed model. */
  readonly perUserPerMinute?: number;
  /** All users connect within this time. */
  readonly connectWithinMs?: number;
  /** A closed model: each user thinks for about so long after an answer, and only then asks again. */
  readonly thinkMs?: number;
  /** How the rate changes over the time; it stays without it. */
  readonly shape?: LoadShape;
  /** Threads that it is generated in; one without it. */
  readonly workers?: LoadWorkers;
  readonly askedMs: number;
}

/**
 * The scenarios of the mission (seed 001). Only `sustained` and the ramp of `burst` have a duration there; the others run long enough
 * for the samples that a p99 or a 99 % success rate needs (299 at 95 % confidence): 6 minutes at 50 a minute, 18 s at 1,000 a minute.
 */
const STANDARD = {
  steady: { users: 50, perUserPerMinute: 1, askedMs: 360_000 },
  peak: { users: 200, perUserPerMinute: 5, askedMs: 180_000 },
  burst: { users: 500, connectWithinMs: 10_000, askedMs: 30_000 },
  sustained: { users: 100, perUserPerMinute: 1, askedMs: 3_600_000 },
} as const satisfies Record<string, Scenario>;

/** Other curves. `step` climbs until the system is full and further, and looks whether it recovers: `users` is where it begins. */
const FURTHER = {
  ramp: { users: 200, perUserPerMinute: 5, shape: 'ramp', askedMs: 180_000 },
  spike: { users: 1_000, perUserPerMinute: 5, shape: 'spike', askedMs: 120_000 },
  /** Each agent walks its journey once, and every one must come to its end: so many in a second, or a thousand in ten. */
  agents: { users: 100, connectWithinMs: 1_000, askedMs: 10_000 },
  'agents-1000': { users: 1_000, connectWithinMs: 10_000, askedMs: 20_000 },
  closed: { users: 50, thinkMs: 1_000, askedMs: 60_000 },
  step: { users: 200, perUserPerMinute: 5, shape: 'step', askedMs: 180_000 },
} as const satisfies Record<string, Scenario>;

const BUILT_IN: Readonly<Record<string, Scenario>> = { ...STANDARD, ...FURTHER };

/** What `load_profile` can say without a definition: every scenario of the mission at once, or some of all. */
export const PROFILES = ['standard', ...Object.keys(BUILT_IN)] as const;

/**
 * The scenarios that a load profile stands for, by name and in the order in which they run: what climbs until something breaks comes
 * last. An own load of the same name takes the place of one that is built in.
 */
export function scenariosOf(profile: readonly string[], own: Readonly<Record<string, Scenario>>): [name: string, Scenario][] {
  const wanted = (name: string): boolean => profile.includes(name) || (profile.includes('standard') && Object.hasOwn(STANDARD, name));
  const all = Object.entries({ ...BUILT_IN, ...own }).filter(([name]) => wanted(name));
  return [...all.filter(([, { shape }]) => shape !== 'step'), ...all.filter(([, { shape }]) => shape === 'step')];
}

/** Families of faults that a chaos stage can ask for without declaring an experiment of its own (seed 001). */
export const FAULT_FAMILIES = ['network', 'service', 'state'] as const;
