import { DistributionCounts } from '../../lib/histogram.ts';
import { quantileRanks, shareInterval } from '../../lib/statistics/intervals.ts';
import { grouped, quoted } from '../../lib/text.ts';
import type { Rate, Slice } from '../../model/load.ts';
import type { PlannedLoad } from '../../model/plan.ts';
import type { Context, Drafted, JudgeRule } from '../context.ts';
import { draft } from '../draft.ts';
import { Distribution } from '../series/distribution.ts';
import { measurementsOf, type Measurement } from '../series/performance.ts';
import { amount } from '../series/words.ts';

/** What shows only over the time of a load, or beside others: it grows slower, its pool is too small, more users break it. */
export const underLoad: JudgeRule = {
  name: 'under-load',
  judge: (context) => {
    const all = measurementsOf(context).filter(({ own }) => own?.delivery?.proof.state === 'proved');
    return {
      drafts: all.flatMap((measured) => [...drift(context, measured), ...pools(context, measured), ...crowd(context, measured, all)]),
    };
  },
};

/** Samples that each third of a load needs for a comparison. */
const THIRD = 30;
/** So much slower is a drift, whatever the noise of a machine: by intervals that do not touch, and by a part and a time. */
const SLOWER = { times: 1.5, ms: 10 } as const;
const MORE_ERRORS = 0.01;

/** LOAD-11: under the same load the last third of the time is not worse than the first, in answers and in errors. */
function drift(context: Context, measured: Measurement): Drafted[] {
  const load = loadOf(measured);
  if (load === undefined || load.shape !== undefined || load.perUserPerMinute === undefined) return [];
  const latency = thirdsOf(measured, 'latency', (slices) => mergedTimes(slices));
  const errors = thirdsOf(measured, 'errors', (slices) => mergedRates(slices));
  const shown = [slower(latency), failing(errors)].filter((text) => text !== undefined);
  if (shown.length === 0) return [];
  return [
    draft('LOAD-11', {
      stage: measured.stage.name,
      subject: `drift under ${load.name}`,
      title: `under ${load.name} the system gets worse with time: ${shown[0]}`,
      summary: `The load ${load.name} asked the same from beginning to end, and the system answered worse and worse: ${shown.join('; ')}.`,
      evidence: [{ id: measured.own?.id ?? 'plan.json', shows: shown.join('; ') }],
      measured: shown.join('; '),
      expected: 'the last third as good as the first',
      repro: reproOf(context, measured),
    }),
  ];
}

type Thirds<Value> = readonly [Value, Value, Value] | undefined;

function thirdsOf<Value>({ series }: Measurement, metric: string, merge: (slices: readonly Slice[]) => Value): Thirds<Value> {
  const slices = series.find((piece) => piece.metric === metric)?.slices ?? [];
  const third = Math.floor(slices.length / 3);
  if (third === 0) return undefined;
  return [merge(slices.slice(0, third)), merge(slices.slice(third, -third)), merge(slices.slice(-third))];
}

function mergedTimes(slices: readonly Slice[]): DistributionCounts {
  const counts = new DistributionCounts();
  for (const { histogram } of slices) if (histogram && histogram.buckets.length > 0) counts.merge(histogram);
  return counts;
}

function mergedRates(slices: readonly Slice[]): Rate {
  return slices.reduce((sum, { rate }) => ({ hits: sum.hits + (rate?.hits ?? 0), of: sum.of + (rate?.of ?? 0) }), { hits: 0, of: 0 });
}

/** A bump at the end is no drift: the middle has to be on the way. */
function slower(thirds: Thirds<DistributionCounts>): string | undefined {
  if (thirds === undefined || thirds.some(({ count }) => count < THIRD)) return undefined;
  const [first, middle, last] = thirds;
  const [before, between, now] = [first, middle, last].map((counts) => counts.quantile(0.5) / 1_000) as [number, number, number];
  const high = quantileRanks(first.count, 0.5).high;
  const low = quantileRanks(last.count, 0.5).low;
  if (high === undefined || low === undefined) return undefined;
  const apart = last.atRank(low) > first.atRank(high);
  if (!apart || now < SLOWER.times * before || now - before < SLOWER.ms || between < before || between > now * 1.1) return undefined;
  return `p(50) ${amount(before, 'milliseconds')} in the first third, ${amount(between, 'milliseconds')} in the second, ${amount(now, 'milliseconds')} in the last (n ${grouped(last.count)})`;
}

function failing(thirds: Thirds<Rate>): string | undefined {
  if (thirds === undefined || thirds.some(({ of }) => of < THIRD)) return undefined;
  const [first, , last] = thirds;
  const [before, now] = [shareInterval(first.hits, first.of), shareInterval(last.hits, last.of)];
  if (now.low <= before.high || last.hits / last.of - first.hits / first.of < MORE_ERRORS) return undefined;
  return `${amount(first.hits / first.of, 'ratio')} errors in the first third, ${amount(last.hits / last.of, 'ratio')} in the last (n ${grouped(last.of)})`;
}

/** Gauges that say how many wait for something from a pool, by the names of common clients. */
const WAITING =
  /(?:pool|connections?|db|sql|hikari|lease|acquire)\w*(?:waiting|waiters|pending|queued?)|(?:waiting|waiters|pending|queued?)\w*(?:pool|connections?)/i;
const IN_USE = /(?:pool|connections?|db|sql|hikari)\w*(?:in_?use|used|active|busy|acquired|borrowed|size|max|limit|total)/i;
/** Part of the looks at which somebody waited from which on a pool is too small, and looks that it needs. */
const OFTEN = { part: 0.2, looks: 5 } as const;

/** DB-10: under load nobody waits for a connection of a pool. */
function pools(context: Context, measured: Measurement): Drafted[] {
  // Beyond its knee every system waits.
  if (loadOf(measured)?.shape === 'step') return [];
  return measured.series.flatMap((piece) => {
    const [, service, gauge = ''] = /^service\.(.+?)\.metrics\.([^{]+)/.exec(piece.metric) ?? [];
    if (service === undefined || !WAITING.test(gauge) || piece.histogram === undefined || measured.load === undefined) return [];
    const found = new Distribution(piece.histogram);
    if (found.count < OFTEN.looks || found.quantile(1 - OFTEN.part) <= 0) return [];
    const beside = measured.series.filter(
      ({ metric }) => metric.startsWith(`service.${service}.metrics.`) && IN_USE.test(metric) && !WAITING.test(metric),
    );
    const used = beside.flatMap(({ metric, histogram }) =>
      histogram ? [`${metric.replace(/^.*\.metrics\./, '')} at most ${amount(new Distribution(histogram).max, 'count')}`] : [],
    );
    const shown = `${gauge}: p(95) ${amount(found.quantile(0.95), 'count')}, most ${amount(found.max, 'count')}, in ${grouped(found.count)} looks`;
    return [
      draft('DB-10', {
        stage: measured.stage.name,
        subject: `${service} ${gauge} under ${measured.load}`,
        title: `under ${measured.load} requests wait for a connection of ${quoted(service)}: ${gauge} p(95) ${amount(found.quantile(0.95), 'count')}`,
        summary: `While ${measured.load} ran with ${grouped(measured.own?.delivery?.asked.users ?? 0)} users, requests waited for the pool of ${quoted(service)}: ${shown}.${used.length === 0 ? '' : ` Beside it: ${used.slice(0, 5).join(', ')}.`}`,
        evidence: [{ id: piece.id, shows: shown }],
        measured: shown,
        expected: 'nobody waits for a connection at this load',
        repro: reproOf(context, measured),
      }),
    ];
  });
}

/** From so many users on, LOAD-05 is about them. */
const CROWD = 100;

/** LOAD-05: what holds for few users holds for a hundred and more. Where it held for nobody, the limit itself says so. */
function crowd(context: Context, measured: Measurement, all: readonly Measurement[]): Drafted[] {
  const load = loadOf(measured);
  if (load === undefined || load.users < CROWD || load.shape === 'step') return [];
  const fewer = all.filter((other) => other.stage.name === measured.stage.name && (loadOf(other)?.users ?? CROWD) < CROWD);
  const broken = measured.judgements.filter(({ result, threshold }) => {
    const kept = fewer.filter(({ judgements }) =>
      judgements.some((one) => one.threshold.text === threshold.text && one.result.outcome === 'kept'),
    );
    return result.outcome === 'broken' && kept.length > 0;
  });
  if (broken.length === 0) return [];
  const shown = broken.map(({ result }) => `${quoted(result.text)}: ${result.measured}`).join('; ');
  const names = fewer.map((other) => `${other.load ?? ''} (${grouped(loadOf(other)?.users ?? 0)} users)`).join(', ');
  return [
    draft('LOAD-05', {
      stage: measured.stage.name,
      subject: `${load.name} beside fewer users`,
      title: `${grouped(load.users)} users break what ${grouped(Math.max(...fewer.map((other) => loadOf(other)?.users ?? 0)))} do not`,
      summary: `Limits that are kept under ${names} are broken under ${load.name} with ${grouped(load.users)} users: ${shown}.`,
      evidence: broken.map(({ series, result }) => ({ id: series?.id ?? 'plan.json', shows: result.measured })),
      measured: shown,
      expected: `the limits that fewer users keep, with ${grouped(load.users)} users`,
      repro: reproOf(context, measured),
    }),
  ];
}

function loadOf({ stage, load }: Measurement): PlannedLoad | undefined {
  return stage.loads.find(({ name }) => name === load);
}

function reproOf({ plan, run }: Context, { stage }: Measurement): string[] {
  return ['run', '--stage', stage.name, '--budget', run.budget, '--seed', String(plan.seed)];
}
