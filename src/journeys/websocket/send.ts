import { containsJson, mapStrings, parseJson } from '../../lib/json.ts';
import type { Expectation, JourneyStep, Miss } from '../../model/journey.ts';
import type { Socket } from '../../ports/index.ts';
import type { StepContext, StepReply } from '../contract.ts';
import { EventLog, type Events } from './events.ts';
import { SOCKET } from './socket.ts';

/** How long a second answer is waited for. */
const LISTENS_MS = 500;

export interface Sending {
  readonly message: string;
  /** How many such messages, at once. */
  readonly times: number;
  readonly ordered: boolean;
  readonly events?: Events;
  /** Whether an answer that comes a second time is wrong. */
  readonly once?: boolean;
}

/** One message with what answers it. */
interface Letter {
  readonly text: string;
  readonly answers: (text: string) => boolean;
  /** Only where both the message and its answer hold it: then it can be told apart from every other, wherever it turns up. */
  readonly nonce?: string;
}

/** Sends the messages and waits until each has its answer. */
export async function send(sending: Sending, context: StepContext, { expect }: JourneyStep): Promise<StepReply> {
  const socket = context.session.get<Socket>(SOCKET);
  if (!socket) return failed(0, { what: 'connection', measured: 'no open WebSocket', expected: 'a connect step before send' });
  const letters = lettersOf(sending, context, expect);
  const { clock } = context.ports;
  const from = clock.monotonicMs();
  for (const { nonce, answers } of letters)
    if (nonce !== undefined) context.messages.sent(nonce, { answers, ordered: sending.ordered, atMs: from });
  await sendAll(letters, socket);
  if (!expectsReply(expect)) return { durationMs: 0, text: '', bytes: 0 };
  const events = sending.events && new EventLog(sending.events, letters[0]?.nonce);
  return answersTo(letters, { socket, context, expect, from, events, once: sending.once === true });
}

async function sendAll(letters: readonly Letter[], socket: Socket): Promise<unknown> {
  const [only] = letters;
  return letters.length === 1 && only ? socket.send(only.text) : Promise.all(letters.map(({ text }) => socket.send(text)));
}

interface Awaiting {
  readonly socket: Socket;
  readonly context: StepContext;
  readonly expect: Expectation;
  readonly from: number;
  readonly events: EventLog | undefined;
  readonly once: boolean;
}

async function answersTo(letters: readonly Letter[], { socket, context, expect, from, events, once }: Awaiting): Promise<StepReply> {
  const { clock } = context.ports;
  const waiting = new Set(letters);
  let text = '';
  let last = 'no message';
  for (;;) {
    const left = context.timeoutMs - (clock.monotonicMs() - from);
    const event = left > 0 ? await socket.next(left, context.signal) : undefined;
    const durationMs = clock.monotonicMs() - from;
    if (!event || event.type === 'closed') {
      if (!context.signal.aborted) giveUp(waiting, context, event ? 'cut-off' : 'lost');
      const expected = `a reply with ${JSON.stringify(expect.reply ?? expect.contains)}`;
      if (event)
        return failed(durationMs, { what: 'connection', measured: `closed with code ${event.code} ${event.reason}`.trim(), expected });
      return failed(durationMs, {
        what: 'timeout',
        measured: `${last} within ${context.timeoutMs} ms${missing(waiting, letters)}`,
        expected,
      });
    }
    const letter = answered(waiting, event.text);
    if (letter === undefined) {
      last = `last message ${event.text.slice(0, 200)}`;
      events?.heard(event.text);
      continue;
    }
    waiting.delete(letter);
    // What is expected of the step has the nonce of the first.
    if (letter === letters[0]) text = event.text;
    if (waiting.size > 0) continue;
    const failure = events?.miss() ?? (once ? await again(letters, { socket, context }) : undefined);
    return { durationMs, text, bytes: Buffer.byteLength(text), ...(failure === undefined ? {} : { failure }) };
  }
}

/** What comes twice, comes twice at once: a little while is enough to see it. */
async function again(letters: readonly Letter[], { socket, context }: Pick<Awaiting, 'socket' | 'context'>): Promise<Miss | undefined> {
  const { clock } = context.ports;
  const from = clock.monotonicMs();
  for (;;) {
    const left = LISTENS_MS - (clock.monotonicMs() - from);
    const event = left > 0 ? await socket.next(left, context.signal) : undefined;
    if (!event || event.type === 'closed') return undefined;
    if (answered(letters, event.text))
      return { what: 'reply', measured: `came again: ${event.text.slice(0, 200)}`, expected: 'one answer' };
  }
}

function answered(waiting: Iterable<Letter>, text: string): Letter | undefined {
  for (const letter of waiting) if (letter.answers(text)) return letter;
  return undefined;
}

function missing(waiting: ReadonlySet<Letter>, letters: readonly Letter[]): string {
  return letters.length === 1 ? '' : `, ${waiting.size} of ${letters.length} answers missing`;
}

function giveUp(waiting: Iterable<Letter>, { messages }: StepContext, why: 'lost' | 'cut-off'): void {
  for (const { nonce } of waiting) if (nonce !== undefined) messages.gaveUp(nonce, why);
}

/** The message as often as it is sent, each with a nonce of its own in the place of the step's. */
function lettersOf({ message, times }: Sending, context: StepContext, expect: Expectation): Letter[] {
  const text = context.fill(message);
  const nonce = message.includes('{{') ? context.fill('{{nonce}}') : undefined;
  if (nonce === undefined || !text.includes(nonce)) return Array.from({ length: times }, () => letter(text, expect));
  const followed = JSON.stringify([expect.reply, expect.contains]).includes(nonce);
  return Array.from({ length: times }, (_, index) => {
    const own = index === 0 ? nonce : context.messages.nonce();
    return { ...letter(text.replaceAll(nonce, own), withNonce(expect, nonce, own)), ...(followed ? { nonce: own } : {}) };
  });
}

function letter(text: string, expect: Expectation): Letter {
  return { text, answers: (reply) => answers(reply, expect) };
}

function withNonce(expect: Expectation, nonce: string, own: string): Expectation {
  if (own === nonce) return expect;
  const { reply, contains } = expect;
  return {
    ...expect,
    ...(reply === undefined ? {} : { reply: mapStrings(reply, (text) => text.replaceAll(nonce, own)) }),
    ...(contains === undefined ? {} : { contains: contains.map((part) => part.replaceAll(nonce, own)) }),
  };
}

function expectsReply({ reply, contains }: Expectation): boolean {
  return reply !== undefined || contains !== undefined;
}

/** Messages that are not the answer (stream tokens, other events) are passed over; what never comes ends in a time-out. */
function answers(text: string, { reply, contains }: Expectation): boolean {
  const fits = reply === undefined || containsJson(parseJson(text), reply);
  return fits && (contains ?? []).every((part) => text.includes(part));
}

function failed(durationMs: number, failure: Miss): StepReply {
  return { durationMs, text: '', bytes: 0, failure };
}
