import { DistributionCounts } from '../lib/histogram.ts';
import type { SeriesEvidence } from './evidence.ts';
import { mergedCompletion, mergedMessages } from './merged-facts.ts';
import type { Delivery, Histogram, LoadMiss, Rate, Slice } from './load.ts';

/** Shards that ran beside each other for less than this part of their time were no load together. */
const TOGETHER = 0.8;
const MOST_LISTED = 50;

type Pieces = readonly [SeriesEvidence, ...SeriesEvidence[]];

/**
 * What the shards of one load measured of one metric, as one: counts add up exactly, whichever machine they come from. Percentiles of
 * percentiles do not exist, so nothing else is merged.
 */
export function mergedSeries(pieces: Pieces): SeriesEvidence {
  const { leg: _, ...first } = pieces[0];
  const histograms = pieces.flatMap(({ histogram }) => histogram ?? []);
  const rates = pieces.flatMap(({ rate }) => rate ?? []);
  const slices = pieces.flatMap((piece) => (piece.slices ? [piece.slices] : []));
  const delivery = mergedDelivery(pieces);
  const perSecond = first.metric === 'requests.rate' ? addedPoints(pieces) : undefined;
  return {
    ...first,
    id: first.id.replace(/\/leg-[^/]+?-(series-)/, '/$1'),
    window: { from: earliest(pieces), to: latest(pieces) },
    legs: pieces.flatMap(({ leg }) => leg ?? []),
    samples: perSecond ? perSecond.samples : sum(pieces.map(({ samples }) => samples)),
    ...(histograms[0] ? { histogram: mergedHistogram(histograms[0], histograms) } : {}),
    ...(rates.length > 0 ? { rate: addedRates(rates) } : {}),
    ...(slices[0] ? { slices: mergedSlices(slices[0], slices) } : {}),
    ...perSecond,
    ...(delivery ? { delivery } : {}),
    ...addedFacts(pieces),
  };
}

function mergedHistogram({ unit }: Histogram, histograms: readonly Histogram[]): Histogram {
  const counts = new DistributionCounts();
  for (const histogram of histograms) if (histogram.buckets.length > 0) counts.merge(histogram);
  const { buckets, ...rest } = counts.store();
  return { unit, buckets: buckets.map(([index, times]): [number, number] => [index, times]), ...rest };
}

function addedRates(rates: readonly Rate[]): Rate {
  return { hits: sum(rates.map(({ hits }) => hits)), of: sum(rates.map(({ of }) => of)) };
}

function mergedSlices(first: readonly Slice[], all: readonly (readonly Slice[])[]): Slice[] {
  return first.map(({ fromMs, toMs }, index) => {
    const same = all.flatMap((slices) => slices[index] ?? []);
    const histograms = same.flatMap(({ histogram }) => histogram ?? []);
    const rates = same.flatMap(({ rate }) => rate ?? []);
    return {
      fromMs,
      toMs,
      ...(histograms[0] ? { histogram: mergedHistogram(histograms[0], histograms) } : {}),
      ...(rates.length > 0 ? { rate: addedRates(rates) } : {}),
    };
  });
}

/** So many in each second, of all together. */
function addedPoints(pieces: Pieces): Pick<SeriesEvidence, 'points' | 'histogram' | 'samples'> {
  const seconds = new Map<number, number>();
  for (const [at, value] of pieces.flatMap(({ points = [] }) => points)) seconds.set(at, (seconds.get(at) ?? 0) + value);
  const points = [...seconds].toSorted(([one], [other]) => one - other);
  const counts = new DistributionCounts();
  for (const [, value] of points) counts.record(value);
  const { buckets, ...rest } = counts.store();
  return {
    points,
    samples: points.length,
    histogram: { unit: 'count', buckets: buckets.map(([index, times]) => [index, times]), ...rest },
  };
}

function mergedDelivery(pieces: Pieces): Delivery | undefined {
  const all = pieces.flatMap(({ delivery, leg }) => (delivery ? [{ ...delivery, leg }] : []));
  const [first] = all;
  if (first === undefined) return undefined;
  const add = (of: (delivery: Delivery) => number): number => sum(all.map(of));
  const most = (of: (delivery: Delivery) => number): number => Math.max(...all.map(of));
  const doubt = all.find(({ proof }) => proof.state === 'unproved');
  const why = doubt?.proof.state === 'unproved' ? `shard ${doubt.leg ?? '?'}: ${doubt.proof.why}` : apart(pieces);
  const calibrations = all.flatMap(({ calibration }) => calibration ?? []).toSorted((one, other) => other.p99 - one.p99);
  const aborted = all.find((delivery) => delivery.aborted)?.aborted;
  return {
    asked: {
      users: add(({ asked }) => asked.users),
      arrivals: add(({ asked }) => asked.arrivals),
      durationMs: most(({ asked }) => asked.durationMs),
      perSecond: add(({ asked }) => asked.perSecond),
    },
    achieved: {
      arrivals: add(({ achieved }) => achieved.arrivals),
      kept: add(({ achieved }) => achieved.kept),
      failed: add(({ achieved }) => achieved.failed),
      cut: add(({ achieved }) => achieved.cut),
      dropped: add(({ achieved }) => achieved.dropped),
      durationMs: most(({ achieved }) => achieved.durationMs),
      mostInFlight: add(({ achieved }) => achieved.mostInFlight),
      misses: mergedMisses(all.flatMap(({ achieved }) => achieved.misses)),
    },
    // Of percentiles only the worst says something about all.
    lag: { p50: most(({ lag }) => lag.p50), p99: most(({ lag }) => lag.p99), max: most(({ lag }) => lag.max) },
    busy: most(({ busy }) => busy),
    ...(calibrations[0] && calibrations.length === all.length ? { calibration: calibrations[0] } : {}),
    ...(aborted ? { aborted } : {}),
    ...(all.every(({ workers }) => workers === undefined) ? {} : { workers: all.flatMap(workersOf) }),
    shards: all.length,
    proof: why === undefined ? { state: 'proved' } : { state: 'unproved', why },
  };
}

/** A shard of one thread is its own only worker. */
function workersOf({ workers, achieved: { arrivals }, lag, busy }: Delivery): NonNullable<Delivery['workers']> {
  return workers ?? [{ arrivals, lag, busy }];
}

function mergedMisses(misses: readonly LoadMiss[]): LoadMiss[] {
  const kinds = new Map<string, LoadMiss>();
  for (const miss of misses) {
    const key = [miss.journey, miss.step, miss.what].join('\0');
    const known = kinds.get(key);
    const [first, times] =
      known && known.firstAtMs <= miss.firstAtMs ? [known, known.times + miss.times] : [miss, miss.times + (known?.times ?? 0)];
    kinds.set(key, { ...first, times });
  }
  return [...kinds.values()].slice(0, MOST_LISTED);
}

/** Why the shards were no load together: they ran one after the other, or nearly so. */
function apart(pieces: Pieces): string | undefined {
  const spans = pieces.map(({ window }) => [Date.parse(window.from), Date.parse(window.to)] as const);
  const together = Math.min(...spans.map(([, to]) => to)) - Math.max(...spans.map(([from]) => from));
  const longest = Math.max(...spans.map(([from, to]) => to - from));
  if (longest === 0 || together >= TOGETHER * longest) return undefined;
  return `its ${pieces.length} shards ran together for ${Math.max(0, together / 1_000).toFixed(1)} s of ${(longest / 1_000).toFixed(1)} s`;
}

/** Shards have no user in common: what is counted of users and their messages adds up. */
function addedFacts(pieces: Pieces): Pick<SeriesEvidence, 'messages' | 'completion'> {
  const messages = pieces.flatMap((piece) => piece.messages ?? []);
  const completion = pieces.flatMap((piece) => piece.completion ?? []);
  const [sent, ended] = [mergedMessages(messages), mergedCompletion(completion)];
  return { ...(sent ? { messages: sent } : {}), ...(ended ? { completion: ended } : {}) };
}

function earliest(pieces: Pieces): string {
  return pieces.map(({ window }) => window.from).toSorted()[0] ?? pieces[0].window.from;
}

function latest(pieces: Pieces): string {
  return (
    pieces
      .map(({ window }) => window.to)
      .toSorted()
      .at(-1) ?? pieces[0].window.to
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
