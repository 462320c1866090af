import { binomialFrom } from '../../lib/statistics/binomial.ts';
import { CONFIDENCE } from '../../lib/statistics/intervals.ts';
import { grouped, quoted } from '../../lib/text.ts';
import { ofKind } from '../../model/evidence.ts';
import type { FindingVerdict, Priority } from '../../model/finding.ts';
import type { Plan } from '../../model/plan.ts';
import { OF_LATENCY } from '../../model/metric.ts';
import { writtenLimit, writtenMetric, type Threshold } from '../../model/threshold.ts';
import { formatDuration } from '../../model/units.ts';
import type { Context, Drafted, JudgeRule } from '../context.ts';
import { CONFIRMED, draft, notTested } from '../draft.ts';
import { Distribution } from '../series/distribution.ts';
import { measurementsOf, type Judgement, type Measurement } from '../series/performance.ts';
import { curvesAt, firstLines, firstMiss, missText, momentOf, resourcesText, slowestSteps } from '../series/profile.ts';
import { amount } from '../series/words.ts';

/** Loads kept what was asked of them: thresholds, the success rate, and without either at least that the journeys work. */
export const series: JudgeRule = {
  name: 'series',
  judge: (context) => {
    const measurements = measurementsOf(context);
    return {
      drafts: measurements.flatMap((measured) => [
        ...measured.judgements.flatMap((judgement) => thresholdFinding(context, { measured, judgement, all: measurements })),
        ...unasked(context, measured),
        ...cutShort(context, measured),
      ]),
    };
  },
};

interface Judging {
  readonly measured: Measurement;
  readonly judgement: Judgement;
  readonly all: readonly Measurement[];
}

function thresholdFinding(context: Context, judging: Judging): Drafted[] {
  const { measured, judgement } = judging;
  const { threshold, result } = judgement;
  if (result.outcome === 'kept' || (judgement.series === undefined && explained(context, measured, threshold))) return [];
  const verdict = result.outcome === 'broken' ? CONFIRMED : openVerdict(context, judging);
  const under = measured.load === undefined ? '' : ` under ${measured.load}`;
  const limit = writtenLimit(threshold);
  const because = result.because === undefined ? '' : ` ${result.because}.`;
  const said = result.outcome === 'broken' ? 'is broken' : 'is not decided';
  return [
    draft(codeOf(context.plan, threshold.metric), {
      stage: measured.stage.name,
      subject: `${threshold.metric} ${aggregationOf(threshold)}${under}${ofLeg(measured)}`,
      title: `${quoted(writtenMetric(threshold))}: ${result.measured}; ${limit} asked${under}`,
      result: verdict,
      summary: `The limit ${quoted(threshold.text)} ${said}${under}${ofLeg(measured)}: measured ${result.measured}.${because}${whatWasSlow(measured)}`,
      evidence: evidenceOf(measured, judgement),
      measured: result.measured,
      expected: limit,
      ...(result.outcome === 'broken' ? {} : { fix: FIX_OPEN }),
      repro: reproOf(context, measured),
      owed: result.outcome === 'open' && !shownElsewhere(judging),
    }),
  ];
}

const FIX_OPEN =
  'Give the load more time or users (`gauntlet plan` says how many samples each limit needs and how many it will get), run it with the budget `nightly`, or write a limit that this many samples can support.';

/** What a short load cannot show is no news where the plan said so: then it is the budget's doing. */
function openVerdict({ plan }: Context, { measured, judgement }: Judging): FindingVerdict {
  const because = judgement.result.because ?? 'the samples do not decide it';
  const foreseen = plan.budget === 'pr' && judgement.result.samples > 0 && isForeseen(measured, judgement.threshold);
  return foreseen ? notTested(because, 'budget') : { verdict: 'inconclusive', because };
}

function isForeseen({ stage, load }: Measurement, { text }: Threshold): boolean {
  return (stage.shortages ?? []).some((shortage) => shortage.threshold === text && shortage.load === load);
}

/** A light load that was known to be too short is answered by a heavier one of the same stage, if its own samples do not say otherwise. */
function shownElsewhere({ measured, judgement: { threshold, series: piece }, all }: Judging): boolean {
  if (threshold.load !== undefined || !isForeseen(measured, threshold) || (piece && isSuspicious(threshold, piece))) return false;
  return all.some(
    ({ stage, judgements }) =>
      stage.name === measured.stage.name && judgements.some(({ result }) => result.text === threshold.text && result.outcome === 'kept'),
  );
}

/** One bad sample among few is a hint, not the absence of one. */
function isSuspicious({ limit }: Threshold, { rate, histogram }: NonNullable<Judgement['series']>): boolean {
  if (rate) return limit.op === '<' || limit.op === '<=' ? rate.hits > 0 : rate.hits < rate.of;
  return histogram === undefined || new Distribution(histogram).breaking(limit).most > 0;
}

/** A gap says already why nothing was measured. */
function explained({ plan, evidence }: Context, { stage }: Measurement, { metric }: Threshold): boolean {
  const owed = plan.owed.find((piece) => piece.stage === stage.name && piece.kind === 'series' && piece.name === metric);
  return owed !== undefined && ofKind(evidence, 'gap').some((gap) => gap.owed.includes(owed.id));
}

const SCENARIO_CODES: Readonly<Record<string, string>> = { steady: 'LOAD-01', peak: 'LOAD-02', burst: 'LOAD-03', sustained: 'LOAD-04' };
/** From so many concurrent users on, LOAD-05 is about them. */
const CROWD = 100;
/** What must work where nobody says how much: the mission's own success rate. */
const WORKING = 0.99;

/** A load whose journeys fail proves that they fail, whether or not somebody wrote a limit. */
function unasked(context: Context, measured: Measurement): Drafted[] {
  const { stage, load, own, judgements } = measured;
  const { delivery } = own ?? {};
  const planned = stage.loads.find(({ name }) => name === load);
  if (load === undefined || delivery?.proof.state !== 'proved' || planned?.shape === 'step') return [];
  // Every single one must come to its end, which has a row of its own.
  if (measured.agents) return [];
  if (judgements.some(({ threshold: { metric } }) => metric === 'success_rate')) return [];
  const { kept, failed } = delivery.achieved;
  const walks = kept + failed;
  const limited = judgements.some(({ threshold: { metric } }) => /(?:^|\.)errors$/.test(metric));
  const none = kept === 0 && walks > 0;
  if (!none && (limited || failed === 0 || binomialFrom(failed, walks, 1 - WORKING) > 1 - CONFIDENCE)) return [];
  const priority: readonly [Priority, string] | undefined = none ? ['P0', 'escalate:nothing-worked'] : undefined;
  const shown = `${grouped(kept)} of ${grouped(walks)} walks kept their expectations`;
  return [
    draft(none ? 'LOAD-06' : (SCENARIO_CODES[load] ?? ((planned?.users ?? 0) < CROWD ? 'LOAD-06' : 'LOAD-05')), {
      stage: stage.name,
      subject: `journeys under ${load}${ofLeg(measured)}`,
      title: none ? `under ${load} no journey came to its end` : `under ${load} ${amount(failed / walks, 'ratio')} of the journeys fail`,
      summary: `Under ${load}${ofLeg(measured)} ${shown}. No limit was written; without one, 99 % are expected.${whatWasSlow(measured)}`,
      evidence: [{ id: own?.id ?? 'plan.json', shows: shown }],
      measured: shown,
      expected: 'at least 99 % (no limit was written)',
      repro: reproOf(context, measured),
      ...(priority ? { priority } : {}),
    }),
  ];
}

/** A load that a threshold stopped, and whose samples do not break it after all, has shown too little. */
function cutShort(context: Context, measured: Measurement): Drafted[] {
  const { aborted } = measured.own?.delivery ?? {};
  if (aborted === undefined || measured.judgements.some(({ result }) => result.outcome === 'broken')) return [];
  const because = `${quoted(aborted.threshold)} stopped it after ${formatDuration(aborted.afterMs)} with ${aborted.measured}`;
  return [
    draft('LOAD-13', {
      stage: measured.stage.name,
      subject: `${measured.load ?? 'load'} stopped early${ofLeg(measured)}`,
      result: { verdict: 'inconclusive', because },
      title: `${measured.load ?? 'the load'} was stopped before its time`,
      summary: `The load ${measured.load ?? ''} did not run to its end: ${because}. All of its samples together do not show it.`,
      evidence: [{ id: measured.own?.id ?? 'plan.json', shows: because }],
      measured: because,
      expected: 'a load that runs to its end, or a limit that is broken',
      fix: 'Run it again; where it happens twice, leave `abort` out to see the whole.',
      repro: reproOf(context, measured),
      owed: true,
    }),
  ];
}

function codeOf({ journeys }: Plan, metric: string): string {
  if (metric === 'success_rate') return 'LOAD-06';
  if (/(?:^|\.)errors$/.test(metric)) return 'LOAD-07';
  if (/^service\..+\.memory$/.test(metric)) return 'LEAK-11';
  if (/^service\..+\.cpu$/.test(metric)) return 'LOAD-09';
  if (metric === 'requests' || metric === 'requests.rate') return 'LOAD-10';
  if (metric === 'messages.latency') return 'WS-03';
  if (!/(?:^|\.)(?:latency|service)$/.test(metric) || metric.startsWith('service.')) return 'TST-04';
  const journey = journeys.find(({ name }) => metric === `${name}.latency`);
  const named = OF_LATENCY.find((row) => journey?.rows.includes(row));
  if (named !== undefined) return named;
  return journey?.steps.some(({ type }) => type === 'websocket') ? 'WS-03' : 'LOAD-08';
}

function aggregationOf({ aggregation }: Threshold): string {
  return aggregation.type === 'percentile' ? `p(${aggregation.percentile})` : aggregation.type;
}

function ofLeg({ leg }: Measurement): string {
  return leg === undefined ? '' : `, leg ${leg}`;
}

function evidenceOf({ own }: Measurement, { series: piece, result }: Judgement) {
  const delivered = own?.delivery
    ? [{ id: own.id, shows: `${grouped(own.delivery.achieved.arrivals)} of ${grouped(own.delivery.asked.arrivals)} arrivals` }]
    : [];
  const measured = piece ? [{ id: piece.id, shows: `${piece.metric}: ${result.measured}` }] : [];
  return measured.length + delivered.length === 0 ? [{ id: 'plan.json', shows: result.text }] : [...measured, ...delivered];
}

function reproOf({ plan, run }: Context, { stage }: Measurement): string[] {
  return ['run', '--stage', stage.name, '--budget', run.budget, '--seed', String(plan.seed)];
}

/** Lines of logs in the finding of a limit; LOAD-15 has more. */
const SAID = 3;

/** The slowest steps of the load, the first request that failed and what the services used at the worst moment: where a reader starts. */
function whatWasSlow(measured: Measurement): string {
  const steps = slowestSteps(measured).map((step) => `- ${step}`);
  const [miss, moment] = [firstMiss(measured), momentOf(measured)];
  const used = moment ? resourcesText(curvesAt(measured, moment)) : '';
  return [
    steps.length > 0 ? `\nSlowest steps:\n${steps.join('\n')}` : '',
    miss ? `\nFirst failing request, ${missText(miss)}.` : '',
    used === '' ? '' : `\nIn the worst second: ${used}.`,
    ...(moment ? firstLines(moment, SAID) : []).map((text) => `\n- ${quoted(text)}`),
  ].join('');
}
