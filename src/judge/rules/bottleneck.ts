import { formatDuration } from '../../model/units.ts';
import type { Context, Drafted, JudgeRule } from '../context.ts';
import { draft } from '../draft.ts';
import { measurementsOf, type Measurement } from '../series/performance.ts';
import {
  curvesAt,
  FIRST_FAILURE,
  firstMiss,
  missText,
  momentOf,
  outputOf,
  resourcesText,
  slowestJourneys,
  slowestSteps,
} from '../series/profile.ts';
import { counted, quoted } from '../../lib/text.ts';

/** LOAD-15: where a load breaks a limit, what a reader needs to find out why: slow parts, failures, resources and logs of that moment. */
export const bottleneck: JudgeRule = {
  name: 'bottleneck',
  judge: (context) => ({ drafts: measurementsOf(context).flatMap((measured) => profile(context, measured)) }),
};

function profile({ plan, run }: Context, measured: Measurement): Drafted[] {
  const { stage, load, leg, own, judgements } = measured;
  const broken = judgements.filter(({ result }) => result.outcome === 'broken');
  if (load === undefined || own === undefined || broken.length === 0) return [];
  const [journeys, steps] = [slowestJourneys(measured), slowestSteps(measured)];
  const miss = firstMiss(measured);
  const moment = momentOf(measured);
  const curves = moment ? curvesAt(measured, moment) : [];
  const used = resourcesText(curves);
  const under = `${load}${leg === undefined ? '' : `, leg ${leg}`}`;
  const said = [
    `Under ${under} ${counted(broken.length, 'limit')} ${broken.length === 1 ? 'is' : 'are'} broken: ${broken.map(({ result }) => quoted(result.text)).join(', ')}.`,
    ...listed('Slowest journeys:', journeys),
    ...listed('Slowest steps:', steps),
    ...(miss ? [`First failing request, ${missText(miss)}.`] : []),
    ...(miss?.request === undefined ? [] : [`Again: ${quoted(miss.request)}`]),
    ...(miss?.answer === undefined ? [] : [`It was answered with: ${quoted(miss.answer)}`]),
    ...(moment && used !== '' ? [`${whenOf(moment)}: ${used}.`] : []),
  ];
  const output = outputOf(curves, own.moments ?? [], moment?.fromMs);
  const worst = steps[0] ?? journeys[0] ?? used;
  return [
    draft('LOAD-15', {
      stage: stage.name,
      subject: `where the time goes under ${under}`,
      title: `under ${under}: ${worst || 'what was seen when a limit broke'}`,
      summary: `${said.join('\n')}${output === '' ? '' : `\n\n${output}`}`,
      evidence: [
        { id: own.id, shows: worst || 'the moments of the load' },
        ...(miss ? [{ id: own.id, shows: missText(miss) }] : []),
        ...(moment ? [{ id: own.id, shows: `${whenOf(moment)}: ${used || 'nothing seen of the services'}` }] : []),
      ],
      measured: worst || 'nothing that was slow',
      expected: 'every limit kept',
      repro: ['run', '--stage', stage.name, '--budget', run.budget, '--seed', String(plan.seed)],
    }),
  ];
}

function listed(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `- ${line}`)];
}

function whenOf({ what, fromMs }: { what: string; fromMs: number }): string {
  const when = `${formatDuration(fromMs)} into the load`;
  return what === FIRST_FAILURE ? `At the first failure, ${when}` : `When ${what} was at its worst, ${when}`;
}
