import { DistributionCounts } from '../../lib/histogram.ts';
import type { Histogram, Rate, Slice } from '../../model/load.ts';
import type { Window } from '../../model/stage.ts';
import type { LoadSeries as Series } from '../contract.ts';
import type { Recorder } from './recorder.ts';
import type { Sliced, Tally } from './tally.ts';

type Named = Pick<Series, 'metric' | 'journey'>;

/** Everything that was measured, one series for each metric that has samples. */
export function seriesOf(recorder: Recorder, window: Window): Series[] {
  return [...metricsOf(recorder, window).values()].map((make) => make()).filter(({ samples }) => samples > 0);
}

/** Every metric by its name, made when it is asked for. */
export function metricsOf(recorder: Recorder, window: Window): Map<string, () => Series> {
  const make = new Maker(recorder, window);
  return new Map<string, () => Series>([
    ...[...recorder.journeys].flatMap(([journey, tally]) => ofJourney(make, journey, tally)),
    ['latency', () => make.timings({ metric: 'latency' }, recorder.all.latency)],
    ['errors', () => make.rate({ metric: 'errors' }, recorder.errors)],
    ['success_rate', () => make.rate({ metric: 'success_rate' }, recorder.success)],
    ['refused', () => make.share({ metric: 'refused' }, { hits: recorder.refusals, of: recorder.kept + recorder.failed })],
    ['requests', () => ({ ...make.base({ metric: 'requests' }), unit: 'count', samples: recorder.errors.whole.of })],
    ['requests.rate', () => perSecond(make, recorder)],
    ['tokens', () => make.counts({ metric: 'tokens' }, { counts: recorder.tokens, unit: 'count' })],
    ['messages.latency', () => make.timing({ metric: 'messages.latency' }, recorder.messages)],
    ['lag', () => make.timing({ metric: 'lag' }, recorder.lag)],
  ]);
}

function ofJourney(make: Maker, journey: string, { latency, service, wrong, steps }: Tally): [string, () => Series][] {
  return [
    [`${journey}.latency`, () => make.timings({ metric: `${journey}.latency`, journey }, latency)],
    [`${journey}.service`, () => make.timing({ metric: `${journey}.service`, journey }, service)],
    [`${journey}.errors`, () => make.rate({ metric: `${journey}.errors`, journey }, wrong)],
    ...[...steps.entries()].flatMap(([place, counts]): [string, () => Series][] => {
      const metric = `${journey}.${place}.latency`;
      return counts === undefined ? [] : [[metric, () => make.timing({ metric, journey }, counts)]];
    }),
  ];
}

/** How many in each whole second. */
function perSecond(make: Maker, recorder: Recorder): Series {
  const counts = new DistributionCounts();
  for (const amount of recorder.perSecond) counts.record(amount);
  const points = recorder.perSecond.map((amount, second): [number, number] => [second * 1_000, amount]);
  return { ...make.counts({ metric: 'requests.rate' }, { counts, unit: 'count' }), points };
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

  share(named: Named, rate: Rate): Series {
    return { ...this.base(named), unit: 'ratio', samples: rate.of, rate };
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
