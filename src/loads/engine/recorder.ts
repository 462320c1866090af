import { DistributionCounts, type StoredCounts } from '../../lib/histogram.ts';
import { isBudget, type Miss } from '../../model/journey.ts';
import type { LoadMiss, Rate } from '../../model/load.ts';
import type { WalkedStep } from '../contract.ts';
import type { Ended } from './schedule.ts';
import {
  add,
  count,
  mergeSlices,
  nothing,
  sliced,
  someOf,
  storedSlices,
  Tally,
  tallyUp,
  type Hits,
  type Sliced,
  type StoredSlices,
  type StoredTally,
} from './tally.ts';

/** Kinds of misses that are told apart; more are counted with the last. */
const KINDS = 50;
const TEXT = 300;

/** A recorder as it goes from one thread to another. Times are those since the load began. */
export interface StoredRecorder {
  readonly all: StoredTally;
  readonly journeys: readonly (readonly [name: string, tally: StoredTally])[];
  readonly lag: StoredCounts;
  readonly tokens: StoredCounts;
  readonly messages: StoredCounts;
  readonly errors: StoredSlices<Rate>;
  readonly success: StoredSlices<Rate>;
  readonly perSecond: readonly (readonly [second: number, steps: number])[];
  readonly misses: readonly LoadMiss[];
  readonly sums: Readonly<Record<(typeof SUMS)[number], number>>;
}

const SUMS = ['exhausted', 'refusals', 'kept', 'failed', 'cut'] as const;

type Where = Pick<LoadMiss, 'journey' | 'step' | 'firstAtMs' | 'request' | 'answer'>;

/** Counts what happens to the arrivals of one load. Durations are recorded in microseconds. */
export class Recorder {
  readonly all: Tally;
  readonly journeys = new Map<string, Tally>();
  readonly lag = new DistributionCounts();
  readonly tokens = new DistributionCounts();
  /** From sending to the answer of each message that was followed. */
  readonly messages = new DistributionCounts();
  /** Steps with a wrong or no answer, of all that were taken. */
  readonly errors: Sliced<Hits>;
  /** Walks that kept everything, of all. */
  readonly success: Sliced<Hits>;
  /** Steps that ended, by the second in which they did. */
  readonly perSecond: number[] = [];
  readonly misses = new Map<string, LoadMiss>();
  /** Answers that never left this machine: its own doing. */
  exhausted = 0;
  /** Walks that were told to come again later. */
  refusals = 0;
  kept = 0;
  failed = 0;
  cut = 0;
  /** Of the last second, for whoever watches. */
  recent = { ended: 0, wrong: 0, latency: new DistributionCounts() };
  readonly #slices: number;
  readonly #sliceMs: number;
  #startMs = 0;

  constructor({ durationMs, journeys }: { durationMs: number; journeys: readonly string[] }, slices: number) {
    this.#slices = slices;
    this.#sliceMs = durationMs / slices;
    this.all = new Tally(slices);
    this.errors = sliced(slices, nothing);
    this.success = sliced(slices, nothing);
    for (const name of journeys) this.journeys.set(name, new Tally(slices));
  }

  get sliceMs(): number {
    return this.#sliceMs;
  }

  begin(startMs: number): void {
    this.#startMs = startMs;
  }

  launched(dueMs: number, nowMs: number): void {
    this.lag.record((nowMs - dueMs) * 1_000);
  }

  ended(arrival: Ended, journey: string): void {
    const { walked, dueMs } = arrival;
    const slice = this.#sliceOf(dueMs);
    count(this.success, slice, walked.end === 'kept');
    // Nobody knows how long it would have taken.
    if (walked.end === 'cut') {
      this.cut += 1;
      return;
    }
    if (walked.end === 'kept') this.kept += 1;
    else this.failed += 1;
    const wrong = walked.end !== 'kept' && walked.steps.some(isWrong);
    tallyUp(this.all, arrival, { slice, wrong });
    const tally = this.journeys.get(journey);
    if (tally) tallyUp(tally, arrival, { slice, wrong });
    this.#recordSteps(arrival, { slice, journey });
    if (walked.end !== 'kept' && walked.steps.some(({ refused }) => refused === true)) this.refusals += 1;
    if (walked.tokens !== undefined) this.tokens.record(walked.tokens);
    this.recent.ended += 1;
    this.recent.latency.record((arrival.endMs - dueMs) * 1_000);
    if (wrong) this.recent.wrong += 1;
  }

  /** Connections that the system closed while they were held: each is a walk that did not keep what it had. */
  lost(times: number, nowMs: number): void {
    if (times === 0) return;
    this.failed += times;
    for (const { whole, slices } of [this.success, this.errors]) {
      for (const rate of [whole, slices.at(-1)]) if (rate) rate.of += times;
    }
    for (const rate of [this.errors.whole, this.errors.slices.at(-1)]) if (rate) rate.hits += times;
    const miss = { what: 'connection' as const, measured: 'closed by the system', expected: 'open until the end of the load' };
    const where = {
      journey: [...this.journeys.keys()][0] ?? '',
      step: 'hold the connection',
      firstAtMs: Math.round(nowMs - this.#startMs),
    };
    for (let time = 0; time < times; time += 1) this.#miss(miss, where);
  }

  /** What happened since it was last asked. */
  takeRecent(): { ended: number; wrong: number; latency: DistributionCounts } {
    const recent = this.recent;
    this.recent = { ended: 0, wrong: 0, latency: new DistributionCounts() };
    return recent;
  }

  /** All that was counted; merged into another recorder of the same load, it is as if that one had counted it. */
  store(): StoredRecorder {
    const { all, journeys, lag, tokens, messages, errors, success, perSecond, misses, exhausted, refusals, kept, failed, cut } = this;
    return {
      all: all.store(),
      journeys: [...journeys].map(([name, tally]) => [name, tally.store()]),
      lag: lag.store(),
      tokens: tokens.store(),
      messages: messages.store(),
      errors: storedSlices(errors, someOf),
      success: storedSlices(success, someOf),
      perSecond: perSecond.flatMap((steps, second) => (steps === 0 ? [] : [[second, steps]])),
      misses: [...misses.values()],
      sums: { exhausted, refusals, kept, failed, cut },
    };
  }

  merge(stored: StoredRecorder): void {
    this.all.merge(stored.all);
    for (const [name, tally] of stored.journeys) this.journeys.get(name)?.merge(tally);
    for (const name of ['lag', 'tokens', 'messages'] as const) this[name].merge(stored[name]);
    for (const name of ['errors', 'success'] as const) mergeSlices(this[name], stored[name], add);
    for (const [second, steps] of stored.perSecond) this.#took(second, steps);
    for (const miss of stored.misses) this.#add(miss);
    for (const name of SUMS) this[name] += stored.sums[name];
    this.recent.ended += stored.sums.kept + stored.sums.failed;
    this.recent.wrong += stored.all.wrong.whole?.hits ?? 0;
    if (stored.all.latency.whole) this.recent.latency.merge(stored.all.latency.whole);
  }

  #recordSteps({ dueMs, endMs, walked }: Ended, { slice, journey }: { slice: number; journey: string }): void {
    const second = Math.max(0, Math.floor((endMs - this.#startMs) / 1_000));
    for (const step of walked.steps) {
      count(this.errors, slice, isWrong(step));
      const { miss, title, request, answer } = step;
      if (miss) this.#miss(miss, { journey, step: title, firstAtMs: Math.round(dueMs - this.#startMs), request, answer });
    }
    this.#took(second, walked.steps.length);
  }

  #took(second: number, steps: number): void {
    while (this.perSecond.length <= second) this.perSecond.push(0);
    this.perSecond[second] = (this.perSecond[second] ?? 0) + steps;
  }

  #miss({ what, measured, expected }: Miss, { request, answer, ...where }: Where): void {
    if (what === 'exhausted') this.exhausted += 1;
    const key = keyOf({ what, ...where });
    const known = this.misses.get(key);
    if (known) known.times += 1;
    else if (this.misses.size < KINDS)
      this.misses.set(key, {
        what,
        measured: measured.slice(0, TEXT),
        expected: expected.slice(0, TEXT),
        ...where,
        ...(request === undefined ? {} : { request: request.slice(0, TEXT) }),
        ...(answer === undefined || answer === '' ? {} : { answer: answer.slice(0, TEXT) }),
        times: 1,
      });
  }

  #add(miss: LoadMiss): void {
    const key = keyOf(miss);
    const known = this.misses.get(key);
    const first = known === undefined || miss.firstAtMs < known.firstAtMs ? miss : known;
    if (known !== undefined || this.misses.size < KINDS) this.misses.set(key, { ...first, times: miss.times + (known?.times ?? 0) });
  }

  #sliceOf(dueMs: number): number {
    return Math.min(this.#slices - 1, Math.max(0, Math.floor((dueMs - this.#startMs) / this.#sliceMs)));
  }
}

function isWrong({ miss }: WalkedStep): boolean {
  return miss !== undefined && !isBudget(miss);
}

function keyOf({ journey, step, what }: Pick<LoadMiss, 'journey' | 'step' | 'what'>): string {
  return `${journey}\0${step}\0${what}`;
}
