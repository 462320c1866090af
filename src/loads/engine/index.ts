import { z } from 'zod';

import { randomOf } from '../../lib/random.ts';
import { LoadShape, segmentsOf } from '../../model/load-shape.ts';
import type { Delivery } from '../../model/load.ts';
import { formatDuration } from '../../model/units.ts';
import { defineLoad, type LoadContext, type LoadOutput } from '../contract.ts';
import { calibrate } from './calibrate.ts';
import { Climb } from './climb.ts';
import { closedSchedule } from './closed.ts';
import type { Under } from './drive.ts';
import { measure, type Measured } from './measure.ts';
import { seriesOf } from './metrics.ts';
import { openSchedule, type Schedule } from './schedule.ts';
import { doubtOf, uncertified } from './validity.ts';

const Options = z
  .strictObject({
    users: z.int().min(1).describe('how many users there are'),
    perUserPerMinute: z.number().positive().optional().describe('how often each of them walks a journey'),
    connectWithinMs: z.number().positive().optional().describe('the time within which each of them walks its first'),
    thinkMs: z.number().nonnegative().optional().describe('closed model: how long each of them thinks after an answer'),
    shape: LoadShape.optional().describe('how the rate changes over the time'),
    durationMs: z.number().positive().describe('for how long'),
  })
  .refine(
    ({ perUserPerMinute, connectWithinMs, thinkMs }) => [perUserPerMinute, connectWithinMs, thinkMs].some((how) => how !== undefined),
    {
      error: 'says neither how often users act nor within which time they come',
    },
  );
type Options = z.output<typeof Options>;

/** The best of so many tries counts: a machine that is too noisy for all of them is too noisy for the load. */
const CALIBRATIONS = 3;

/**
 * Gauntlet's own engine: an open model. Arrivals come at their scheduled times, whatever the system does, and latency counts from the
 * scheduled time (docs/adr/0012-load-engine.md).
 */
export const engine = defineLoad<Options>({
  type: 'engine',
  summary: "journeys at their scheduled times, whatever the system does: Gauntlet's own engine",
  options: Options,
  title: ({ users, perUserPerMinute, connectWithinMs, thinkMs, shape, durationMs }) =>
    [
      shape === 'step' ? `${users} users, then twice as many from level to level` : `${users} users`,
      ...(connectWithinMs === undefined ? [] : [`within ${formatDuration(connectWithinMs)}`]),
      ...(perUserPerMinute === undefined ? [] : [`${perUserPerMinute} a minute each`]),
      ...(thinkMs === undefined ? [] : [`again ${formatDuration(thinkMs)} after an answer`]),
      ...(shape === undefined || shape === 'step' ? [] : [`as a ${shape}`]),
      `for ${shape === 'step' ? 'at most ' : ''}${formatDuration(durationMs)}`,
    ].join(', '),
  run,
});

async function* run(options: Options, context: LoadContext): AsyncGenerator<LoadOutput> {
  const under: Under = { inFlight: 0 };
  const planned = planOf(options, { context, under });
  const calibration = await certify(context, planned.perSecond());
  const from = context.ports.clock.now();
  const measured = await measure(planned.schedule, context, under);
  const { recorder, driven, facts, aborted } = measured;
  const window = { from, to: context.ports.clock.now() };
  const delivery = deliveryOf(measured, { options, planned, calibration });
  const doubt = doubtOf({
    delivery,
    scale: { latencyP99Ms: recorder.all.latency.whole.quantile(0.99) / 1_000, limitMs: context.limitMs },
    exhausted: planned.climb ? 0 : recorder.exhausted,
    hopeless: driven.hopeless,
    interrupted: context.signal.aborted,
    aborted: aborted !== undefined,
  });
  const proof = doubt === undefined ? { state: 'proved' as const } : { state: 'unproved' as const, why: doubt.why };
  const samples = recorder.kept + recorder.failed;
  yield { kind: 'series', window, metric: context.name, unit: 'count', samples, delivery: { ...delivery, proof }, ...facts };
  if (doubt) yield { kind: 'gap', reason: doubt.reason, message: doubt.why, ...(doubt.reason === 'unproved' ? { fix: FIX } : {}) };
  // A number of a saturated generator is nobody's; what was measured before somebody stopped the load is the system's.
  if (doubt === undefined || doubt.reason === 'interrupted') yield* seriesOf(recorder, window);
}

const FIX = 'Give the gate a quieter or larger machine, or ask for less load from one: its own delays must not pass for the system’s.';

interface Planned {
  readonly schedule: Schedule;
  /** Only of a load that climbs until the system is full. */
  readonly climb?: Climb;
  /** Arrivals a second at their highest, as far as it is known. */
  readonly perSecond: () => number;
}

/** Who walks when. Users who act come when they please; those that only connect come evenly, each once. */
function planOf(options: Options, { context, under }: { context: LoadContext; under: Under }): Planned {
  const { users, perUserPerMinute, connectWithinMs, thinkMs, shape, durationMs } = options;
  const random = randomOf(context.seed);
  const monotonicMs = (): number => context.ports.clock.monotonicMs();
  if (thinkMs !== undefined) {
    const withinMs = Math.min(durationMs, connectWithinMs ?? thinkMs);
    const schedule = closedSchedule({ users, thinkMs, withinMs, durationMs, random, monotonicMs });
    return { schedule, perSecond: () => (users / Math.max(MOST_EAGER_MS, thinkMs)) * 1_000 };
  }
  if (shape === 'step' && perUserPerMinute !== undefined) {
    const climb = new Climb({ users, perUserPerMinute, durationMs, random, underWay: () => under.inFlight });
    return { schedule: climb, climb, perSecond: () => climb.perSecond };
  }
  const segments = segmentsOf(options);
  const schedule = openSchedule(segments, {
    users,
    spacing: perUserPerMinute === undefined ? EVEN : { type: 'poisson', random },
    durationMs,
  });
  const perSecond = Math.max(0, ...segments.flatMap(({ from, to }) => [from, to]));
  return { schedule, perSecond: () => perSecond };
}

const EVEN = { type: 'even' } as const;
/** An answer takes some time, also where nobody thinks. */
const MOST_EAGER_MS = 10;

async function certify(context: LoadContext, perSecond: number): Promise<Delivery['calibration']> {
  let best: Delivery['calibration'];
  for (let round = 0; round < CALIBRATIONS && !context.signal.aborted; round += 1) {
    context.tell(`calibrating against a server of known delay`);
    const calibration = await calibrate(context, { perSecond });
    if (best === undefined || calibration.p99 < best.p99) best = calibration;
    // Who was not answered once will not be the next time.
    if (uncertified(best, { latencyP99Ms: Number.NaN, limitMs: context.limitMs }) === undefined || calibration.samples === 0) break;
  }
  return best;
}

interface Asked {
  readonly options: Options;
  readonly planned: Planned;
  readonly calibration: Delivery['calibration'];
}

function deliveryOf({ recorder, driven, aborted }: Measured, { options, planned, calibration }: Asked): Omit<Delivery, 'proof'> {
  const { lag, kept, failed, cut, misses } = recorder;
  const { launched, dropped, durationMs, mostInFlight, busy } = driven;
  const { schedule, climb } = planned;
  const part = (quantile: number): number => (lag.count === 0 ? 0 : lag.quantile(quantile) / 1_000);
  const levels = climb?.levels;
  return {
    asked: { users: options.users, arrivals: schedule.asked(), durationMs: schedule.durationMs, perSecond: planned.perSecond() },
    achieved: { arrivals: launched, kept, failed, cut, dropped, durationMs, mostInFlight, misses: [...misses.values()] },
    lag: { p50: part(0.5), p99: part(0.99), max: lag.max / 1_000 },
    busy,
    ...(calibration === undefined ? {} : { calibration }),
    ...(levels === undefined ? {} : { levels }),
    ...(climb?.summit === undefined ? {} : { summit: climb.summit }),
    ...(aborted === undefined ? {} : { aborted }),
  };
}
