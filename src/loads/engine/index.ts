import { z } from 'zod';

import type { Delivery } from '../../model/load.ts';
import { formatDuration } from '../../model/units.ts';
import { defineLoad, type LoadContext, type LoadOutput } from '../contract.ts';
import { lengthOf, totalOf, type Segment } from './arrivals.ts';
import { calibrate } from './calibrate.ts';
import type { Driven } from './drive.ts';
import { measure } from './measure.ts';
import { seriesOf } from './metrics.ts';
import type { Recorder } from './recorder.ts';
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
  const from = context.ports.clock.now();
  const { recorder, driven, facts } = await measure({ ...options, segments }, context);
  const window = { from, to: context.ports.clock.now() };
  const delivery = deliveryOf(recorder, driven, { options, segments, perSecond, calibration });
  const doubt = doubtOf({
    delivery,
    latencyP99Ms: recorder.all.latency.whole.quantile(0.99) / 1_000,
    exhausted: recorder.exhausted,
    hopeless: driven.hopeless,
    interrupted: context.signal.aborted,
  });
  const proof = doubt === undefined ? { state: 'proved' as const } : { state: 'unproved' as const, why: doubt.why };
  const samples = recorder.kept + recorder.failed;
  yield { kind: 'series', window, metric: context.name, unit: 'count', samples, delivery: { ...delivery, proof }, ...facts };
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

async function certify(context: LoadContext, perSecond: number): Promise<Delivery['calibration']> {
  let best: Delivery['calibration'];
  for (let round = 0; round < CALIBRATIONS && !context.signal.aborted; round += 1) {
    context.tell(`calibrating against a server of known delay`);
    const calibration = await calibrate(context, { perSecond });
    if (best === undefined || calibration.p99 < best.p99) best = calibration;
    if (uncertified(best, 0) === undefined) break;
  }
  return best;
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
