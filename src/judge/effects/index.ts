import { counted, grouped, quoted } from '../../lib/text.ts';
import { askedOf, rowOf, type PlannedEffect } from '../../model/effects.ts';
import { ofKind, type EvidenceOf } from '../../model/evidence.ts';
import type { Context, Drafted, JudgeRule } from '../context.ts';
import { draft } from '../draft.ts';
import { outcomeOf, outcomesOf, type Outcome } from './outcomes.ts';

type Effect = EvidenceOf<'effect'>;

/** Part of the walks that may go wrong where the others are to say something. */
const MAY_FAIL = 0.05;

/** What walking a journey many times does to the system, held against what was asked. */
export const effects: JudgeRule = {
  name: 'effects',
  judge: (context) => {
    const seen = ofKind(context.evidence, 'effect').flatMap((piece) => {
      const planned = context.plan.stages.find(({ name }) => name === piece.stage)?.effects?.find(({ name }) => name === piece.effect);
      return planned ? [{ context, planned, piece }] : [];
    });
    return {
      drafts: seen.flatMap(judgeEffect),
      measured: seen.map(({ piece }) => ({ stage: piece.stage, text: inShort(piece) })),
    };
  },
};

interface Seen {
  readonly context: Context;
  readonly planned: PlannedEffect;
  readonly piece: Effect;
}

/** `order walked 1,000 times: 200 × 1,000`. */
function inShort({ effect, walks }: Effect): string {
  const { kept, refused, missed } = walks;
  return `${effect} walked ${counted(kept + refused + missed, 'time')}: ${outcomesOf(walks)}`;
}

function judgeEffect(seen: Seen): Drafted[] {
  const { planned, piece } = seen;
  const { kept, refused, missed, cut, miss } = piece.walks;
  const died = deaths(seen);
  const walks = kept + refused + missed + cut;
  // Who is to be refused, or to be seen beside, is asked whatever becomes of the others.
  const wrong = kept + refused === 0 || missed + cut > MAY_FAIL * walks;
  const how = miss ? `: ${miss.step}: ${miss.what} ${miss.measured}, ${miss.expected} asked` : '';
  const outcomes = askedOf(planned)
    .filter((asked) => !(asked === 'beside' && died.length > 0))
    .map((asked) => outcomeOf(asked, planned, piece))
    .map((outcome): Outcome => {
      const because = `${grouped(missed + cut)} of ${counted(walks, 'walk')} of ${piece.journey} went wrong${how}`;
      return wrong && outcome.asked !== 'beside' && outcome.state !== 'open' ? { ...outcome, state: 'open', because } : outcome;
    });
  return [...died, ...outcomes.flatMap((outcome) => (outcome.state === 'kept' ? [] : [finding(seen, outcome)]))];
}

function finding({ context, planned, piece }: Seen, { asked, state, measured, expected, because = '', priority }: Outcome): Drafted {
  const open = state === 'open';
  return draft(rowOf(asked, planned), {
    stage: piece.stage,
    subject: `${asked} of effect ${piece.effect}${ofLeg(piece)}`,
    title: open ? `what ${piece.effect} does is not known: ${measured}` : `${piece.effect}: ${measured}`,
    ...(open ? { result: { verdict: 'inconclusive', because } } : {}),
    summary: `${quoted(piece.journey)} was walked ${whoWalked(planned)}: ${outcomesOf(piece.walks)}. ${open ? `It cannot be said: ${because}.` : `${measured}; ${expected} was asked.`}`,
    evidence: [{ id: piece.id, shows: measured }],
    measured,
    expected,
    ...(priority && !open ? { priority } : {}),
    ...(open ? { fix: FIX_OPEN } : {}),
    repro: ['run', '--stage', piece.stage, '--budget', context.run.budget, '--seed', String(context.plan.seed)],
    owed: open,
  });
}

const FIX_OPEN =
  'Let the walks of this effect work by themselves first, give it more of them (`walks`), and nobody else on the system meanwhile.';

/** CON-06: what is changed beside the walks is not to bring a service down. */
function deaths({ context, planned, piece }: Seen): Drafted[] {
  if (planned.beside === undefined || rowOf('beside', planned) !== 'CON-06') return [];
  const { from, to } = piece.window;
  const incidents = ofKind(context.evidence, 'stack')
    .filter(({ stage, phase }) => stage === piece.stage && phase === 'watch')
    .flatMap((watched) => watched.incidents)
    .filter(({ at, what }) => at >= from && at <= to && what !== 'unhealthy');
  return [...new Set(incidents.map(({ service }) => service))].map((service) => {
    const first = incidents.find((incident) => incident.service === service);
    const shown = `${service} ${first?.what ?? 'died'}: ${first?.message ?? ''}`;
    return draft('CON-06', {
      stage: piece.stage,
      subject: `${service} under effect ${piece.effect}${ofLeg(piece)}`,
      title: `${service} ${first?.what ?? 'died'} while ${planned.beside ?? ''} was walked beside ${piece.journey}`,
      summary: `While ${quoted(planned.beside ?? '')} changed the system beside ${whoWalked(planned)} of ${quoted(piece.journey)}, ${shown}.`,
      evidence: [{ id: piece.id, shows: shown }],
      measured: shown,
      expected: 'every service lives',
      repro: ['run', '--stage', piece.stage, '--budget', context.run.budget, '--seed', String(context.plan.seed)],
    });
  });
}

function whoWalked({ walks, atOnce, users }: PlannedEffect): string {
  const who = users === 'new' ? 'each by a user of its own' : `by ${counted(users, 'user')}`;
  return `${counted(walks, 'time')}, ${grouped(Math.min(walks, atOnce))} at once, ${who}`;
}

function ofLeg({ leg }: Effect): string {
  return leg === undefined ? '' : `, leg ${leg}`;
}
