import { DistributionCounts } from '../../lib/histogram.ts';
import { isBudget } from '../../model/journey.ts';
import type { LoadLevel } from '../../model/load.ts';
import type { Walked } from '../contract.ts';

/** Kinds of outcomes that are told apart. */
const KINDS = 20;

/** Counts one level while it goes on. Times in milliseconds since the load began. */
export class Level {
  readonly users: number;
  readonly perSecond: number;
  readonly fromMs: number;
  part: LoadLevel['part'];
  toMs: number;
  arrivals = 0;
  /** Of its arrivals, those that have come to their end. */
  ended = 0;
  #done = 0;
  #kept = 0;
  #refused = 0;
  #wrong = 0;
  #unanswered = 0;
  readonly #outcomes = new Map<string, number>();
  readonly #latency = new DistributionCounts();
  readonly #lag = new DistributionCounts();

  constructor({ part, users, perSecond, fromMs, toMs }: Pick<LoadLevel, 'part' | 'users' | 'perSecond' | 'fromMs' | 'toMs'>) {
    this.part = part;
    this.users = users;
    this.perSecond = perSecond;
    this.fromMs = fromMs;
    this.toMs = toMs;
  }

  get pending(): number {
    return this.arrivals - this.ended;
  }

  get lagMs(): number {
    return this.#lag.count === 0 ? 0 : this.#lag.quantile(0.9) / 1_000;
  }

  launched(lateMs: number): void {
    this.#lag.record(lateMs * 1_000);
  }

  /** One of its own arrivals ended. */
  took({ end, steps }: Walked, latencyMs: number): void {
    this.ended += 1;
    if (end === 'cut') return;
    const step = steps.find(({ miss }) => miss !== undefined && !isBudget(miss));
    if (step?.miss === undefined) {
      this.#kept += 1;
      this.#latency.record(latencyMs * 1_000);
      return;
    }
    const { what, measured } = step.miss;
    const outcome = what === 'status' ? measured : what;
    if (this.#outcomes.has(outcome) || this.#outcomes.size < KINDS) this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1);
    if (step.refused === true) this.#refused += 1;
    else if (what === 'timeout' || what === 'connection' || what === 'exhausted') this.#unanswered += 1;
    else this.#wrong += 1;
  }

  /** A walk of whatever level ended well while this one lasted. */
  done(): void {
    this.#done += 1;
  }

  store(): LoadLevel {
    const seconds = Math.max(0.001, (this.toMs - this.fromMs) / 1_000);
    const part = (quantile: number): number => this.#latency.quantile(quantile) / 1_000;
    return {
      part: this.part,
      users: this.users,
      perSecond: this.perSecond,
      fromMs: Math.round(this.fromMs),
      toMs: Math.round(this.toMs),
      arrivals: this.arrivals,
      kept: this.#kept,
      refused: this.#refused,
      wrong: this.#wrong,
      unanswered: this.#unanswered,
      outcomes: { ...(this.#kept === 0 ? {} : { kept: this.#kept }), ...Object.fromEntries(this.#outcomes) },
      donePerSecond: this.#done / seconds,
      ...(this.#latency.count === 0 ? {} : { latency: { p50: part(0.5), p90: part(0.9), p99: part(0.99) } }),
      lagMs: this.lagMs,
    };
  }
}
