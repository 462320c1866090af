import { counted, sentenceList } from '../../lib/text.ts';
import { ofKind, type EvidenceOf } from '../../model/evidence.ts';
import type { FindingVerdict } from '../../model/finding.ts';
import type { RollbackTurn } from '../../model/rollback.ts';
import { formatDuration } from '../../model/units.ts';
import type { Context, Drafted, JudgeRule } from '../context.ts';
import { CONFIRMED, draft, notTested } from '../draft.ts';

type Rollback = EvidenceOf<'rollback'>;

/** The version before starts on the data of this one and passes, and this one starts again (REL-01). */
export const rollback: JudgeRule = {
  name: 'rollback',
  judge: (context) => {
    const pieces = ofKind(context.evidence, 'rollback');
    return {
      drafts: pieces.flatMap((piece) => judgeRollback(context, piece)),
      measured: pieces.map((piece) => ({ stage: piece.stage, text: inShort(piece) })),
    };
  },
};

function inShort({ to, turns }: Rollback): string {
  if (to.state === 'none') return 'no version to go back to';
  return `rollback to ${to.ref} ${turns.some(({ version }) => version === 'again') && turns.every(isGood) ? 'and forward again' : 'does not do'}`;
}

interface Shown {
  readonly result: FindingVerdict;
  readonly title: string;
  readonly summary: string;
  readonly measured: string;
  readonly fix?: string;
}

function judgeRollback(context: Context, piece: Rollback): Drafted[] {
  const shown = shownBy(piece);
  if (shown === undefined) return [];
  const { to } = piece;
  return [
    draft('REL-01', {
      stage: piece.stage,
      subject: 'rollback',
      ...shown,
      expected: 'the version before passes on the data of this one, and this one again',
      evidence: [{ id: piece.id, shows: piece.turns.map(told).join('; ') || (to.state === 'none' ? to.why : to.ref) }],
      // A change can still be mended before it goes out; a release without a way back cannot.
      ...(context.run.budget === 'release' ? {} : { priority: ['P1', 'lower:no-release'] as const }),
      repro: ['run', '--only', 'REL-01'],
      owed: true,
    }),
  ];
}

/** What the turns show; nothing where the way back is open. */
function shownBy({ to, turns, data }: Rollback): Shown | undefined {
  if (to.state === 'none')
    return open(
      `there is no version to go back to: ${to.why}`,
      'Name the version before under `release.rollback.to`, and fetch it (`fetch-depth: 0`).',
    );
  const [own, previous, last] = turns;
  if (own === undefined || !isGood(own))
    return open(`this version does not pass in a fresh stack: ${own ? wrong(own) : 'it was not started'}`);
  if (previous === undefined) return open(`${to.ref} was not started`);
  if (!isGood(previous)) return failedBack({ ref: to.ref, previous, control: turns.find(({ version }) => version === 'control') });
  if (last === undefined) return open('this version was not started again');
  if (!isGood(last)) return failedForward(to.ref, last);
  const proved = data.length > 0 || (previous.kept?.found ?? 0) > 0;
  return proved
    ? undefined
    : open(
        `${to.ref} starts, and nobody knows on which data: the stack names no volume and no {{run.dir}}, and no journey is read back`,
        'Name a journey that writes and one that reads under `release.rollback.keeps`.',
      );
}

function failedBack({ ref, previous, control }: { ref: string; previous: RollbackTurn; control: RollbackTurn | undefined }): Shown {
  if (control === undefined) return open(`${ref} fails (${wrong(previous)}), and whether it does so on data of its own was not tried`);
  // What it never could do says nothing about the data.
  if (!isGood(control))
    return open(
      `${ref} fails (${wrong(previous)}), and on data of its own as well (${wrong(control)})`,
      `Let it come up: name what its checkout needs under \`release.rollback.prepare\`, and under \`journeys\` only what ${ref} could do already.`,
    );
  const lost = previous.kept?.lost ?? 0;
  return {
    result: CONFIRMED,
    title: lost > 0 ? `${ref} does not find what this version wrote` : `${ref} does not work on the data of this version`,
    summary: `This version was started in a stack of its own and passed. Then ${ref} was started on the same data: ${wrong(previous)}. On data of its own it passes.`,
    measured: wrong(previous),
  };
}

function failedForward(ref: string, last: RollbackTurn): Shown {
  return {
    result: CONFIRMED,
    title: `after a rollback to ${ref} this version does not work again`,
    summary: `This version passed, ${ref} passed on its data, and then this version was started again: ${wrong(last)}.`,
    measured: wrong(last),
    fix: 'Let migrations run again over what the version before leaves: make them safe to repeat, and do not rely on what only they wrote.',
  };
}

function open(because: string, fix?: string): Shown {
  return {
    result: notTested(because),
    title: 'whether there is a way back is not known',
    summary: `${because.charAt(0).toUpperCase()}${because.slice(1)}.`,
    measured: 'not known',
    ...(fix === undefined ? {} : { fix }),
  };
}

function isGood({ stack, journeys, kept }: RollbackTurn): boolean {
  return (
    stack.state === 'ready' &&
    journeys.length > 0 &&
    journeys.every(({ outcome }) => outcome === 'passed') &&
    (kept === undefined || (kept.lost === 0 && kept.unread === 0 && kept.written > 0))
  );
}

/** What a turn missed, in a few words. */
function wrong({ stack, journeys, kept }: RollbackTurn): string {
  if (stack.state === 'not-ready') return `it does not become ready: ${stack.why}`;
  const missed = journeys.flatMap(({ journey, outcome, miss }) =>
    outcome === 'passed' ? [] : [`${journey} ${outcome}${miss ? ` at ${miss.step}: ${miss.measured} instead of ${miss.expected}` : ''}`],
  );
  const parts = [
    ...missed,
    ...(kept && kept.lost > 0 ? [`${counted(kept.lost, 'thing')} of ${kept.lost + kept.found + kept.unread} lost`] : []),
    ...(kept && kept.unread > 0 ? [`${counted(kept.unread, 'thing')} could not be read back`] : []),
    ...(kept?.written === 0 ? ['nothing could be written'] : []),
    ...(journeys.length === 0 ? ['no journey was walked'] : []),
  ];
  return sentenceList(parts);
}

const WORDS: Record<RollbackTurn['version'], string> = {
  this: 'this version',
  previous: 'the one before on its data',
  again: 'this one again',
  control: 'the one before on data of its own',
};

function told(turn: RollbackTurn): string {
  const { version, stack, journeys, kept } = turn;
  if (!isGood(turn)) return `${WORDS[version]}: ${wrong(turn)}`;
  const after = stack.state === 'ready' ? `ready after ${formatDuration(stack.afterMs)}` : '';
  const found = kept && kept.found > 0 ? `, ${counted(kept.found, 'thing')} found again` : '';
  return `${WORDS[version]}: ${after}, ${counted(journeys.length, 'journey')} passed${found}`;
}
