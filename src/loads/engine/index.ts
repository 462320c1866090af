import type { Delivery } from '../../model/load.ts';
import { formatDuration } from '../../model/units.ts';
import { defineLoad, type LoadContext, type LoadOutput } from '../contract.ts';
import { adviceFor, workersOf } from './advice.ts';
import { calibrate } from './calibrate.ts';
import { Crew } from './crew.ts';
import { measure, type Measured } from './measure.ts';
import { seriesOf } from './metrics.ts';
import { Options } from './options.ts';
import { WHOLE } from './part.ts';
import { planOf, type Planned } from './planned.ts';
import { UnderWay } from './under-way.ts';
import { doubtOf, uncertified } from './validity.ts';
import { work } from './work.ts';
import type { Calibration, Share } from './worker-line.ts';

/** The best of so many tries counts: a machine that is too noisy for all of them is too noisy for the load. */
const CALIBRATIONS = 3;

/**
 * Gauntlet's own engine: an open model. Arrivals come at their scheduled times, whatever the system does, and latency counts from the
 * scheduled time (docs/adr/0012-load-engine.md). One thread generates a load, or several, each with some of its users
 * (docs/adr/0017-workers.md).
 */
export const engine = defineLoad<Options>({
  type: 'engine',
  summary: "journeys at their scheduled times, whatever the system does: Gauntlet's own engine",
  options: Options,
  title: ({ users, perUserPerMinute, connectWithinMs, thinkMs, shape, workers = 1, durationMs }) =>
    [
      shape === 'step' ? `${users} users, then twice as many from level to level` : `${users} users`,
      ...(connectWithinMs === undefined ? [] : [`within ${formatDuration(connectWithinMs)}`]),
      ...(perUserPerMinute === undefined ? [] : [`${perUserPerMinute} a minute each`]),
      ...(thinkMs === undefined ? [] : [`again ${formatDuration(thinkMs)} after an answer`]),
      ...(shape === undefined || shape === 'step' ? [] : [`as a ${shape}`]),
      `for ${shape === 'step' ? 'at most ' : ''}${formatDuration(durationMs)}`,
      ...(workers === 1 ? [] : [workers === 'auto' ? 'by as many workers as it needs' : `by ${workers} workers`]),
    ].join(', '),
  run,
  work: (part, context) => work(part as Share, context),
});

async function* run(options: Options, context: LoadContext): AsyncGenerator<LoadOutput> {
  const { ports, seed, threads } = context;
  const under = new UnderWay();
  const planned = planOf(options, { seed, part: WHOLE, clock: ports.clock, under });
  const of = workersOf(options, { perSecond: planned.perSecond(), cores: threads.cores, stepsPerWalk: context.stepsPerWalk });
  const { durationMs } = planned.schedule;
  await using crew = of === 1 ? undefined : await Crew.start(context, { options, seed, of, under, durationMs });
  const calibration = await certify(context, planned.perSecond(), crew ?? { calibrate: (at) => calibrate(context, at) });
  const from = ports.clock.now();
  const [idleMs, startMs] = [threads.idleMs(), ports.clock.monotonicMs()];
  const measured = crew ? await crew.measure() : await measure(planned.schedule, context, under);
  const freeCores = Math.min(threads.cores, (threads.idleMs() - idleMs) / Math.max(1, ports.clock.monotonicMs() - startMs));
  const { recorder, driven, facts, aborted } = measured;
  const window = { from, to: ports.clock.now() };
  const delivery = deliveryOf(measured, { options, planned, calibration });
  const doubt = doubtOf({
    delivery,
    scale: {
      latencyP99Ms: recorder.all.latency.whole.quantile(0.99) / 1_000,
      limitMs: context.limitMs,
      perSecond: delivery.asked.perSecond,
    },
    exhausted: planned.climb ? 0 : recorder.exhausted,
    hopeless: driven.hopeless,
    interrupted: context.signal.aborted,
    died: crew?.died,
    aborted: aborted !== undefined,
  });
  const proof = doubt === undefined ? { state: 'proved' as const } : { state: 'unproved' as const, why: doubt.why };
  const samples = recorder.kept + recorder.failed;
  yield { kind: 'series', window, metric: context.name, unit: 'count', samples, delivery: { ...delivery, proof }, ...facts };
  if (doubt) {
    const fix = adviceFor(options, { workers: of, cores: threads.cores, busy: driven.busy, freeCores });
    yield { kind: 'gap', reason: doubt.reason, message: doubt.why, ...(doubt.reason === 'unproved' ? { fix } : {}) };
  }
  // A number of a saturated generator is nobody's; what was measured before somebody stopped the load is the system's.
  if (doubt === undefined || doubt.reason === 'interrupted') yield* seriesOf(recorder, window);
}

interface Calibrates {
  calibrate(options: { perSecond: number }): Promise<Calibration>;
}

async function certify(context: LoadContext, perSecond: number, who: Calibrates): Promise<Calibration | undefined> {
  let best: Calibration | undefined;
  for (let round = 0; round < CALIBRATIONS && !context.signal.aborted; round += 1) {
    context.tell(`calibrating against a server of known delay`);
    const calibration = await who.calibrate({ perSecond });
    if (best === undefined || calibration.p99 < best.p99) best = calibration;
    // Who was not answered once will not be the next time.
    if (uncertified(best, { latencyP99Ms: Number.NaN, limitMs: context.limitMs, perSecond }) === undefined || calibration.samples === 0)
      break;
  }
  return best;
}

interface Asked {
  readonly options: Options;
  readonly planned: Planned;
  readonly calibration: Delivery['calibration'];
}

function deliveryOf(measured: Measured, { options, planned, calibration }: Asked): Omit<Delivery, 'proof'> {
  const { recorder, driven, aborted, lag, workers } = measured;
  const { kept, failed, cut, misses } = recorder;
  const { launched, dropped, durationMs, mostInFlight, busy } = driven;
  const { schedule, climb } = planned;
  const levels = climb?.levels;
  // How much users of a closed model ask is known only afterwards; what else was asked is known beforehand, whoever did his part of it.
  const arrivals = options.thinkMs === undefined ? schedule.asked() : measured.asked;
  return {
    asked: { users: options.users, arrivals, durationMs: schedule.durationMs, perSecond: planned.perSecond() },
    achieved: { arrivals: launched, kept, failed, cut, dropped, durationMs, mostInFlight, misses: [...misses.values()] },
    lag,
    busy,
    ...(workers === undefined ? {} : { workers }),
    ...(calibration === undefined ? {} : { calibration }),
    ...(levels === undefined ? {} : { levels }),
    ...(climb?.summit === undefined ? {} : { summit: climb.summit }),
    ...(aborted === undefined ? {} : { aborted }),
  };
}
