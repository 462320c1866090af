import { hash, randomBytes } from 'node:crypto';

import type { MessageLog } from '../journeys/contract.ts';
import type { Stray } from '../loads/contract.ts';
import { DistributionCounts } from '../lib/histogram.ts';
import { worstOf } from '../model/merged-facts.ts';
import type { MessageFault, Messages, UserMessages } from '../model/messages.ts';

/** Answers of a user that a duplicate is recognised of. */
const RECENT = 32;
/** Of each kind. */
const EXAMPLES = 3;

interface Waiting {
  readonly answers: (text: string) => boolean;
  readonly ordered: boolean;
  readonly atMs: number;
  /** A later message of the same user was answered first. */
  overtaken: boolean;
  /** Somebody else got it. */
  seenBy?: string;
}

interface Answered {
  readonly answers: (text: string) => boolean;
  /** What came, or its digest where that is shorter. */
  readonly mark: string;
  streamed: boolean;
}

interface User extends Omit<UserMessages, 'user'> {
  readonly name: string;
  next: number;
  /** In the order in which they were sent. */
  readonly waiting: Map<number, Waiting>;
  readonly answers: Map<number, Answered>;
}

interface Found {
  readonly owner: number;
  readonly sequence: number;
  readonly nonce: string;
}

/** Of one load in several threads, each with some of its users and a ledger of its own. */
export interface AmongThreads {
  /** Eight hexadecimal digits that the ledgers have in common: a nonce of each is known to all. */
  readonly tag: string;
  readonly sharedOffsetMs: number;
  readonly monotonicMs: () => number;
}

export function newTag(): string {
  return randomBytes(4).toString('hex');
}

/** Messages given up that a late word from another thread is still waited for; and strays between two reports. */
const MOST_OPEN = 50_000;

/**
 * Follows messages by their nonces. A nonce is shaped like a random UUID and holds a tag of this ledger, the user and a number, so that
 * it is known whose it is wherever it turns up, without keeping it: what is kept grows with users, not with messages.
 */
export class MessageLedger {
  /** From sending to the answer, in microseconds. */
  readonly latency = new DistributionCounts();
  readonly #nameOf: (user: number) => string;
  readonly #users = new Map<number, User>();
  readonly #among: AmongThreads | undefined;
  readonly #strays = new Map<string, Stray>();
  /** Who gave a message up, and when. */
  readonly #givenUp = new Map<string, { readonly from: string; readonly atMs: number }>();
  readonly #tag: string;
  readonly #pattern: RegExp;
  readonly #noise = new Noise();
  readonly #examples: Messages['examples'] = [];
  readonly #sums = { cutOff: 0, streamed: 0, misrouted: 0 };

  constructor(nameOf: (user: number) => string, among?: AmongThreads) {
    this.#nameOf = nameOf;
    this.#among = among;
    this.#tag = among?.tag ?? newTag();
    this.#pattern = patternOf(this.#tag);
  }

  /** The log of one user, by a number below 2^28. */
  of(index: number): MessageLog {
    const user = this.#userOf(index);
    return {
      nonce: () => this.#nonce(index, (user.next += 1)),
      sent: (nonce, { answers, ordered, atMs }) => {
        const sequence = sequenceIn(nonce);
        user.sent += 1;
        user.waiting.set(sequence, { answers, ordered, atMs, overtaken: false });
      },
      arrived: (text, options) => {
        for (const { owner, sequence, nonce } of firstOfEach(this.#found(text))) {
          if (owner === index) this.#own(user, sequence, { text, nonce, atMs: options.atMs });
          else if (!options.shared) this.#foreign(user, { owner, sequence, nonce });
        }
      },
      gaveUp: (nonce, why) => {
        const sequence = sequenceIn(nonce);
        const waiting = user.waiting.get(sequence);
        if (waiting === undefined) return;
        user.waiting.delete(sequence);
        if (waiting.seenBy !== undefined) {
          this.#misrouted({ nonce, from: user.name, to: waiting.seenBy });
        } else if (this.#among !== undefined) this.#keepOpen(keyOf(index, sequence), user, this.#among);
        if (why === 'cut-off') {
          this.#sums.cutOff += 1;
          return;
        }
        user.lost += 1;
        this.#example('lost', { nonce, from: user.name });
      },
    };
  }

  /** Messages of users of other threads that turned up here since this was last asked, each once. */
  takeStrays(): readonly Stray[] {
    const strays = [...this.#strays.values()];
    this.#strays.clear();
    return strays;
  }

  /** Messages of our users that turned up in other threads: as if they had been seen here at that time. */
  seen(strays: readonly Stray[]): void {
    for (const { owner, sequence, nonce, to, atMs } of strays) {
      const waiting = this.#users.get(owner)?.waiting.get(sequence);
      if (waiting) waiting.seenBy ??= to;
      const key = keyOf(owner, sequence);
      const givenUp = this.#givenUp.get(key);
      if (givenUp === undefined || givenUp.atMs < atMs) continue;
      this.#givenUp.delete(key);
      this.#misrouted({ nonce, from: givenUp.from, to });
    }
  }

  /** What became of them; `undefined` when no message was followed. */
  facts(): Messages | undefined {
    const users = [...this.#users.values()].filter(({ sent, foreign }) => sent + foreign > 0);
    if (users.length === 0) return undefined;
    const sum = (of: (user: User) => number): number => users.reduce((total, user) => total + of(user), 0);
    return {
      users: users.length,
      sent: sum(({ sent }) => sent),
      answered: sum(({ answered }) => answered),
      lost: sum(({ lost }) => lost),
      duplicates: sum(({ duplicates }) => duplicates),
      outOfOrder: sum(({ outOfOrder }) => outOfOrder),
      foreign: sum(({ foreign }) => foreign),
      ...this.#sums,
      worst: worstOf(users.map(toFacts)),
      examples: [...this.#examples],
    };
  }

  #own(user: User, sequence: number, { text, nonce, atMs }: { text: string; nonce: string; atMs: number }): void {
    const waiting = user.waiting.get(sequence);
    if (waiting === undefined) {
      this.#again(user, user.answers.get(sequence), { text, nonce });
      return;
    }
    if (!waiting.answers(text)) return;
    user.waiting.delete(sequence);
    user.answered += 1;
    user.slowestMs = Math.max(user.slowestMs, atMs - waiting.atMs);
    this.latency.record((atMs - waiting.atMs) * 1_000);
    if (waiting.overtaken) {
      user.outOfOrder += 1;
      this.#example('out-of-order', { nonce, from: user.name });
    }
    for (const [earlier, other] of user.waiting) if (earlier < sequence && waiting.ordered && other.ordered) other.overtaken = true;
    user.answers.set(sequence, { answers: waiting.answers, mark: markOf(text), streamed: false });
    const [oldest] = user.answers.keys();
    if (user.answers.size > RECENT && oldest !== undefined) user.answers.delete(oldest);
  }

  /** Something more came to a message that was answered. */
  #again(user: User, known: Answered | undefined, { text, nonce }: { text: string; nonce: string }): void {
    if (known === undefined || !known.answers(text)) return;
    if (markOf(text) === known.mark) {
      user.duplicates += 1;
      this.#example('duplicate', { nonce, from: user.name });
    } else if (!known.streamed) {
      known.streamed = true;
      this.#sums.streamed += 1;
    }
  }

  #foreign(receiver: User, { owner, sequence, nonce }: { owner: number; sequence: number; nonce: string }): void {
    receiver.foreign += 1;
    const from = this.#nameOf(owner);
    const user = this.#users.get(owner);
    const waiting = user?.waiting.get(sequence);
    if (waiting) waiting.seenBy ??= receiver.name;
    if (user === undefined && this.#among !== undefined) this.#stray({ owner, sequence, nonce, to: receiver.name }, this.#among);
    this.#example('foreign', { nonce, from, to: receiver.name });
  }

  #misrouted(example: { nonce: string; from: string; to: string }): void {
    this.#sums.misrouted += 1;
    this.#example('misrouted', example);
  }

  /** Only the first who got it counts. */
  #stray(stray: Omit<Stray, 'atMs'>, { monotonicMs, sharedOffsetMs }: AmongThreads): void {
    const key = keyOf(stray.owner, stray.sequence);
    if (this.#strays.size < MOST_OPEN && !this.#strays.has(key)) this.#strays.set(key, { ...stray, atMs: monotonicMs() + sharedOffsetMs });
  }

  /** Somebody in another thread may have got it: word of it comes later. */
  #keepOpen(key: string, { name }: User, { monotonicMs, sharedOffsetMs }: AmongThreads): void {
    this.#givenUp.set(key, { from: name, atMs: monotonicMs() + sharedOffsetMs });
    const [oldest] = this.#givenUp.keys();
    if (this.#givenUp.size > MOST_OPEN && oldest !== undefined) this.#givenUp.delete(oldest);
  }

  #example(what: MessageFault, example: { nonce: string; from: string; to?: string }): void {
    if (this.#examples.filter((known) => known.what === what).length < EXAMPLES) this.#examples.push({ what, ...example });
  }

  #userOf(index: number): User {
    const known = this.#users.get(index);
    if (known) return known;
    const counts = { sent: 0, answered: 0, lost: 0, duplicates: 0, outOfOrder: 0, foreign: 0, slowestMs: 0 };
    const user: User = { name: this.#nameOf(index), next: 0, waiting: new Map(), answers: new Map(), ...counts };
    this.#users.set(index, user);
    return user;
  }

  /** Version and variant are those of a random UUID: systems that hold ids to that shape take it. */
  #nonce(user: number, sequence: number): string {
    const owner = hex(user, 7);
    const noise = this.#noise.take(8);
    return `${this.#tag}-${owner.slice(0, 4)}-4${owner.slice(4)}-a${noise.slice(0, 3)}-${hex(sequence, 8)}${noise.slice(4)}`;
  }

  #found(text: string): readonly Found[] {
    const matches = [...text.matchAll(this.#pattern)];
    return matches.map(([nonce, high = '', low = '', sequence = '']) => ({
      nonce,
      owner: Number.parseInt(high + low, 16),
      sequence: Number.parseInt(sequence, 16),
    }));
  }
}

function keyOf(owner: number, sequence: number): string {
  return `${owner}:${sequence}`;
}

function patternOf(tag: string): RegExp {
  return new RegExp(`${tag}-?([0-9a-f]{4})-?4([0-9a-f]{3})-?[89ab][0-9a-f]{3}-?([0-9a-f]{8})[0-9a-f]{4}`, 'gi');
}

function firstOfEach(found: readonly Found[]): readonly Found[] {
  if (found.length < 2) return found;
  return found.filter(({ nonce }, index) => found.findIndex((other) => other.nonce === nonce) === index);
}

/** Of a nonce that this ledger made. */
function sequenceIn(nonce: string): number {
  return Number.parseInt(nonce.slice(24, 32), 16);
}

/** Most answers are short, and a load has thousands of them a second. */
function markOf(text: string): string {
  return text.length <= SHORT ? text : hash('sha256', text, 'base64');
}

const SHORT = 200;

/** Random hexadecimal digits, drawn from the system by the thousand. */
class Noise {
  #digits = '';
  #at = 0;

  take(length: number): string {
    if (this.#at + length > this.#digits.length) [this.#digits, this.#at] = [randomBytes(2_048).toString('hex'), 0];
    this.#at += length;
    return this.#digits.slice(this.#at - length, this.#at);
  }
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0').slice(-digits);
}

function toFacts({ name, sent, answered, lost, duplicates, outOfOrder, foreign, slowestMs }: User): UserMessages {
  return { user: name, sent, answered, lost, duplicates, outOfOrder, foreign, slowestMs: Math.round(slowestMs * 1_000) / 1_000 };
}
