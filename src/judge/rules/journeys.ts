import { counted, grouped, quoted } from '../../lib/text.ts';
import { ofKind, type EvidenceOf } from '../../model/evidence.ts';
import { isBudget, type Journey, type JourneyStepRun, type Miss } from '../../model/journey.ts';
import { formatLimit, keeps } from '../../model/limit.ts';
import { JOURNEY_RULES } from '../../model/rules-journeys.ts';
import { formatDuration, formatSize } from '../../model/units.ts';
import { attemptsOf, byKey, type Context, type Drafted, type JudgeRule } from '../context.ts';
import { draft, notTested, type DraftParts } from '../draft.ts';
import { disclosureRow } from './disclosure.ts';

type Run = EvidenceOf<'journey'>;

const TOTAL = 'total';

/** User journeys came to their end within their budgets. */
export const journeys: JudgeRule = {
  name: 'journeys',
  judge: (context) => {
    const groups = byKey(ofKind(context.evidence, 'journey'), ({ stage, journey, user }) => [stage, journey, user ?? ''].join('\0'));
    return { drafts: groups.flatMap((group) => attemptsOf(group).flatMap((attempts) => judgeJourney(context, attempts))) };
  },
};

function judgeJourney(context: Context, attempts: readonly [Run, ...Run[]]): Drafted[] {
  const last = attempts.at(-1) ?? attempts[0];
  const planned = context.plan.journeys.find(({ name }) => name === last.journey);
  if (last.outcome === 'interrupted') return [];
  if (last.outcome === 'unreachable') return [unreachable(last)];
  const seed = String(context.plan.seed);
  const drafts = [...budgets(last, planned, seed), ...steps(last, planned, seed), ...short(last, planned)];
  const explained = drafts.length > 0;
  if (last.outcome === 'failed' && !explained) drafts.push(incomplete({ run: last, planned }));
  if (last.outcome === 'passed' && !explained) drafts.push(...flaky(attempts));
  return drafts;
}

function steps(run: Run, planned: Journey | undefined, seed: string): Drafted[] {
  const drafts: Drafted[] = [];
  let told = false;
  for (const [index, step] of run.steps.entries()) {
    const row = disclosureRow(step.title, planned, index);
    // Sums of tokens and bytes are held against the plan by `budgets`.
    if (step.type === TOTAL && step.misses.every(({ what }) => what !== 'within')) continue;
    const misses = [...step.misses.map(withUnit), ...uncounted(step, planned, index)];
    for (const miss of misses) {
      const code = codeOf(step, miss, row);
      if (code !== 'REL-11') drafts.push(missed(run, { step, miss, code, index, seed }));
      else if (!told) drafts.push(incomplete({ run, planned, step, miss }));
      told ||= code === 'REL-11';
    }
  }
  return drafts;
}

function withUnit(miss: Miss): Miss {
  return miss.what === 'tokens' && /^\d+$/.test(miss.measured) ? { ...miss, measured: counted(Number(miss.measured), 'token') } : miss;
}

/** A step's token budget is held here too: a step that says nothing about it has not kept it. */
function uncounted(step: JourneyStepRun, planned: Journey | undefined, index: number): Miss[] {
  const limit = planned?.steps[index]?.expect.tokens;
  if (!limit || step.tokens === undefined || keeps(step.tokens, limit) || step.misses.some(({ what }) => what === 'tokens')) return [];
  return [{ what: 'tokens', measured: `${step.tokens} tokens`, expected: formatLimit(limit) }];
}

function codeOf(step: JourneyStepRun, miss: Miss, row: string | undefined): string {
  if (miss.what === 'tokens') return row ?? 'REL-11';
  if (miss.what === 'status' && row !== undefined) return 'AGT-06';
  if (miss.what === 'within' && /websocket|^ws$|send|receive/i.test(step.type)) return 'WS-03';
  return miss.what === 'events' ? 'WS-05' : 'REL-11';
}

interface MissedStep {
  readonly step: JourneyStepRun;
  readonly miss: Miss;
  readonly code: string;
  readonly index: number;
  readonly seed: string;
}

function missed(run: Run, { step, miss, code, index, seed }: MissedStep): Drafted {
  const tokens = miss.what === 'tokens';
  return draft(code, {
    ...common(run),
    subject: `journey ${run.journey}, step ${step.title}`,
    title: `${quoted(step.title)}: ${miss.measured}, ${miss.expected} asked`,
    summary: `Step ${index + 1} of journey ${run.journey} (${quoted(step.title)}) measured ${miss.measured}; ${miss.expected} is asked.${tokens ? ` ${tokenizerOf(run)}` : ''}${repeat(step)}`,
    measured: miss.measured,
    expected: miss.expected,
    repro: ['run', '--only', code, '--seed', seed],
  });
}

/** The journey as a whole: its budgets over all steps. */
function budgets(run: Run, planned: Journey | undefined, seed: string): Drafted[] {
  const limit = planned?.expect.tokens;
  const drafts: Drafted[] = [];
  const perStep = run.steps
    .map(({ title, tokens }) => `- ${quoted(title)}: ${tokens === undefined ? 'not counted' : grouped(tokens)}`)
    .join('\n');
  if (limit && run.totals.tokens === undefined) drafts.push(uncountedTotal(run));
  if (limit && run.totals.tokens !== undefined && !keeps(run.totals.tokens, limit)) {
    drafts.push(
      draft('AGT-04', {
        ...common(run),
        title: `journey ${run.journey}: ${counted(run.totals.tokens, 'token')}, ${formatLimit(limit)} asked`,
        summary: `All steps of ${run.journey} together answer with ${counted(run.totals.tokens, 'token')}; ${formatLimit(limit)} is asked. ${tokenizerOf(run)}\n${perStep}`,
        measured: counted(run.totals.tokens, 'token'),
        expected: formatLimit(limit),
        repro: ['run', '--only', 'AGT-04', '--seed', seed],
      }),
    );
  }
  const bytes = planned?.expect.bytes;
  if (bytes && !keeps(run.totals.bytes, bytes)) {
    const miss: Miss = { what: 'bytes', measured: formatSize(run.totals.bytes), expected: formatLimit(bytes) };
    drafts.push(incomplete({ run, planned, miss }));
  }
  const within = planned?.expect.within;
  if (within && run.outcome === 'passed' && !keeps(run.durationMs, within)) {
    const miss: Miss = { what: 'within', measured: formatDuration(run.durationMs), expected: formatLimit(within) };
    drafts.push(incomplete({ run, planned, miss }));
  }
  return drafts;
}

function uncountedTotal(run: Run): Drafted {
  return draft('AGT-04', {
    ...common(run),
    title: `journey ${run.journey}: tokens were not counted`,
    result: notTested(`the tokens of journey ${run.journey} were not counted`),
    summary: `Journey ${run.journey} has a token budget, but its run holds no token count.`,
    measured: 'not counted',
    expected: 'a number of tokens',
    owed: true,
  });
}

/** Fewer steps than planned, and no wrong answer that says why: what was never asked for is open, whatever its priority. */
function short(run: Run, planned: Journey | undefined): Drafted[] {
  const ran = run.steps.filter(({ type }) => type !== TOTAL);
  if (!planned || ran.length >= planned.steps.length || ran.some(({ misses }) => !misses.every(isBudget))) return [];
  return [
    draft('REL-11', {
      ...common(run),
      subject: `journey ${run.journey}, steps that were never asked`,
      title: `journey ${run.journey} was not walked to its end`,
      result: notTested(`only ${ran.length} of ${planned.steps.length} steps of journey ${run.journey} were run`),
      summary: `Only ${ran.length} of the ${planned.steps.length} steps of journey ${run.journey} were run, and no wrong answer says why.`,
      measured: counted(ran.length, 'step'),
      expected: counted(planned.steps.length, 'step'),
      owed: true,
    }),
  ];
}

interface Broken {
  readonly run: Run;
  readonly planned: Journey | undefined;
  readonly step?: JourneyStepRun;
  readonly miss?: Miss;
}

/** Rows that say what a journey is for: it breaks under that name, and blocks as every broken journey does. */
const PURPOSES: readonly string[] = ['AGT-07', 'AGT-14', 'AGT-16', 'AGT-18', 'AGT-20', 'AGT-22', ...Object.keys(JOURNEY_RULES)];

function incomplete({ run, planned, step, miss }: Broken): Drafted {
  const where = step ? `at step ${run.steps.indexOf(step) + 1} (${quoted(step.title)})` : 'as a whole';
  const what = miss ? `${miss.what}: ${miss.measured}, ${miss.expected} asked` : 'no step says why';
  return draft(planned?.rows.find((row) => PURPOSES.includes(row)) ?? 'REL-11', {
    ...common(run),
    priority: ['P0', 'a journey of the configuration breaks'],
    title: `journey ${run.journey} breaks ${step ? `at ${quoted(step.title)}` : 'as a whole'}`,
    summary: `Journey ${run.journey} misses ${where}: ${what}.${step ? repeat(step) : ''}`,
    measured: miss?.measured ?? run.outcome,
    expected: miss?.expected ?? 'every step keeps its expectations',
  });
}

function unreachable(run: Run): Drafted {
  const step = run.steps.find(({ misses }) => misses.length > 0);
  return draft('CFG-05', {
    ...common(run),
    title: `journey ${run.journey} reaches nobody`,
    summary: `Journey ${run.journey} could not reach its target${step ? ` at ${step.title}: ${step.misses[0]?.measured}` : ''}.${step ? repeat(step) : ''}`,
    measured: step?.misses[0]?.measured ?? 'unreachable',
    expected: 'the target answers',
  });
}

function flaky(ordered: readonly Run[]): Drafted[] {
  const last = ordered.at(-1);
  const bad = ordered.slice(0, -1).filter(({ outcome }) => outcome !== 'passed');
  if (!last || bad.length === 0) return [];
  return [
    draft('TST-14', {
      ...common(last),
      title: `journey ${last.journey} passed only on attempt ${last.attempt}`,
      summary: `Journey ${last.journey}: ${ordered.map(({ attempt, outcome }) => `attempt ${attempt} ${outcome}`).join(', ')}.`,
      evidence: ordered.map(({ id, attempt, outcome }) => ({ id, shows: `attempt ${attempt}: ${outcome}` })),
      measured: counted(ordered.length, 'attempt'),
      expected: '1 attempt',
    }),
  ];
}

type Common = Pick<DraftParts, 'stage' | 'subject' | 'evidence'>;

function common(run: Run): Common {
  const kept = run.steps.filter(({ misses }) => misses.length === 0).length;
  const who = run.user === undefined ? '' : ` as ${run.user}`;
  return {
    stage: run.stage,
    subject: `journey ${run.journey}`,
    evidence: [
      {
        id: run.id,
        shows: `${run.outcome}${who}: kept ${kept} of the ${counted(run.steps.length, 'step')} walked in ${formatDuration(run.durationMs)}`,
      },
    ],
  };
}

function tokenizerOf({ totals }: Run): string {
  return totals.tokenizer === undefined ? 'The tokenizer is not named.' : `Counted with ${totals.tokenizer}.`;
}

function repeat({ excerpt, curl }: JourneyStepRun): string {
  return `${excerpt ? `\n\nreply: ${excerpt}` : ''}${curl ? `\n\n${curl}` : ''}`;
}
