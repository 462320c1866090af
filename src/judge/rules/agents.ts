import { binomialFrom } from '../../lib/statistics/binomial.ts';
import { CONFIDENCE } from '../../lib/statistics/intervals.ts';
import { counted, grouped, quoted } from '../../lib/text.ts';
import { agentsRow } from '../../model/agents.ts';
import type { LoadMiss } from '../../model/load.ts';
import type { Completion } from '../../model/messages.ts';
import type { Context, Drafted, JudgeRule } from '../context.ts';
import { draft, notTested } from '../draft.ts';
import { measurementsOf, type Measurement } from '../series/performance.ts';
import { amount } from '../series/words.ts';
import { disclosureRow } from './disclosure.ts';

/** Of disclosure calls that do not answer under load, so many are what the mission's success rate allows. */
const FAILING = 0.01;
const NAMED = 5;

/** Agents under load: every one comes to its end, and each step keeps its budget of tokens. */
export const agents: JudgeRule = {
  name: 'agents',
  judge: (context) => ({
    drafts: measurementsOf(context).flatMap((measured) => [...completion(context, measured), ...disclosed(context, measured)]),
  }),
};

/** 100 % of them, with the ledger of those who did not. */
function completion({ plan, run }: Context, { stage, load: name, own }: Measurement): Drafted[] {
  const load = stage.loads.find((one) => one.name === name);
  const row = load && agentsRow(load, plan.journeys);
  if (load === undefined || row === undefined || own?.delivery?.proof.state !== 'proved') return [];
  const found = own.completion;
  const ended = found ? found.complete + found.incomplete.length + found.omitted : 0;
  if (found !== undefined && ended === load.users && found.complete === ended) return [];
  const known = found !== undefined && found.complete < ended;
  const shown = `${grouped(found?.complete ?? 0)} of ${counted(load.users, 'agent')} complete`;
  const because = `only ${grouped(ended)} of ${counted(load.users, 'agent')} came to an end`;
  return [
    draft(row, {
      stage: stage.name,
      subject: `agents under ${load.name}`,
      title: `${shown} under ${load.name}`,
      ...(known ? {} : { result: notTested(because), owed: true }),
      summary: `Of ${counted(load.users, 'agent')} under ${load.name}, ${grouped(own.delivery.achieved.mostInFlight)} of them at once, ${grouped(found?.complete ?? 0)} came to the end of their journey.${found ? ledgerOf(found) : ''}${mixOf(own.delivery.achieved.misses)}`,
      evidence: [{ id: own.id, shows: shown }],
      measured: shown,
      expected: '100 %',
      repro: ['run', '--stage', stage.name, '--budget', run.budget, '--seed', String(plan.seed)],
    }),
  ];
}

function ledgerOf({ incomplete, omitted }: Completion): string {
  const lines = incomplete
    .slice(0, NAMED)
    .map(
      ({ user, journey, step, what, measured, expected }) =>
        `- ${user}: ${journey}, ${quoted(step)}: ${what} ${measured}, ${expected} asked`,
    );
  const more = incomplete.length - lines.length + omitted;
  if (lines.length === 0) return '';
  return `\n${lines.join('\n')}${more > 0 ? `\n- and ${counted(more, 'agent')} more` : ''}`;
}

/** What went wrong and how often: the mix of errors at this number of agents. */
function mixOf(misses: readonly LoadMiss[]): string {
  const often = misses.toSorted((one, other) => other.times - one.times).slice(0, NAMED);
  if (often.length === 0) return '';
  return `\nWrong answers: ${often.map(({ times, journey, step, what }) => `${grouped(times)} × ${what} at ${quoted(step)} of ${journey}`).join('; ')}.`;
}

/** Token budgets hold for every walk of a load, and disclosure calls answer under it. */
function disclosed({ plan, run }: Context, { stage, load, own }: Measurement): Drafted[] {
  if (load === undefined || own?.delivery?.proof.state !== 'proved') return [];
  const { kept, failed, misses } = own.delivery.achieved;
  return misses.flatMap((miss) => {
    const code = codeOf(miss, plan.journeys, kept + failed);
    if (code === undefined) return [];
    const shown = `${miss.measured}, ${counted(miss.times, 'time')}`;
    return [
      draft(code, {
        stage: stage.name,
        subject: `journey ${miss.journey}, ${miss.step} under ${load}`,
        title: `${quoted(miss.step)} under ${load}: ${miss.measured}, ${miss.expected} asked`,
        summary: `Under ${load}, ${quoted(miss.step)} of journey ${miss.journey} measured ${miss.measured}; ${miss.expected} is asked. So it was ${counted(miss.times, 'time')} in ${counted(kept + failed, 'walk')}, ${amount(miss.firstAtMs, 'milliseconds')} into the load for the first time.`,
        evidence: [{ id: own.id, shows: shown }],
        measured: shown,
        expected: miss.expected,
        repro: ['run', '--stage', stage.name, '--budget', run.budget, '--seed', String(plan.seed)],
      }),
    ];
  });
}

function codeOf({ journey, step, what, times }: LoadMiss, journeys: Context['plan']['journeys'], walks: number): string | undefined {
  const planned = journeys.find(({ name }) => name === journey);
  const index = planned?.steps.findIndex(({ title }) => title === step) ?? -1;
  const row = disclosureRow(step, planned, index);
  if (what === 'tokens') return index === -1 ? 'AGT-04' : row;
  const beyond = binomialFrom(Math.min(times, walks), walks, FAILING) <= 1 - CONFIDENCE;
  return what === 'status' && row !== undefined && beyond ? 'AGT-06' : undefined;
}
