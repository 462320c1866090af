/** One scenario of load: how many users, how often each acts, and for how long. */
export interface Scenario {
  readonly users: number;
  /** Actions per minute of each user; absent where the arrival itself is the load. */
  readonly perUserPerMinute?: number;
  /** All users connect within this time. */
  readonly connectWithinMs?: number;
  readonly askedMs: number;
}

/**
 * The scenarios of the mission (seed 001). Only `sustained` and the ramp of `burst` have a duration there; the others run long enough
 * for the samples that a p99 or a 99 % success rate needs (299 at 95 % confidence): 6 minutes at 50 a minute, 18 s at 1,000 a minute.
 */
export const STANDARD = {
  steady: { users: 50, perUserPerMinute: 1, askedMs: 360_000 },
  peak: { users: 200, perUserPerMinute: 5, askedMs: 180_000 },
  burst: { users: 500, connectWithinMs: 10_000, askedMs: 30_000 },
  sustained: { users: 100, perUserPerMinute: 1, askedMs: 3_600_000 },
} as const satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof STANDARD;
export const SCENARIOS = ['steady', 'peak', 'burst', 'sustained'] as const satisfies readonly ScenarioName[];
export const LOAD_PROFILES = ['standard'] as const;

/** Families of faults that a chaos stage can ask for without declaring an experiment of its own (seed 001). */
export const FAULT_FAMILIES = ['network', 'service', 'state'] as const;
