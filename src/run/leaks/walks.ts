import type { LoadJourney, Walked } from '../../loads/contract.ts';
import type { Miss } from '../../model/journey.ts';
import type { Clock } from '../../ports/index.ts';

/** Walks under way at once; a service that is slower gets fewer of them in a round. */
const MOST_IN_FLIGHT = 64;

export interface Round {
  readonly perSecond: number;
  readonly durationMs: number;
  /** The user of the n-th walk of the round. */
  readonly user: (index: number) => number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export interface RoundEnd {
  readonly kept: number;
  readonly missed: number;
  readonly cut: number;
  readonly miss?: (Miss & { readonly step: string }) | undefined;
}

/** Walks the journey evenly for the time of a round, and waits for all to end. What is asked counts, not how long it takes. */
export async function walkRound(journey: LoadJourney, { perSecond, durationMs, user, clock, signal }: Round): Promise<RoundEnd> {
  const counts = { kept: 0, missed: 0, cut: 0 };
  let miss: RoundEnd['miss'];
  let walks = 0;
  const under = new Set<Promise<void>>();
  const take = (walked: Walked): void => {
    counts[walked.end] += 1;
    miss ??= missOf(walked);
  };
  await clock.pace(evenly(perSecond, durationMs), {
    signal,
    begin: () => undefined,
    launch: () => {
      if (under.size >= MOST_IN_FLIGHT) return;
      const one = journey.walk(user(walks)).then((walked) => {
        take(walked);
        under.delete(one);
      });
      walks += 1;
      under.add(one);
    },
  });
  await Promise.all(under);
  return { ...counts, miss };
}

/** The first thing that a walk missed. */
export function missOf({ steps }: Walked): RoundEnd['miss'] {
  const step = steps.find(({ miss }) => miss !== undefined);
  return step?.miss && { ...step.miss, step: step.title };
}

function* evenly(perSecond: number, durationMs: number): Generator<number, void, undefined> {
  const total = Math.round((perSecond * durationMs) / 1_000);
  for (let index = 0; index < total; index += 1) yield (index * 1_000) / perSecond;
}
