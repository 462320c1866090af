import { z } from 'zod';

import { randomOf } from '../../lib/random.ts';
import type { Delivery } from '../../model/load.ts';
import { formatDuration } from '../../model/units.ts';
import { defineLoad, type LoadContext, type LoadJourney, type LoadOutput, type Population, type Walked } from '../contract.ts';
import { arrivalsOf, totalOf, type Segment, type Spacing } from './arrivals.ts';
import { calibrate } from './calibrate.ts';
import { drive, type Driven, type Under } from './drive.ts';
import { seriesOf } from './metrics.ts';
import { Recorder } from './recorder.ts';
import { doubtOf, uncertified } from './validity.ts';

const Options = z
  .strictObject({
    users: z.int().min(1).describe('how many users there are'),
    perUserPerMinute: z.number().positive().optional().describe('how often each of them walks a journey'),
    connectWithinMs: z.number().positive().optional().describe('the time within which each of them walks its first'),
    durationMs: z.number().positive().describe('for how long'),
  })
  .refine(({ perUserPerMinute, connectWithinMs }) => perUserPerMinute !== undefined || connectWithinMs !== undefined, {
    error: 'says neither how often users act nor within which time they come',
  });
type Options = z.output<typeof Options>;

/** Parts of the time that are counted apart. */
const SLICES = 60;
const SLICE_MS = 1_000;
const TELL_MS = 1_000;
/** What a walk may take beyond the time-outs of its steps. */
const GRACE_MS = 1_000;
const CALIBRATIONS = 3;

/**
 * Gauntlet's own engine: an open model. Arrivals come at their scheduled times, whatever the system does, and latency counts from the
 * scheduled time (docs/adr/0012-load-engine.md).
 */
export const engine = defineLoad<Options>({
  type: 'engine',
  summary: "journeys at their scheduled times, whatever the system does: Gauntlet's own engine",
  options: Options,
  title: ({ users, perUserPerMinute, connectWithinMs, durationMs }) =>
    [
      `${users} users`,
      ...(connectWithinMs === undefined ? [] : [`within ${formatDuration(connectWithinMs)}`]),
      ...(perUserPerMinute === undefined ? [] : [`${perUserPerMinute} a minute each`]),
      `for ${formatDuration(durationMs)}`,
    ].join(', '),
  run,
});

async function* run(options: Options, context: LoadContext): AsyncGenerator<LoadOutput> {
  const segments = segmentsOf(options);
  const perSecond = Math.max(...segments.flatMap(({ from, to }) => [from, to]));
  const calibration = await certify(context, perSecond);
  if (calibration !== undefined && !context.signal.aborted) {
    const doubt = uncertified(calibration);
    if (doubt) {
      yield { kind: 'gap', reason: doubt.reason, message: doubt.why, fix: FIX };
      return;
    }
  }
  const from = context.ports.clock.now();
  const { recorder, driven } = await walkAll(options, context, segments);
  const window = { from, to: context.ports.clock.now() };
  const delivery = deliveryOf(recorder, driven, { options, segments, perSecond, calibration });
  const doubt = doubtOf({
    delivery,
    exhausted: recorder.exhausted,
    hopeless: driven.hopeless,
    interrupted: context.signal.aborted,
  });
  const proof = doubt === undefined ? { state: 'proved' as const } : { state: 'unproved' as const, why: doubt.why };
  const samples = recorder.kept + recorder.failed;
  yield { kind: 'series', window, metric: context.name, unit: 'count', samples, delivery: { ...delivery, proof } };
  if (doubt) yield { kind: 'gap', reason: doubt.reason, message: doubt.why, ...(doubt.reason === 'unproved' ? { fix: FIX } : {}) };
  // A number of a saturated generator is nobody's; what was measured before somebody stopped the load is the system's.
  if (doubt === undefined || doubt.reason === 'interrupted') yield* seriesOf(recorder, window);
}

const FIX = 'Give the gate a quieter or larger machine, or ask for less load from one: its own delays must not pass for the system’s.';

/** Connecting users come evenly, each once; others when they please. */
function segmentsOf({ users, perUserPerMinute, connectWithinMs, durationMs }: Options): Segment[] {
  const connectMs = Math.min(connectWithinMs ?? 0, durationMs);
  const connecting = connectWithinMs === undefined ? 0 : (users / connectWithinMs) * 1_000;
  const acting = ((perUserPerMinute ?? 0) * users) / 60;
  return [
    { durationMs: connectMs, from: connecting, to: connecting },
    { durationMs: durationMs - connectMs, from: acting, to: acting },
  ].filter((segment) => segment.durationMs > 0 && segment.from > 0);
}

/** The best of a few tries: a machine that is too noisy for all of them is too noisy for the load. */
async function certify(context: LoadContext, perSecond: number): Promise<Delivery['calibration']> {
  let best: Delivery['calibration'];
  for (let round = 0; round < CALIBRATIONS && !context.signal.aborted; round += 1) {
    context.tell(`calibrating against a server of known delay`);
    const calibration = await calibrate(context, { perSecond });
    if (best === undefined || calibration.p99 < best.p99) best = calibration;
    if (!uncertified(best)) break;
  }
  return best;
}

interface Walking {
  readonly recorder: Recorder;
  readonly driven: Driven;
}

async function walkAll(options: Options, context: LoadContext, segments: readonly Segment[]): Promise<Walking> {
  const { ports, signal, seed } = context;
  const walks = new AbortController();
  await using population = context.populate(AbortSignal.any([signal, walks.signal]));
  const journeys = population.journeys.map(({ name }) => name);
  const durationMs = lengthOf(segments);
  const recorder = new Recorder({ durationMs, journeys }, Math.max(1, Math.min(SLICES, Math.floor(durationMs / SLICE_MS))));
  const spacing: Spacing = options.perUserPerMinute === undefined ? { type: 'even' } : { type: 'poisson', random: randomOf(seed) };
  const under: Under = { inFlight: 0 };
  await using _telling = telling(context, { recorder, under });
  const driven = await drive(
    {
      clock: ports.clock,
      arrivals: arrivalsOf(segments, spacing),
      begin: (startMs) => recorder.begin(startMs),
      launched: (dueMs, nowMs) => recorder.launched(dueMs, nowMs),
      walk: (index) => journeyOf(population, options, index).walk(index % options.users),
      ended: (index, { dueMs, endMs, walked }) => {
        const journey = journeyOf(population, options, index);
        const late = walked.end === 'cut' && walks.signal.aborted && !signal.aborted;
        recorder.ended({ journey: journey.name, dueMs, endMs, walked: late ? tooLong(walked, journey) : walked });
      },
      drainMs: Math.max(...population.journeys.map(({ longestMs }) => longestMs)) + GRACE_MS,
      signal,
      stopWalks: () => walks.abort(new Error('the load is over')),
    },
    under,
  );
  return { recorder, driven };
}

/** Every user comes to walk every journey. */
function journeyOf({ journeys }: Population, { users }: Options, index: number): LoadJourney {
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

interface Asked {
  readonly options: Options;
  readonly segments: readonly Segment[];
  readonly perSecond: number;
  readonly calibration: Delivery['calibration'];
}

function deliveryOf(
  { lag, kept, failed, cut, misses }: Recorder,
  { launched, dropped, durationMs, mostInFlight, busy }: Driven,
  { options, segments, perSecond, calibration }: Asked,
): Omit<Delivery, 'proof'> {
  const part = (quantile: number): number => (lag.count === 0 ? 0 : lag.quantile(quantile) / 1_000);
  return {
    asked: { users: options.users, arrivals: totalOf(segments), durationMs: lengthOf(segments), perSecond },
    achieved: { arrivals: launched, kept, failed, cut, dropped, durationMs, mostInFlight, misses: [...misses.values()] },
    lag: { p50: part(0.5), p99: part(0.99), max: lag.max / 1_000 },
    busy,
    ...(calibration === undefined ? {} : { calibration }),
  };
}

function lengthOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, { durationMs }) => sum + durationMs, 0);
}
