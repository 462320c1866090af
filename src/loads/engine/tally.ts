import { DistributionCounts, type StoredCounts } from '../../lib/histogram.ts';
import type { Rate } from '../../model/load.ts';
import type { Ended } from './schedule.ts';

/** A metric over the whole load and over its slices. */
export interface Sliced<Counter> {
  readonly whole: Counter;
  readonly slices: readonly Counter[];
}

export interface Hits {
  hits: number;
  of: number;
}

/** What is counted of one journey, or of all of them together. */
export class Tally {
  readonly latency: Sliced<DistributionCounts>;
  readonly service = new DistributionCounts();
  /** By their places, from 1. */
  readonly steps: (DistributionCounts | undefined)[] = [];
  readonly wrong: Sliced<Hits>;

  constructor(slices: number) {
    this.latency = sliced(slices, () => new DistributionCounts());
    this.wrong = sliced(slices, nothing);
  }

  store(): StoredTally {
    return {
      latency: storedSlices(this.latency, (counts) => (counts.count === 0 ? undefined : counts.store())),
      service: this.service.store(),
      steps: [...this.steps.entries()].flatMap(([place, counts]) => (counts === undefined ? [] : [[place, counts.store()] as const])),
      wrong: storedSlices(this.wrong, someOf),
    };
  }

  merge({ latency, service, steps, wrong }: StoredTally): void {
    mergeSlices(this.latency, latency, (counts, stored) => counts.merge(stored));
    this.service.merge(service);
    for (const [place, counts] of steps) (this.steps[place] ??= new DistributionCounts()).merge(counts);
    mergeSlices(this.wrong, wrong, add);
  }
}

/** What was counted in some slices; the others have nothing. */
export interface StoredSlices<Stored> {
  readonly whole: Stored | undefined;
  readonly slices: readonly (readonly [slice: number, stored: Stored])[];
}

export interface StoredTally {
  readonly latency: StoredSlices<StoredCounts>;
  readonly service: StoredCounts;
  readonly steps: readonly (readonly [place: number, counts: StoredCounts])[];
  readonly wrong: StoredSlices<Rate>;
}

export function tallyUp(tally: Tally, { dueMs, endMs, walked }: Ended, { slice, wrong }: { slice: number; wrong: boolean }): void {
  const latency = (endMs - dueMs) * 1_000;
  tally.latency.whole.record(latency);
  tally.latency.slices[slice]?.record(latency);
  tally.service.record((endMs - walked.startedMs) * 1_000);
  count(tally.wrong, slice, wrong);
  for (const { place, durationMs } of walked.steps) {
    tally.steps[place] ??= new DistributionCounts();
    tally.steps[place].record(durationMs * 1_000);
  }
}

export function count({ whole, slices }: Sliced<Hits>, slice: number, hit: boolean): void {
  const part = slices[slice];
  whole.of += 1;
  if (part) part.of += 1;
  if (!hit) return;
  whole.hits += 1;
  if (part) part.hits += 1;
}

export function sliced<Counter>(slices: number, make: () => Counter): Sliced<Counter> {
  return { whole: make(), slices: Array.from({ length: slices }, make) };
}

export function nothing(): Hits & Rate {
  return { hits: 0, of: 0 };
}

export function someOf({ hits, of }: Hits): Rate | undefined {
  return of === 0 ? undefined : { hits, of };
}

export function add(hits: Hits, more: Rate): void {
  hits.hits += more.hits;
  hits.of += more.of;
}

export function storedSlices<Counter, Stored>(
  { whole, slices }: Sliced<Counter>,
  store: (counter: Counter) => Stored | undefined,
): StoredSlices<Stored> {
  return {
    whole: store(whole),
    slices: slices.flatMap((counter, index) => {
      const stored = store(counter);
      return stored === undefined ? [] : [[index, stored] as const];
    }),
  };
}

export function mergeSlices<Counter, Stored>(
  { whole, slices }: Sliced<Counter>,
  stored: StoredSlices<Stored>,
  merge: (counter: Counter, stored: Stored) => void,
): void {
  if (stored.whole !== undefined) merge(whole, stored.whole);
  for (const [index, part] of stored.slices) {
    const counter = slices[index];
    if (counter !== undefined) merge(counter, part);
  }
}
