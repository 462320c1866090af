import type { DistributionCounts } from '../../lib/histogram.ts';
import { inSmallYoungHeap } from '../../lib/young-heap.ts';
import type { Delivery } from '../../model/load.ts';
import type { LoadContext, Population } from '../contract.ts';
import type { Driven } from './drive.ts';
import { Recorder } from './recorder.ts';
import type { Schedule } from './schedule.ts';
import { UnderWay } from './under-way.ts';
import { follow, walkAll } from './walk.ts';
import { watched, type Aborted } from './watch.ts';

/** Parts of the time that are counted apart. */
const SLICES = 60;
const SLICE_MS = 1_000;

export interface Measured {
  readonly recorder: Recorder;
  readonly driven: Driven;
  readonly facts: ReturnType<Population['facts']>;
  /** The threshold that stopped it. */
  readonly aborted: Aborted | undefined;
  /** Arrivals that were asked for. */
  readonly asked: number;
  /** How late the generator was, in milliseconds; the worst of several threads. */
  readonly lag: Delivery['lag'];
  readonly workers?: Delivery['workers'];
}

/** Walks every arrival of the schedule in this thread and records what became of it. */
export async function measure(schedule: Schedule, context: LoadContext, under = new UnderWay()): Promise<Measured> {
  const { ports, signal } = context;
  const [walks, stop] = [new AbortController(), new AbortController()];
  const ending = AbortSignal.any([signal, stop.signal]);
  // Looked at with every walk: a signal that follows others takes ten times as long to say whether it is aborted.
  using _walks = follow(signal, walks);
  await using population = context.populate(walks.signal);
  const recorder = recorderOf(namesOf(population), schedule.durationMs);
  await using watch = watched(context, { recorder, under, stop });
  const begun = (startMs: number): void => recorder.begin(startMs);
  // Collections of a small young heap are short: of a large one, they would pass for the system's own delays.
  const driven = await inSmallYoungHeap(() =>
    walkAll({ clock: ports.clock, schedule, population, recorder: () => recorder, under, begun, ending, walks }),
  );
  recorder.messages.merge(population.messageLatency.store());
  return { recorder, driven, facts: population.facts(), aborted: watch.aborted(), asked: schedule.asked(), lag: partsOf(recorder.lag) };
}

/** Alike in every thread of a load, so that they merge. */
export function recorderOf(journeys: readonly string[], durationMs: number): Recorder {
  const slices = Math.max(1, Math.min(SLICES, Math.floor(durationMs / SLICE_MS)));
  return new Recorder({ durationMs, journeys }, slices);
}

export function namesOf({ journeys }: Pick<Population, 'journeys'>): string[] {
  return journeys.map(({ name }) => name);
}

/** Milliseconds. */
export function partsOf(lag: DistributionCounts): Delivery['lag'] {
  const part = (quantile: number): number => (lag.count === 0 ? 0 : lag.quantile(quantile) / 1_000);
  return { p50: part(0.5), p99: part(0.99), max: lag.max / 1_000 };
}
