import { inSmallYoungHeap } from '../../lib/young-heap.ts';
import { formatDuration } from '../../model/units.ts';
import type { LoadContext, LoadJourney, Population, Walked } from '../contract.ts';
import { drive, type Driven, type Under } from './drive.ts';
import { Recorder } from './recorder.ts';
import type { Schedule, Turn } from './schedule.ts';
import { watched, type Aborted } from './watch.ts';

/** Parts of the time that are counted apart. */
const SLICES = 60;
const SLICE_MS = 1_000;
/** What a walk may take beyond the time-outs of its steps. */
const GRACE_MS = 1_000;

export interface Measured {
  readonly recorder: Recorder;
  readonly driven: Driven;
  readonly facts: ReturnType<Population['facts']>;
  /** The threshold that stopped it. */
  readonly aborted: Aborted | undefined;
}

/** Walks every arrival of the schedule and records what became of it. */
export async function measure(schedule: Schedule, context: LoadContext, under: Under = { inFlight: 0 }): Promise<Measured> {
  const { ports, signal } = context;
  const { durationMs } = schedule;
  const [walks, stop] = [new AbortController(), new AbortController()];
  const ending = AbortSignal.any([signal, stop.signal]);
  // Looked at with every walk: a signal that follows others takes ten times as long to say whether it is aborted.
  using _walks = follow(signal, walks);
  let isLate = false;
  await using population = context.populate(walks.signal);
  const journeys = population.journeys.map(({ name }) => name);
  const recorder = new Recorder({ durationMs, journeys }, Math.max(1, Math.min(SLICES, Math.floor(durationMs / SLICE_MS))));
  await using watch = watched(context, { recorder, under, stop });
  let startMs = 0;
  // Collections of a small young heap are short: of a large one, they would pass for the system's own delays.
  const driven = await inSmallYoungHeap(() =>
    drive(
      {
        clock: ports.clock,
        arrivals: schedule.arrivals,
        begin: (atMs, wake) => {
          startMs = atMs;
          recorder.begin(atMs);
          schedule.begin(atMs, wake);
        },
        launched: (times) => {
          recorder.launched(times.dueMs, times.nowMs);
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
          recorder.ended(seen, journey.name);
          schedule.ended(seen);
        },
        drainMs: Math.max(...population.journeys.map(({ longestMs }) => longestMs)) + GRACE_MS,
        signal: ending,
        stopWalks: () => {
          isLate = true;
          walks.abort(new Error('the load is over'));
        },
      },
      under,
    ),
  );
  await held(population, context, { untilMs: startMs + durationMs, recorder, ending });
  recorder.messages.merge(population.messageLatency.store());
  return { recorder, driven, facts: population.facts(), aborted: watch.aborted() };
}

/** Aborts the one with the other, until it is disposed of. */
function follow(signal: AbortSignal, controller: AbortController): Disposable {
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
async function held(
  population: Population,
  { ports }: LoadContext,
  { untilMs, recorder, ending }: { untilMs: number; recorder: Recorder; ending: AbortSignal },
): Promise<void> {
  if (population.open().held === 0) return;
  const leftMs = untilMs - ports.clock.monotonicMs();
  if (leftMs > 0) await ports.clock.sleep(leftMs, ending).catch(() => undefined);
  const { lost } = population.open();
  if (!ending.aborted) recorder.lost(lost, untilMs);
}

/** Still under way long after the load: as wrong as an answer that never came. */
function tooLong(walked: Walked, { longestMs }: LoadJourney): Walked {
  const measured = 'not over when the load was';
  const miss = { what: 'timeout' as const, measured, expected: `an end within ${formatDuration(longestMs)}` };
  return { ...walked, end: 'missed', steps: [...walked.steps, { place: walked.steps.length + 1, title: 'the walk', durationMs: 0, miss }] };
}
