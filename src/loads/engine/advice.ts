import type { Options } from './options.ts';

/**
 * Steps a second for which `auto` takes one thread: a journey with captures and expectations costs up to 0.2 ms of a core for each, and
 * a thread that is busy for more than a third of its time sends late now and then.
 */
const PER_WORKER = 2_000;
/** More has been tried nowhere. */
const MOST = 64;
/** A thread that is busy for so much of its time is what limits; with less, the machine is only noisy, and more threads make it worse. */
const BUSY = 0.5;
/** Cores that had nothing to do, in the middle over the load, so that another thread has somewhere to be. */
const FREE = 0.5;

interface Needs {
  /** Arrivals. */
  readonly perSecond: number;
  readonly cores: number;
  readonly stepsPerWalk: number;
}

/**
 * How many threads generate a load. `auto` is never more than its rate needs, and leaves one core to everything else: what is asked is
 * often on the same machine. Who climbs in step looks at all users at once, which is one thread's business.
 */
export function workersOf({ workers = 1, users, shape }: Options, { perSecond, cores, stepsPerWalk }: Needs): number {
  if (shape === 'step') return 1;
  const wanted = workers === 'auto' ? Math.min(cores - 1, Math.ceil((perSecond * stepsPerWalk) / PER_WORKER)) : workers;
  return Math.max(1, Math.min(wanted, users, MOST));
}

const FIX = 'Give the gate a quieter or larger machine, or ask for less load from one: its own delays must not pass for the system’s.';

interface Seen {
  readonly workers: number;
  readonly cores: number;
  readonly busy: number;
  readonly freeCores: number;
}

/** What to do about a load that its generator could not deliver. */
export function adviceFor({ users, shape }: Options, { workers, cores, busy, freeCores }: Seen): string {
  const more = shape !== 'step' && users > workers && cores > workers;
  if (!more || busy < BUSY || freeCores < FREE) return FIX;
  const used = workers === 1 ? 'one thread' : `${workers} threads`;
  const say = workers === 1 && cores > 2 ? '`workers: auto`' : `\`workers: ${workers + 1}\``;
  return `Write ${say} into the load: ${used} generated it, busy for ${Math.round(busy * 100)} % of the time, while ${freeCores.toFixed(1)} of ${cores} cores had nothing to do.`;
}
