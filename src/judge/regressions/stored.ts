import { grouped, quoted } from '../../lib/text.ts';
import type { Baseline, StoredTime } from '../../model/baseline.ts';
import { ofKind } from '../../model/evidence.ts';
import { differencesOf } from '../../model/machine.ts';
import type { PlannedStage } from '../../model/plan.ts';
import { formatRatio } from '../../model/units.ts';
import type { Context, Drafted, JudgeInput, JudgeRule, Measured } from '../context.ts';
import { draft } from '../draft.ts';
import { Distribution } from '../series/distribution.ts';
import { measurementsOf, type Measurement } from '../series/performance.ts';
import { amount } from '../series/words.ts';

/** Walks that a median needs on both sides before the two are compared. */
const LEAST = 100;
/**
 * On one machine, an earlier run of the same code differs by more than 10 % in one of two hundred cases (docs/regressions.md); a quarter
 * is beyond that, and beyond what a day does to a machine.
 */
const SLOWER = { part: 0.25, ms: 1 } as const;

/** The medians of the journeys under each load, for a later run to look at: of loads that proved what they measured. */
export function storedTimes(input: Pick<JudgeInput, 'plan' | 'evidence' | 'run'>): Baseline['performance'] {
  const times = measurementsOf(input).flatMap((measured) =>
    [...timesOf(measured)].map(([journey, time]) => ({ ...keyOf(measured, journey), ...time })),
  );
  return times.length === 0 ? undefined : { machine: input.run.machine, times };
}

/** LOAD-14 where base and head were not measured side by side: against the times of the base branch's stored run, of the same machine alone. */
export const stored: JudgeRule = {
  name: 'stored',
  judge: (context) => {
    const before = context.baseline?.performance;
    const loaded = context.plan.stages.filter((stage) => stage.loads.length > 0 && !isSideBySide(context, stage));
    if (context.baseline === undefined || loaded.length === 0) return { drafts: [] };
    const why = before === undefined ? 'it kept no times' : differencesOf(before.machine, context.run.machine);
    if (before === undefined || why !== undefined)
      return { drafts: [], measured: loaded.map(({ name }) => ({ stage: name, text: `no stored baseline of its times: ${why ?? ''}` })) };
    const compared = measurementsOf(context)
      .filter(({ stage }) => loaded.includes(stage))
      .flatMap((measured) => compareAll(context, measured, before.times));
    return { drafts: compared.flatMap(({ drafts }) => drafts), measured: compared.map(({ said }) => said) };
  },
};

/** Whether head and base really were measured side by side: that says more than any stored time. */
function isSideBySide({ evidence }: Context, { name, compare }: PlannedStage): boolean {
  return compare !== undefined && ofKind(evidence, 'comparison').some(({ stage, against }) => stage === name && against.state === 'base');
}

interface Time {
  readonly p50: number;
  readonly samples: number;
}

function timesOf({ own, series }: Measurement): Map<string, Time> {
  if (own?.delivery?.proof.state !== 'proved') return new Map();
  return new Map(
    series.flatMap(({ metric, journey, histogram }) => {
      if (journey === undefined || metric !== `${journey}.latency` || histogram === undefined) return [];
      const found = new Distribution(histogram);
      return found.count < LEAST ? [] : [[journey, { p50: found.quantile(0.5), samples: found.count }] as const];
    }),
  );
}

function keyOf({ stage, load = '' }: Measurement, journey: string): Pick<StoredTime, 'stage' | 'load' | 'journey' | 'perSecond'> {
  const planned = stage.loads.find(({ name }) => name === load);
  return { stage: stage.name, load, journey, perSecond: rateOf(planned) };
}

/** Another rate is another question. */
function rateOf(load: PlannedStage['loads'][number] | undefined): number {
  return ((load?.users ?? 0) * (load?.perUserPerMinute ?? 0)) / 60;
}

function compareAll(context: Context, measured: Measurement, before: readonly StoredTime[]): { drafts: Drafted[]; said: Measured }[] {
  return [...timesOf(measured)].flatMap(([journey, now]) => {
    const { stage, load, perSecond } = keyOf(measured, journey);
    const then = before.find((one) => one.stage === stage && one.load === load && one.journey === journey && one.perSecond === perSecond);
    if (then === undefined) return [];
    const part = now.p50 / then.p50 - 1;
    const shown = `${amount(now.p50, 'milliseconds')} (n ${grouped(now.samples)}), ${amount(then.p50, 'milliseconds')} on the base branch (n ${grouped(then.samples)})`;
    const said = { stage: measured.stage.name, text: `${journey} under ${load} ${signed(part)} against the stored run` };
    // What the generator itself added to the middle is not the system's.
    const systemMs = now.p50 - ownOf(measured);
    const slower = systemMs / then.p50 - 1 > SLOWER.part && systemMs - then.p50 > SLOWER.ms;
    return [{ said, drafts: slower ? [finding(context, { measured, journey, part, shown })] : [] }];
  });
}

/** Milliseconds by which the generator was late, and off against a server of known delay, in the middle. */
function ownOf({ own }: Measurement): number {
  const { lag, calibration } = own?.delivery ?? {};
  return (lag?.p50 ?? 0) + Math.max(0, calibration?.p50 ?? 0);
}

interface Slower {
  readonly measured: Measurement;
  readonly journey: string;
  readonly part: number;
  readonly shown: string;
}

function finding({ plan, run, baseline }: Context, { measured, journey, part, shown }: Slower): Drafted {
  const { stage, load = '', own } = measured;
  const sha = baseline?.sha.slice(0, 12) ?? '';
  return draft('LOAD-14', {
    stage: stage.name,
    subject: `${journey} under ${load} against the stored run`,
    title: `${journey} under ${load} takes ${formatRatio(part)} more at p(50) than in the base branch’s stored run`,
    summary: `${quoted(journey)} under ${load}: p(50) ${shown}. The stored run (${sha}) was on a machine of the same kind, at another time: \`compare: ${journey}\` measures both side by side, and says it for certain.`,
    evidence: [{ id: own?.id ?? 'plan.json', shows: `p(50) ${shown}` }],
    measured: `p(50) ${shown}`,
    expected: `at most ${formatRatio(SLOWER.part)} more`,
    priority: ['P2', 'de-escalate:not-side-by-side'],
    repro: ['run', '--stage', stage.name, '--budget', run.budget, '--seed', String(plan.seed)],
  });
}

function signed(ratio: number): string {
  return `${ratio < 0 ? '−' : '+'}${formatRatio(Math.abs(Math.round(ratio * 1_000) / 1_000))}`;
}
