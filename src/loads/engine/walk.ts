import { formatDuration } from '../../model/units.ts';
import type { LoadJourney, Population, Walked, WorkContext } from '../contract.ts';
import { drive, type Driven } from './drive.ts';
import type { Recorder } from './recorder.ts';
import type { Schedule, Turn } from './schedule.ts';
import type { UnderWay } from './under-way.ts';

/** What a walk may take beyond the time-outs of its steps. */
const GRACE_MS = 1_000;

export interface Walking {
  readonly clock: WorkContext['ports']['clock'];
  readonly schedule: Schedule;
  readonly population: Population;
  /** Who counts at the moment. */
  readonly recorder: () => Recorder;
  readonly under: UnderWay;
  /** When it begins, on the clock of `monotonicMs`; at once without it. */
  readonly beginMs?: number | undefined;
  /** Told when it has begun. */
  readonly begun: (startMs: number) => void;
  /** Ends the load. */
  readonly ending: AbortSignal;
  /** Ends the walks under way. */
  readonly walks: AbortController;
}

/** Walks every arrival of the schedule, in this thread; what users hold open is held to the end of the load. */
export async function walkAll(walking: Walking): Promise<Driven> {
  const { clock, schedule, population, recorder, ending, walks } = walking;
  let [isLate, startMs] = [false, 0];
  const driven = await drive(
    {
      clock,
      arrivals: schedule.arrivals,
      beginMs: walking.beginMs,
      begin: (atMs, wake) => {
        startMs = atMs;
        walking.begun(atMs);
        schedule.begin(atMs, wake);
      },
      launched: (times) => {
        recorder().launched(times.dueMs, times.nowMs);
        schedule.launched(times);
      },
      walk: (index) => {
        const turn = schedule.turn(index);
        return journeyAt(population, turn).walk(turn.user);
      },
      ended: (ended) => {
        const { index, walked } = ended;
        const journey = journeyAt(population, schedule.turn(index));
        const late = isLate && walked.end === 'cut' && !ending.aborted;
        const seen = late ? { ...ended, walked: tooLong(walked, journey) } : ended;
        recorder().ended(seen, journey.name);
        schedule.ended(seen);
      },
      drainMs: Math.max(...population.journeys.map(({ longestMs }) => longestMs)) + GRACE_MS,
      signal: ending,
      stopWalks: () => {
        isLate = true;
        walks.abort(new Error('the load is over'));
      },
    },
    walking.under,
  );
  await held(walking, startMs + schedule.durationMs);
  return driven;
}

/** Aborts the one with the other, until it is disposed of. */
export function follow(signal: AbortSignal, controller: AbortController): Disposable {
  const abort = (): void => controller.abort(signal.reason);
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  return { [Symbol.dispose]: () => signal.removeEventListener('abort', abort) };
}

/** Every user comes to walk every journey. */
function journeyAt({ journeys }: Population, { user, walk }: Turn): LoadJourney {
  const journey = journeys[(walk + user) % journeys.length];
  if (journey === undefined) throw new RangeError('a load has at least one journey');
  return journey;
}

/** What users have opened stays open to the end of the load, also where nobody asks for more: a system that closes it has lost them. */
async function held({ clock, population, recorder, ending }: Walking, untilMs: number): Promise<void> {
  if (population.open().held === 0) return;
  const leftMs = untilMs - clock.monotonicMs();
  if (leftMs > 0) await clock.sleep(leftMs, ending).catch(() => undefined);
  const { lost } = population.open();
  if (!ending.aborted) recorder().lost(lost, untilMs);
}

/** Still under way long after the load: as wrong as an answer that never came. */
function tooLong(walked: Walked, { longestMs }: LoadJourney): Walked {
  const measured = 'not over when the load was';
  const miss = { what: 'timeout' as const, measured, expected: `an end within ${formatDuration(longestMs)}` };
  return { ...walked, end: 'missed', steps: [...walked.steps, { place: walked.steps.length + 1, title: 'the walk', durationMs: 0, miss }] };
}
