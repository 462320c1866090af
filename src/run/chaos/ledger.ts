import { randomBytes } from 'node:crypto';

import type { StepReply } from '../../journeys/contract.ts';
import type { LedgerFacts } from '../../model/experiment.ts';
import type { Journey } from '../../model/journey.ts';
import { walkOn, type JourneyContext } from '../journey.ts';
import type { Sample } from './measure.ts';
import { messagesOf, newSession, withDeadline } from './probe.ts';

/** Fewer acknowledged writes around the fault say nothing about what it does to them. */
const LEAST_ACKNOWLEDGED = 5;
const LISTED = 20;
/** Readings under way at once, and attempts for each: the system has just recovered. */
const READERS = 8;
const ATTEMPTS = 4;
const AGAIN_MS = 250;
const READ_DEADLINE_MS = 5_000;

type Outcome = 'acknowledged' | 'failed' | 'indeterminate';

interface Write {
  readonly dueMs: number;
  outcome: Outcome | 'under way';
}

/** What a reading found of one id. `occurrences` of it in the answer. */
type Found = { readonly state: 'there' | 'corrupt'; readonly occurrences: number } | { readonly state: 'absent' | 'unread' };

export type Reading = ReadonlyMap<string, Found>;

/**
 * Writes with unique ids, each intended on disk before it is sent, and what became of them: acknowledged, failed, or indeterminate
 * (jepsen's ok, fail and info).
 */
export class WriteLedger {
  readonly #writes = new Map<string, Write>();
  readonly #intend: (id: string) => Promise<void>;
  readonly #now: () => number;
  readonly #tag = randomBytes(4).toString('hex');

  constructor({ intend, now }: { intend: (id: string) => Promise<void>; now: () => number }) {
    this.#intend = intend;
    this.#now = now;
  }

  /** A new id, in the form of a random UUID, that the disk knows of. */
  readonly next = async (): Promise<string> => {
    const hex = randomBytes(12).toString('hex');
    const id = `${this.#tag}-${hex.slice(0, 4)}-4${hex.slice(4, 7)}-8${hex.slice(7, 10)}-${hex.slice(10, 22)}`;
    await this.#intend(id);
    this.#writes.set(id, { dueMs: this.#now(), outcome: 'under way' });
    return id;
  };

  /** Nobody may say "written" and mean "perhaps": only a kept journey acknowledges, only a 4xx refuses for good. */
  readonly wrote = (id: string, { answer }: Pick<Sample, 'answer'>, status: number | undefined): void => {
    const write = this.#writes.get(id);
    if (write === undefined) return;
    const refused = answer === 'refused' || answer === 'wrong';
    if (answer === 'ok' || answer === 'slow') write.outcome = 'acknowledged';
    else write.outcome = refused && status !== undefined && status >= 400 && status < 500 && status !== 408 ? 'failed' : 'indeterminate';
  };

  ids(): readonly string[] {
    return [...this.#writes.keys()];
  }

  /** What the readings show; the second one, where there is one, was made after a restart. */
  facts(
    readings: readonly [Reading, ...Reading[]],
    { write, read, fromMs, toMs, restarted }: { write: string; read: string; fromMs: number; toMs: number; restarted?: string | undefined },
  ): LedgerFacts {
    const last = readings.at(-1) ?? readings[0];
    const [first] = readings;
    const ofOutcome = (outcome: Write['outcome']): string[] =>
      [...this.#writes].flatMap(([id, one]) => (one.outcome === outcome ? [id] : []));
    const acknowledged = ofOutcome('acknowledged');
    const indeterminate = [...ofOutcome('indeterminate'), ...ofOutcome('under way')];
    const failed = ofOutcome('failed');
    const is = (reading: Reading, id: string, ...states: Found['state'][]): boolean => states.includes(reading.get(id)?.state ?? 'unread');
    const lost = acknowledged.filter((id) => is(last, id, 'absent'));
    const corrupt = acknowledged.filter((id) => is(last, id, 'corrupt'));
    const unread = acknowledged.filter((id) => is(last, id, 'unread'));
    const within = acknowledged.filter((id) => {
      const dueMs = this.#writes.get(id)?.dueMs ?? 0;
      return dueMs >= fromMs && dueMs < toMs;
    });
    const usual = this.#usual(last, acknowledged, fromMs);
    const doubt = doubtOf({ within: within.length, unread: unread.length, lost: lost.length + corrupt.length });
    return {
      write,
      read,
      attempted: this.#writes.size,
      acknowledged: acknowledged.length,
      failed: failed.length,
      indeterminate: indeterminate.length,
      acknowledgedDuring: within.length,
      lost: lost.slice(0, LISTED),
      lostCount: lost.length,
      corrupt: corrupt.slice(0, LISTED),
      corruptCount: corrupt.length,
      duplicateCount: [...acknowledged, ...indeterminate].filter((id) => occurrencesOf(last.get(id)) > usual).length,
      unexpectedCount: failed.filter((id) => is(last, id, 'there', 'corrupt')).length,
      staleCount: readings.length < 2 ? 0 : acknowledged.filter((id) => is(first, id, 'absent') && is(last, id, 'there')).length,
      recoveredCount: indeterminate.filter((id) => is(last, id, 'there', 'corrupt')).length,
      ...(readings.length < 2
        ? {}
        : {
            phantomCount: [...indeterminate, ...failed].filter((id) => is(first, id, 'there', 'corrupt') && is(last, id, 'absent')).length,
          }),
      unreadCount: unread.length,
      ...(restarted === undefined ? {} : { restarted }),
      ...(doubt === undefined ? {} : { doubt }),
    };
  }

  /** How often an id stands in the answer when nothing is wrong: as those of the time before the fault do. */
  #usual(reading: Reading, acknowledged: readonly string[], beforeMs: number): number {
    const undisturbed = acknowledged.filter((id) => (this.#writes.get(id)?.dueMs ?? Infinity) < beforeMs);
    const counts = (undisturbed.length > 0 ? undisturbed : acknowledged).map((id) => occurrencesOf(reading.get(id))).filter((n) => n > 0);
    return counts.length === 0 ? Infinity : Math.min(...counts);
  }
}

/** Reads every id back through the system's own API. */
export async function readBack(ids: readonly string[], journey: Journey, context: JourneyContext): Promise<Reading> {
  const found = new Map<string, Found>();
  const queue = [...ids];
  const bounded = withDeadline(journey, READ_DEADLINE_MS);
  const reader = async (): Promise<void> => {
    for (let id = queue.shift(); id !== undefined; id = queue.shift()) found.set(id, await readOne(id, bounded, context));
  };
  await Promise.all(Array.from({ length: Math.min(READERS, ids.length) }, reader));
  return found;
}

async function readOne(id: string, journey: Journey, context: JourneyContext): Promise<Found> {
  for (let attempt = 1; ; attempt += 1) {
    const replies: StepReply[] = [];
    await using closing = new AsyncDisposableStack();
    const walker = {
      user: 'gauntlet',
      session: newSession(closing),
      messages: messagesOf(id),
      heard: (reply: StepReply) => void replies.push(reply),
    };
    const { outcome } = await walkOn(journey, context, walker);
    const last = replies.at(-1);
    const occurrences = last === undefined ? 0 : last.text.split(id).length - 1;
    // A 404 that names what it did not find has not found it.
    const denied = last?.status !== undefined && last.status >= 400;
    if (occurrences > 0 && !denied) return { state: outcome === 'passed' ? 'there' : 'corrupt', occurrences };
    const answered = last?.failure === undefined && last?.status !== undefined && last.status < 500 && last.status !== 429;
    if (answered && attempt >= 2) return { state: 'absent' };
    if (attempt >= ATTEMPTS || context.signal.aborted) return { state: 'unread' };
    await context.ports.clock.sleep(AGAIN_MS, context.signal).catch(() => undefined);
  }
}

/** The journey that reads an id back; `undefined` when nothing of the plan does. */
export function readerOf(journeys: readonly Journey[], { write, read }: { write: string; read?: string | undefined }): Journey | undefined {
  if (read !== undefined) return journeys.find(({ name }) => name === read);
  const writer = journeys.find(({ name }) => name === write);
  const last = writer?.steps.at(-1);
  const reads = last?.type === 'http' && JSON.stringify(last.options).includes('"method":"GET"') && (writer?.steps.length ?? 0) > 1;
  return writer !== undefined && last !== undefined && reads ? { ...writer, name: `${write} (its last step)`, steps: [last] } : undefined;
}

/** What was found wrong stays wrong; only what looks right needs enough to show it. */
function doubtOf({ within, unread, lost }: { within: number; unread: number; lost: number }): string | undefined {
  if (lost > 0) return undefined;
  if (unread > 0) return `${unread} acknowledged writes could not be read back`;
  if (within < LEAST_ACKNOWLEDGED)
    return `only ${within} writes were acknowledged from just before the fault until it was over; ${LEAST_ACKNOWLEDGED} are needed to say anything`;
  return undefined;
}

function occurrencesOf(found: Found | undefined): number {
  return found !== undefined && 'occurrences' in found ? found.occurrences : 0;
}
