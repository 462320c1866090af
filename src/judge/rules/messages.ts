import { CONFIDENCE, shareInterval } from '../../lib/statistics/intervals.ts';
import { binomialFrom } from '../../lib/statistics/binomial.ts';
import { counted, grouped, sentenceList } from '../../lib/text.ts';
import { ofKind, type EvidenceOf } from '../../model/evidence.ts';
import type { Rate } from '../../model/load.ts';
import { followedMessages, reconnects, type MessageFault, type Messages } from '../../model/messages.ts';
import { attemptsOf, byKey, type Context, type Drafted, type JudgeRule } from '../context.ts';
import { draft, notTested, type DraftParts } from '../draft.ts';
import { measurementsOf, type Measurement } from '../series/performance.ts';
import { amount } from '../series/words.ts';

/** Messages over WebSockets came to their own users, once, in order, and to nobody else. */
export const messages: JudgeRule = {
  name: 'messages',
  judge: (context) => ({
    drafts: [
      ...measurementsOf(context).flatMap((measured) => [...underLoad(context, measured), ...reconnecting(context, measured)]),
      ...inJourneys(context),
    ],
  }),
};

interface Followed extends Pick<DraftParts, 'stage' | 'repro'> {
  readonly id: string;
  /** ` under peak`, ` in journey chat`. */
  readonly where: string;
  readonly found: Messages;
  /** Whether lost messages are news: not where the journey's own finding says so, nor where the generator may be to blame. */
  readonly losses: boolean;
}

function underLoad({ plan, run }: Context, { stage, load: name, leg, own }: Measurement): Drafted[] {
  const load = stage.loads.find((one) => one.name === name);
  if (load === undefined || own?.delivery === undefined) return [];
  const followed = plan.journeys.some((journey) => load.journeys.includes(journey.name) && followedMessages(journey) > 0);
  const proved = own.delivery.proof.state === 'proved';
  const where = ` under ${load.name}${leg === undefined ? '' : `, leg ${leg}`}`;
  const repro = ['run', '--stage', stage.name, '--budget', run.budget, '--seed', String(plan.seed)];
  if (own.messages) return faults({ stage: stage.name, id: own.id, where, repro, found: own.messages, losses: proved });
  return followed && proved ? [unseen({ stage: stage.name, id: own.id, where })] : [];
}

/** A walk that lacks an answer ends there, which its own finding tells. */
function inJourneys({ evidence, plan }: Context): Drafted[] {
  const groups = byKey(ofKind(evidence, 'journey'), ({ stage, journey, user }) => [stage, journey, user ?? ''].join('\0'));
  return groups.flatMap((group) =>
    attemptsOf(group).flatMap((attempts) => {
      const last = attempts.at(-1) ?? attempts[0];
      if (!last.messages) return [];
      const repro = ['run', '--stage', last.stage, '--seed', String(plan.seed)];
      const where = ` in journey ${last.journey}`;
      return faults({ stage: last.stage, id: last.id, where, repro, found: last.messages, losses: false });
    }),
  );
}

function faults(followed: Followed): Drafted[] {
  const { found } = followed;
  return [
    ...(found.misrouted > 0 ? [misrouted(followed)] : []),
    ...(found.foreign > 0 ? [leaked(followed)] : []),
    ...undelivered(followed),
  ];
}

function misrouted(followed: Followed): Drafted {
  const { where, found } = followed;
  return draft('WS-01', {
    ...common(followed),
    title: `${counted(found.misrouted, 'message')} of ${grouped(found.sent)} answered to somebody else${where}`,
    summary: `The answers to ${counted(found.misrouted, 'message')} of ${grouped(found.sent)} came to another user and never to their own${where}.${first(found, 'misrouted')}${perUser(found)}`,
    measured: `${grouped(found.misrouted)} of ${grouped(found.sent)} to somebody else`,
    expected: 'every answer to its own user',
  });
}

function leaked(followed: Followed): Drafted {
  const { where, found } = followed;
  return draft('WS-02', {
    ...common(followed),
    title: `messages of one user arrive at another${where}: ${counted(found.foreign, 'time')}`,
    summary: `${counted(found.foreign, 'time')} a message that one user had sent, or the answer to it, arrived at another user’s own connection${where}, of ${counted(found.sent, 'message')} of ${counted(found.users, 'user')}.${first(found, 'foreign')}${perUser(found)}`,
    measured: `${grouped(found.foreign)} of other users`,
    expected: 'none of other users',
  });
}

/** What a stream repeats is no duplicate for certain, and what the generator missed is no loss. */
function undelivered(followed: Followed): Drafted[] {
  const { where, found, losses } = followed;
  const lost = losses ? found.lost - found.misrouted : 0;
  const duplicates = found.streamed === 0 ? found.duplicates : 0;
  const parts = [
    ...(lost > 0 ? [`${grouped(lost)} lost`] : []),
    ...(duplicates > 0 ? [`${grouped(duplicates)} repeated`] : []),
    ...(found.outOfOrder > 0 ? [`${grouped(found.outOfOrder)} out of order`] : []),
  ];
  if (parts.length === 0) return unclear(followed);
  const kinds: readonly MessageFault[] = ['lost', 'duplicate', 'out-of-order'];
  return [
    draft('WS-04', {
      ...common(followed),
      title: `${sentenceList(parts)} of ${counted(found.sent, 'message')}${where}`,
      summary: `Of ${counted(found.sent, 'message')} of ${counted(found.users, 'user')} ${sentenceList(parts)}${where}.${kinds.map((kind) => first(found, kind)).join('')}${perUser(found)}`,
      measured: sentenceList(parts),
      expected: 'every message answered once, in order',
    }),
  ];
}

/** Repetitions among different answers to one message: nobody can tell a stream from a duplicate. */
function unclear(followed: Followed): Drafted[] {
  const { found, where } = followed;
  if (found.streamed === 0 || found.duplicates === 0) return [];
  const because = `${counted(found.streamed, 'message')} had several different answers, so that nobody can tell the parts of a stream from duplicates`;
  return [
    draft('WS-04', {
      ...common(followed),
      title: `nobody can tell whether messages are repeated${where}`,
      result: { verdict: 'inconclusive', because },
      summary: `${counted(found.duplicates, 'answer')} came twice${where}, and ${because}. Let \`expect\` ask for something that only the last part of an answer holds.`,
      measured: `${grouped(found.duplicates)} repeated, ${grouped(found.streamed)} streamed`,
      expected: 'an answer that comes once',
    }),
  ];
}

function unseen({ stage, id, where }: Pick<Followed, 'stage' | 'id' | 'where'>): Drafted {
  const because = `no message was sent${where} that could be followed`;
  return draft('WS-01', {
    stage,
    subject: `messages${where}`,
    title: `no message was followed${where}`,
    result: notTested(because),
    summary: `The plan promises to follow messages by their nonces; ${because}.`,
    evidence: [{ id, shows: 'no message' }],
    measured: 'no message',
    expected: 'messages of every user',
    owed: true,
  });
}

/** Where every walk opens a connection and closes it, later ones must not fail more often than earlier ones. */
function reconnecting({ plan, run }: Context, { stage, load, own, series }: Measurement): Drafted[] {
  if (load === undefined || own?.delivery?.proof.state !== 'proved') return [];
  return plan.journeys.filter(reconnects).flatMap(({ name }) => {
    const piece = series.find(({ metric }) => metric === `${name}.errors`);
    const [begin, end] = thirdsOf(piece);
    if (piece === undefined || begin === undefined || end === undefined || !grows(begin, end)) return [];
    const measured = `${share(begin)} at first, ${share(end)} at last`;
    return [
      draft('WS-11', {
        stage: stage.name,
        subject: `reconnects of journey ${name} under ${load}`,
        title: `reconnects fail more and more under ${load}: ${measured}`,
        summary: `In the first third of ${load}, ${share(begin)} of ${counted(begin.of, 'reconnect')} of journey ${name} failed; in the last third ${share(end)} of ${grouped(end.of)}.`,
        evidence: [{ id: piece.id, shows: measured }],
        measured,
        expected: 'no more errors than at the beginning',
        repro: ['run', '--stage', stage.name, '--budget', run.budget, '--seed', String(plan.seed)],
      }),
    ];
  });
}

function grows(begin: Rate, end: Rate): boolean {
  const { high } = shareInterval(begin.hits, begin.of);
  return end.hits > 0 && binomialFrom(end.hits, end.of, high) <= 1 - CONFIDENCE;
}

function thirdsOf(piece: EvidenceOf<'series'> | undefined): [Rate, Rate] | [] {
  const slices = piece?.slices ?? [];
  const third = Math.floor(slices.length / 3);
  if (third === 0) return [];
  const sum = (part: typeof slices): Rate =>
    part.reduce((all, { rate }) => ({ hits: all.hits + (rate?.hits ?? 0), of: all.of + (rate?.of ?? 0) }), { hits: 0, of: 0 });
  const [begin, end] = [sum(slices.slice(0, third)), sum(slices.slice(-third))];
  return begin.of > 0 && end.of > 0 ? [begin, end] : [];
}

function share({ hits, of }: Rate): string {
  return amount(hits / of, 'ratio');
}

function common({ stage, id, where, repro, found }: Followed): Pick<DraftParts, 'stage' | 'subject' | 'evidence' | 'repro'> {
  return {
    stage,
    subject: `messages${where}`,
    evidence: [{ id, shows: `${grouped(found.answered)} of ${counted(found.sent, 'message')} answered, ${counted(found.users, 'user')}` }],
    ...(repro === undefined ? {} : { repro }),
  };
}

const SAID: Readonly<Record<MessageFault, string>> = {
  lost: 'lost',
  duplicate: 'repeated',
  'out-of-order': 'out of order',
  foreign: 'at another user',
  misrouted: 'answered to another user',
};

function first({ examples }: Messages, kind: MessageFault): string {
  const example = examples.find(({ what }) => what === kind);
  if (!example) return '';
  const { nonce, from, to } = example;
  return `\nFirst ${SAID[kind]}: \`${nonce}\` of ${from}${to === undefined ? '' : `, at ${to}`}.`;
}

/** Users whose messages went wrong, in their own numbers. */
function perUser({ worst }: Messages): string {
  const bad = worst.filter(({ lost, duplicates, outOfOrder, foreign }) => lost + duplicates + outOfOrder + foreign > 0).slice(0, 5);
  const lines = bad.map(
    ({ user, sent, answered, lost, duplicates, outOfOrder, foreign, slowestMs }) =>
      `- ${user}: sent ${grouped(sent)}, answered ${grouped(answered)}, lost ${grouped(lost)}, repeated ${grouped(duplicates)}, out of order ${grouped(outOfOrder)}, of others ${grouped(foreign)}, slowest ${amount(slowestMs, 'milliseconds')}`,
  );
  return lines.length === 0 ? '' : `\n${lines.join('\n')}`;
}
