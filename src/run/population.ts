import type { JourneySession, MessageLog } from '../journeys/contract.ts';
import type { LoadJourney, Population, Walked, WalkedStep } from '../loads/contract.ts';
import { errorMessage } from '../model/errors.ts';
import { isBudget, type Journey, type Miss } from '../model/journey.ts';
import { CompletionLedger } from './completion.ts';
import { holdsOpen, openFor, walkOn, type JourneyContext } from './journey.ts';
import { MessageLedger, type AmongThreads } from './messages.ts';

/** What is open for a user is closed within this time, or given up. Milliseconds. */
const CLOSE_MS = 500;

interface User {
  readonly name: string;
  session: UserSession;
  readonly messages: MessageLog;
  /** The walks before, where its journeys hold something open: they follow one another. */
  before: Promise<unknown>;
}

export interface Populating {
  readonly name: (user: number) => string;
  /** Only where other threads have users of the same load. */
  readonly among?: AmongThreads | undefined;
}

/** Users who walk journeys over and over, each with a session that lasts until a walk of it goes wrong. `name` makes their names. */
export function populate(journeys: readonly Journey[], context: JourneyContext, { name, among }: Populating): Population {
  const users = new Map<number, User>();
  const ledger = new MessageLedger(name, among);
  const completion = new CompletionLedger();
  const inOrder = journeys.some(holdsOpen);
  const userOf = (index: number): User => {
    const known = users.get(index);
    if (known !== undefined) return known;
    const user: User = { name: name(index), session: new UserSession(), messages: ledger.of(index), before: Promise.resolve() };
    users.set(index, user);
    return user;
  };
  return {
    journeys: journeys.map((journey): LoadJourney => ({
      name: journey.name,
      longestMs: journey.steps.reduce((sum, { timeoutMs }) => sum + timeoutMs, 0),
      walk: (index) => {
        const user = userOf(index);
        if (!inOrder) return walkAs(journey, context, { user, completion });
        const walked = user.before.then(() => walkAs(journey, context, { user, completion }));
        user.before = walked;
        return walked;
      },
    })),
    open: () => {
      const states = inOrder ? [...users.values()].map(({ session }) => openFor(journeys, session)) : [];
      return { held: states.filter((state) => state !== 'nothing').length, lost: states.filter((state) => state === 'lost').length };
    },
    facts: () => {
      const messages = ledger.facts();
      return { ...(messages === undefined ? {} : { messages }), completion: completion.facts() };
    },
    messageLatency: ledger.latency,
    takeStrays: () => ledger.takeStrays(),
    seen: (strays) => ledger.seen(strays),
    [Symbol.asyncDispose]: async () => void (await Promise.all([...users.values()].map(({ session }) => session.close()))),
  };
}

interface Walking {
  readonly user: User;
  readonly completion: CompletionLedger;
}

async function walkAs(journey: Journey, context: JourneyContext, { user, completion }: Walking): Promise<Walked> {
  const startedMs = context.ports.clock.monotonicMs();
  let walked: Walked;
  try {
    walked = context.signal.aborted
      ? { startedMs, end: 'cut', steps: [] }
      : toWalked(await walkOn(journey, context, { user: user.name, session: user.session, messages: user.messages }), {
          journey,
          startedMs,
        });
    // Whatever is open may be broken, or hold an answer that comes too late for anybody but the next walk.
    if (walked.end !== 'kept' && walked.steps.some(isWrong)) user.session = user.session.renewed();
  } catch (error) {
    const miss = { what: 'connection' as const, measured: errorMessage(error), expected: 'a walk' };
    walked = { startedMs, end: 'missed', steps: [{ place: 1, title: journey.name, durationMs: 0, miss }] };
  }
  completion.record({ user: user.name, journey: journey.name, walked });
  return walked;
}

type Run = Awaited<ReturnType<typeof walkOn>>;

function toWalked({ outcome, steps, totals, places }: Run, { journey, startedMs }: { journey: Journey; startedMs: number }): Walked {
  const end = outcome === 'passed' ? 'kept' : outcome === 'interrupted' ? 'cut' : 'missed';
  const walked = steps.map((step, index) => toStep(step, places[index] ?? journey.steps.length + 1));
  return { startedMs, end, steps: walked, tokens: totals.tokens };
}

function toStep({ title, durationMs, misses, retryAfter, curl, excerpt }: Run['steps'][number], place: number): WalkedStep {
  if (misses.length === 0) return { place, title, durationMs };
  const missed = { place, title, durationMs, miss: worstOf(misses), request: curl, answer: excerpt };
  return retryAfter === true ? { ...missed, refused: true } : missed;
}

function isWrong({ miss }: WalkedStep): boolean {
  return miss !== undefined && !isBudget(miss);
}

/** A wrong answer, then one that is too large, then one that is late. */
function worstOf(misses: readonly Miss[]): Miss | undefined {
  return misses.find((miss) => !isBudget(miss)) ?? misses.find(({ what }) => what !== 'within') ?? misses[0];
}

/** What is open for one user. Something new in the place of something old closes nothing: whoever set it did. */
class UserSession implements JourneySession {
  readonly #held = new Map<string, { readonly value: unknown; readonly close: (() => Promise<void>) | undefined }>();

  get<Value>(key: string): Value | undefined {
    return this.#held.get(key)?.value as Value | undefined;
  }

  set(key: string, value: unknown, close?: () => Promise<void>): void {
    this.#held.set(key, { value, close });
  }

  /** Closes what is open while its user goes on with nothing. */
  renewed(): UserSession {
    void this.close();
    return new UserSession();
  }

  async close(): Promise<void> {
    const closing = [...this.#held.values()].map(async ({ close }) => close?.());
    this.#held.clear();
    const { promise, resolve } = Promise.withResolvers<void>();
    const patience = setTimeout(resolve, CLOSE_MS);
    await Promise.race([Promise.allSettled(closing), promise]);
    clearTimeout(patience);
  }
}
