import { randomOf } from '../../lib/random.ts';
import { formatDuration } from '../../model/units.ts';
import type { LoadContext, LoadJourney, Population, Walked } from '../contract.ts';
import { arrivalsOf, lengthOf, type Segment, type Spacing } from './arrivals.ts';
import { drive, type Driven, type Under } from './drive.ts';
import { Recorder } from './recorder.ts';

/** Parts of the time that are counted apart. */
const SLICES = 60;
const SLICE_MS = 1_000;
const TELL_MS = 1_000;
/** What a walk may take beyond the time-outs of its steps. */
const GRACE_MS = 1_000;

/** Who walks when. Users who act come when they please; those that only connect come evenly, each once. */
export interface Schedule {
  readonly users: number;
  readonly perUserPerMinute?: number | undefined;
  readonly segments: readonly Segment[];
}

export interface Measured {
  readonly recorder: Recorder;
  readonly driven: Driven;
  readonly facts: ReturnType<Population['facts']>;
}

/** Walks every arrival of the schedule and records what became of it. */
export async function measure(schedule: Schedule, context: LoadContext): Promise<Measured> {
  const { ports, signal, seed } = context;
  const { segments, perUserPerMinute } = schedule;
  const walks = new AbortController();
  await using population = context.populate(AbortSignal.any([signal, walks.signal]));
  const journeys = population.journeys.map(({ name }) => name);
  const durationMs = lengthOf(segments);
  const recorder = new Recorder({ durationMs, journeys }, Math.max(1, Math.min(SLICES, Math.floor(durationMs / SLICE_MS))));
  const spacing: Spacing = perUserPerMinute === undefined ? { type: 'even' } : { type: 'poisson', random: randomOf(seed) };
  const under: Under = { inFlight: 0 };
  await using _telling = telling(context, { recorder, under });
  const driven = await drive(
    {
      clock: ports.clock,
      arrivals: arrivalsOf(segments, spacing),
      begin: (startMs) => recorder.begin(startMs),
      launched: (dueMs, nowMs) => recorder.launched(dueMs, nowMs),
      walk: (index) => journeyOf(population, schedule, index).walk(index % schedule.users),
      ended: (index, { dueMs, endMs, walked }) => {
        const journey = journeyOf(population, schedule, index);
        const late = walked.end === 'cut' && walks.signal.aborted && !signal.aborted;
        recorder.ended({ journey: journey.name, dueMs, endMs, walked: late ? tooLong(walked, journey) : walked });
      },
      drainMs: Math.max(...population.journeys.map(({ longestMs }) => longestMs)) + GRACE_MS,
      signal,
      stopWalks: () => walks.abort(new Error('the load is over')),
    },
    under,
  );
  if (population.messageLatency.count > 0) recorder.messages.merge(population.messageLatency.store());
  return { recorder, driven, facts: population.facts() };
}

/** Every user comes to walk every journey. */
function journeyOf({ journeys }: Population, { users }: Schedule, index: number): LoadJourney {
  const journey = journeys[(Math.floor(index / users) + index) % journeys.length];
  if (journey === undefined) throw new RangeError('a load has at least one journey');
  return journey;
}

/** Still under way long after the load: as wrong as an answer that never came. */
function tooLong(walked: Walked, { longestMs }: LoadJourney): Walked {
  const measured = 'not over when the load was';
  const miss = { what: 'timeout' as const, measured, expected: `an end within ${formatDuration(longestMs)}` };
  return { ...walked, end: 'missed', steps: [...walked.steps, { place: walked.steps.length + 1, title: 'the walk', durationMs: 0, miss }] };
}

/** Tells once a second how it goes, until it is disposed of. */
function telling({ ports, tell, signal }: LoadContext, { recorder, under }: { recorder: Recorder; under: Under }): AsyncDisposable {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const loop = (async () => {
    for (let fromMs = ports.clock.monotonicMs(); !either.aborted;) {
      await ports.clock.sleep(TELL_MS, either).catch(() => undefined);
      if (either.aborted) return;
      const nowMs = ports.clock.monotonicMs();
      const { ended, wrong, latency } = recorder.takeRecent();
      const rate = (ended / (nowMs - fromMs)) * 1_000;
      const p99 = ended === 0 ? '–' : formatDuration(Math.round(latency.quantile(0.99) / 1_000));
      tell(`${rate.toFixed(rate < 10 ? 1 : 0)}/s, p99 ${p99}, ${wrong} wrong, ${under.inFlight} in flight`);
      fromMs = nowMs;
    }
  })();
  return {
    [Symbol.asyncDispose]: async () => {
      over.abort();
      await loop;
    },
  };
}
