import { DistributionCounts } from '../../lib/histogram.ts';
import type { Histogram, Rate, Slice } from '../../model/load.ts';
import type { Window } from '../../model/stage.ts';
import type { LoadOutput } from '../contract.ts';
import type { Recorder, Sliced, Tally } from './recorder.ts';

type Series = Extract<LoadOutput, { kind: 'series' }>;
type Named = Pick<Series, 'metric' | 'journey'>;

/** Everything that was measured, one series for each metric that has samples. */
export function seriesOf(recorder: Recorder, window: Window): Series[] {
  const make = new Maker(recorder, window);
  return [
    ...[...recorder.journeys].flatMap(([journey, tally]) => ofJourney(make, journey, tally)),
    make.timings({ metric: 'latency' }, recorder.all.latency),
    make.rate({ metric: 'errors' }, recorder.errors),
    make.rate({ metric: 'success_rate' }, recorder.success),
    ...requests(make, recorder),
    make.counts({ metric: 'tokens' }, { counts: recorder.tokens, unit: 'count' }),
    make.timing({ metric: 'messages.latency' }, recorder.messages),
    make.timing({ metric: 'lag' }, recorder.lag),
  ].filter(({ samples }) => samples > 0);
}

function ofJourney(make: Maker, journey: string, { latency, service, wrong, steps }: Tally): Series[] {
  return [
    make.timings({ metric: `${journey}.latency`, journey }, latency),
    make.timing({ metric: `${journey}.service`, journey }, service),
    make.rate({ metric: `${journey}.errors`, journey }, wrong),
    ...[...steps.entries()].flatMap(([place, counts]) =>
      counts === undefined ? [] : [make.timing({ metric: `${journey}.${place}.latency`, journey }, counts)],
    ),
  ];
}

/** How many, and how many in each whole second. */
function requests(make: Maker, { perSecond, errors }: Recorder): Series[] {
  const counts = new DistributionCounts();
  for (const amount of perSecond) counts.record(amount);
  const points = perSecond.map((amount, second): [number, number] => [second * 1_000, amount]);
  return [
    { ...make.base({ metric: 'requests' }), unit: 'count', samples: errors.whole.of },
    { ...make.counts({ metric: 'requests.rate' }, { counts, unit: 'count' }), points },
  ];
}

class Maker {
  readonly #recorder: Recorder;
  readonly #window: Window;

  constructor(recorder: Recorder, window: Window) {
    this.#recorder = recorder;
    this.#window = window;
  }

  base(named: Named): Named & Pick<Series, 'kind' | 'window'> {
    return { kind: 'series', window: this.#window, ...named };
  }

  timing(named: Named, counts: DistributionCounts): Series {
    return { ...this.base(named), unit: 'milliseconds', samples: counts.count, histogram: stored(counts, 'microseconds') };
  }

  timings(named: Named, { whole, slices }: Sliced<DistributionCounts>): Series {
    return { ...this.timing(named, whole), slices: this.#slices(slices, (counts) => ({ histogram: stored(counts, 'microseconds') })) };
  }

  counts(named: Named, { counts, unit }: { counts: DistributionCounts; unit: 'count' | 'bytes' }): Series {
    return { ...this.base(named), unit, samples: counts.count, histogram: stored(counts, unit) };
  }

  rate(named: Named, { whole, slices }: Sliced<Rate>): Series {
    const base = { ...this.base(named), unit: 'ratio' as const };
    return { ...base, samples: whole.of, rate: { ...whole }, slices: this.#slices(slices, (rate) => ({ rate: { ...rate } })) };
  }

  #slices<Counter>(slices: readonly Counter[], form: (counter: Counter) => Omit<Slice, 'fromMs' | 'toMs'>): Slice[] {
    const { sliceMs } = this.#recorder;
    return slices.map((counter, index) => ({ fromMs: index * sliceMs, toMs: (index + 1) * sliceMs, ...form(counter) }));
  }
}

function stored(counts: DistributionCounts, unit: Histogram['unit']): Histogram {
  const { buckets, ...rest } = counts.store();
  return { unit, buckets: buckets.map(([index, times]): [number, number] => [index, times]), ...rest };
}
