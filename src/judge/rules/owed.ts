import { atMost, counted } from '../../lib/text.ts';
import { ofKind, type Evidence, type EvidenceOf } from '../../model/evidence.ts';
import { type GapReason } from '../../model/gap.ts';
import type { Owed } from '../../model/plan.ts';
import type { Location } from '../../model/source.ts';
import { byKey, commandGroup, nameOf, stackGroup, whyMissing, type Context, type Drafted, type JudgeRule } from '../context.ts';
import { draft, notTested } from '../draft.ts';
import { stopped, troubled } from './stages.ts';

/** Every piece of evidence that the plan owes arrived, or it is said which did not and why. */
export const owed: JudgeRule = {
  name: 'owed',
  judge: (context) => ({ drafts: [...gaps(context), ...missing(context)] }),
};

const CODES: Record<GapReason, string> = {
  missing: 'GAT-01',
  empty: 'GAT-01',
  'zero-tests': 'GAT-01',
  'matched-nothing': 'GAT-01',
  'no-samples': 'GAT-01',
  unproved: 'GAT-01',
  truncated: 'GAT-04',
  hostile: 'GAT-04',
  encoding: 'GAT-04',
  malformed: 'GAT-04',
  ambiguous: 'GAT-04',
  unrecognised: 'GAT-04',
  'too-large': 'GAT-04',
  crashed: 'GAT-05',
  'timed-out': 'GAT-05',
  interrupted: 'GAT-05',
  'not-started': 'GAT-05',
  'stack-not-ready': 'GAT-05',
  'nothing-to-run': 'GAT-07',
  unsupported: 'GAT-07',
  budget: 'TST-21',
};

/** These say something about the activity of a planned stage, so they count even when they name no owed piece. */
const OF_THE_STAGE: readonly GapReason[] = ['nothing-to-run', 'not-started', 'crashed', 'interrupted', 'timed-out', 'stack-not-ready'];

function gaps(context: Context): Drafted[] {
  // What a stopped run left open is said once, by the run.
  const all = ofKind(context.evidence, 'gap').filter(({ reason }) => reason !== 'interrupted' || !stopped(context));
  // One cause said many times is one finding: five pieces that a stack that never came up left open are one line.
  const key = (gap: EvidenceOf<'gap'>) => [gap.stage, gap.reason, isOneCause(context, gap) ? '' : causeOf(gap)].join('\0');
  return byKey(all, key).map((group) => gapFinding(context, group));
}

/** A stack that is not ready, and a generator that could not do what it should: whatever they leave open has this one cause. */
function isOneCause({ plan }: Context, { reason, owed: ids }: EvidenceOf<'gap'>): boolean {
  if (reason === 'stack-not-ready') return true;
  return reason === 'unproved' && ids.length > 0 && ids.every((id) => plan.owed.find((piece) => piece.id === id)?.kind === 'series');
}

/** Checks say their code first: ten that miss the same thing are one finding. */
function causeOf({ message }: EvidenceOf<'gap'>): string {
  return message.replace(/^[A-Z]{2,4}-\d+: /, '');
}

/** Compose refuses files that cannot start either: whatever reads their model waits for the stack. */
const UNRESOLVED = 'the compose files could not be resolved';

const CHECKS = 'Repair what is said here; the checks then look by themselves.';
const UNSUPPORTED =
  'Give this machine or the image what is said here (`gauntlet doctor` shows all of it), or take what asks for it out of gauntlet.yml.';
const WAITS = 'Repair the stack first (its own finding says what is wrong); this then runs by itself.';

/** Of one cause, so many of its effects are told. */
const MESSAGES = 5;

function gapFinding(context: Context, gaps: readonly [EvidenceOf<'gap'>, ...EvidenceOf<'gap'>[]]): Drafted {
  const [first] = gaps;
  const ids = [...new Set(gaps.flatMap((gap) => gap.owed))];
  const pieces = context.plan.owed.filter(({ id }) => ids.includes(id));
  const planned = context.plan.stages.some(({ name }) => name === first.stage);
  const rows = pieces.flatMap((piece) => piece.rows);
  const reason = first.reason === 'budget' ? 'budget' : first.reason === 'unsupported' ? 'unsupported' : 'gap';
  const waits = first.reason === 'stack-not-ready';
  const checks = pieces.length > 0 && pieces.every(({ kind }) => kind === 'facts');
  return draft(first.stage === 'chaos' && first.reason === 'budget' ? 'CHA-11' : codeOf(first.reason, rows), {
    stage: first.stage,
    subject: waits ? `${first.stage}: stack not ready` : ids.join(', ') || first.id,
    title: checks && first.reason === 'missing' ? `${counted(pieces.length, 'check')} could not look` : titleOf(first.reason),
    result: notTested(gaps.length > 1 ? causeOf(first) : first.message, reason),
    summary: [
      ...(waits
        ? [first.message]
        : gaps.length > 1 && checks
          ? [causeOf(first)]
          : [...new Set(gaps.map(({ message }) => message))].slice(0, MESSAGES)),
      pieces.length > 0
        ? `Left open: ${atMost(
            pieces.map(({ what }) => what),
            8,
          )}.`
        : '',
    ]
      .filter(Boolean)
      .join('\n'),
    evidence: gaps.map((gap) => ({ id: gap.id, shows: gap.source ? `${gap.source.file}: ${gap.message}` : gap.message })),
    measured: first.reason.replaceAll('-', ' '),
    expected: waits ? 'a stack that is ready' : (pieces[0]?.what ?? 'evidence that can be judged'),
    fix: first.fix ?? (waits ? WAITS : checks ? CHECKS : first.reason === 'unsupported' ? UNSUPPORTED : undefined),
    locations: waits ? [] : placesOf(pieces),
    group: waits || causeOf(first).startsWith(UNRESOLVED) ? stackGroup(context.evidence) : commandGroup(context, ids),
    owed: pieces.length > 0 || (planned && OF_THE_STAGE.includes(first.reason)),
  });
}

/** Rows of the catalogue that speak of the gap itself: a time that was cut, a load that was not delivered. */
function codeOf(reason: GapReason, [first, ...rows]: readonly string[]): string {
  if (reason === 'budget' && first !== undefined) return first;
  return reason === 'unproved' && [first, ...rows].includes('LOAD-13') ? 'LOAD-13' : CODES[reason];
}

function titleOf(reason: GapReason): string {
  switch (reason) {
    case 'stack-not-ready':
      return 'not looked at, because the stack is not ready';
    case 'zero-tests':
      return 'the report has no tests';
    case 'matched-nothing':
      return 'no file where a report is owed';
    case 'unproved':
      return 'what was done was never proved';
    case 'no-samples':
      return 'nothing was measured';
    case 'budget':
      return 'not looked at within this budget';
    case 'unsupported':
      return 'what is owed cannot be looked at here';
    case 'truncated':
      return 'a report is cut off';
    case 'hostile':
      return 'a report is refused as hostile';
    case 'missing':
    case 'empty':
      return `a report is ${reason}`;
    case 'encoding':
    case 'malformed':
    case 'ambiguous':
    case 'unrecognised':
    case 'too-large':
      return `a report cannot be read (${reason.replaceAll('-', ' ')})`;
    case 'crashed':
    case 'timed-out':
    case 'interrupted':
    case 'not-started':
      return `planned, but ${reason.replaceAll('-', ' ')}`;
    case 'nothing-to-run':
      return 'nothing to run, so nothing to judge';
  }
}

/** What is owed, has no usable evidence, and that nobody has explained: the runner may have died before it could. */
function missing(context: Context): Drafted[] {
  if (stopped(context)) return [];
  const explained = new Set(ofKind(context.evidence, 'gap').flatMap((gap) => gap.owed));
  const drafts: Drafted[] = [];
  const lost = new Set<Owed>();
  for (const leg of lostLegs(context)) {
    for (const piece of leg) lost.add(piece);
    if (!troubled(context, leg[0].stage)) drafts.push(lostLeg(context, leg));
  }
  for (const piece of context.plan.owed) {
    // Their own rules say it, claim by claim and with what shows whether the detector was on.
    if (piece.kind === 'claims' || piece.kind === 'diagnostics') continue;
    const why = whyMissing(piece, context.evidence);
    // A stage that did not come to its end says so itself, once, with all that it left open.
    // What was watched is judged experiment by experiment.
    if (why?.seen?.kind === 'fault' && why.seen.observed !== undefined) continue;
    if (!why || explained.has(piece.id) || troubled(context, piece.stage) || lost.has(piece)) continue;
    drafts.push(missingFinding(piece, why));
  }
  return drafts;
}

/** What each leg owes of which nothing at all arrived. */
function lostLegs({ plan, evidence }: Context): readonly (readonly [Owed, ...Owed[]])[] {
  const owed = plan.owed.filter(({ leg }) => leg !== undefined);
  const came = ({ stage, leg }: Owed) =>
    evidence.some((piece) => piece.stage === stage && (piece.leg === leg || legsOf(piece).includes(leg ?? '')));
  return byKey(
    owed.filter((piece) => !came(piece)),
    ({ stage, leg = '' }) => `${stage}\0${leg}`,
  );
}

function legsOf(piece: Evidence): readonly string[] {
  return piece.kind === 'coverage' ? (piece.legs ?? []) : [];
}

/** A leg that never arrived took its part of the tests along: whatever the others say, nobody knows. */
function lostLeg({ run }: Context, leg: readonly [Owed, ...Owed[]]): Drafted {
  const [{ stage, leg: name = '' }] = leg;
  const arrived = (run.legs ?? []).filter(({ stages, superseded }) => !superseded && stages.includes(stage)).map((one) => one.name);
  const why = `leg ${name} of ${stage} never arrived`;
  return draft('GAT-01', {
    stage,
    subject: `leg ${name} of ${stage}`,
    title: why,
    result: notTested(why),
    summary: `${stage} is run in parts, and the part of leg ${name} is not here. Arrived: ${atMost(arrived, 20) || 'none'}. Left open: ${atMost(
      leg.map(({ what }) => what),
      8,
    )}.`,
    evidence: [{ id: 'plan.json', shows: `leg ${name} owes ${counted(leg.length, 'piece')} of evidence` }],
    locations: placesOf(leg),
    measured: 'nothing arrived',
    expected: `the run directory of leg ${name}`,
    fix: `Look at the job of leg ${name}: it did not start, was cancelled, or its artifact was not kept or not downloaded. The number of legs stands under \`legs\` of the stage.`,
    repro: ['run', '--stage', stage, '--leg', name],
    owed: true,
  });
}

function missingFinding(piece: Owed, { because, seen }: NonNullable<ReturnType<typeof whyMissing>>): Drafted {
  return draft('GAT-01', {
    stage: piece.stage,
    subject: piece.id,
    title: seen?.kind === 'tests' ? 'the report has no tests that ran' : `no ${piece.kind} evidence from ${piece.stage}`,
    result: notTested(`${piece.what}: ${because}`),
    summary: `The plan owes ${piece.what}; ${because}.`,
    evidence: seen
      ? [{ id: seen.id, shows: `${nameOf(seen)}: ${because}` }]
      : [{ id: 'plan.json', shows: `owes ${piece.id}: ${piece.what}` }],
    locations: placesOf([piece]),
    measured: because,
    expected: piece.what,
    owed: true,
  });
}

/** The settings that promised the pieces: where a reader starts to repair a glob or a name. */
function placesOf(pieces: readonly Owed[]): Location[] {
  const places = pieces.flatMap(({ location }) => (location ? [location] : []));
  return [...new Map(places.map((place) => [`${place.path}:${String(place.line)}`, place])).values()];
}
