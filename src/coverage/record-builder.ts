import { LineHits } from '../lib/lines-hits.ts';
import type { Ratio } from '../model/coverage.ts';
import type { CoverageRecord } from './contract.ts';
import { tally } from './tally.ts';

/** Gathers what a report says of one source file, in whatever order and however often it says it. */
export class RecordBuilder {
  readonly path: string;
  readonly lines: LineHits;
  totals: Ratio | undefined;
  /** The report lists lines and does not say whether they ran: only its totals count. */
  unsaid = false;
  readonly #within: string | undefined;
  readonly #branches = new Map<string, Ratio>();
  readonly #functions = new Map<string, Ratio>();
  #statedBranches: Ratio | undefined;
  #statedFunctions: Ratio | undefined;

  constructor(path: string, { within, lines = new LineHits() }: { within?: string | undefined; lines?: LineHits } = {}) {
    this.path = copied(path);
    this.lines = lines;
    this.#within = within;
  }

  /** Branches under one key; of several records of a key the better one counts. */
  branches(key: string, { covered, total }: Ratio): void {
    if (total <= 0) return;
    const before = this.#branches.get(key) ?? { covered: 0, total: 0 };
    this.#branches.set(key, { covered: Math.max(before.covered, covered), total: Math.max(before.total, total) });
  }

  branch(key: string, hit: boolean): void {
    mark(this.#branches, key, hit);
  }

  function(key: string, hit: boolean): void {
    mark(this.#functions, key, hit);
  }

  /** Sums that the report states: they count where it lists no branch, or no function. */
  stated({ branches, functions }: { branches?: Ratio | undefined; functions?: Ratio | undefined }): void {
    if (branches !== undefined && branches.total > 0) this.#statedBranches = branches;
    if (functions !== undefined && functions.total > 0) this.#statedFunctions = functions;
  }

  /** All that was gathered before the name was known. */
  take(other: RecordBuilder): void {
    other.lines.forEach((hits, line) => this.lines.raise(line, hits));
    for (const [key, part] of other.#branches) this.branches(key, part);
    for (const [key, { covered }] of other.#functions) this.function(key, covered > 0);
  }

  record(): CoverageRecord {
    const branches = tally(this.#branches) ?? this.#statedBranches;
    const functions = tally(this.#functions) ?? this.#statedFunctions;
    return {
      path: this.path,
      lines: this.unsaid ? new LineHits() : this.lines,
      ...(this.totals !== undefined && this.totals.total > 0 && { totals: this.totals }),
      ...(branches && { branches }),
      ...(functions && { functions }),
      ...(this.#within !== undefined && { within: this.#within }),
    };
  }
}

const HIT: Ratio = { covered: 1, total: 1 };
const MISSED: Ratio = { covered: 0, total: 1 };

function mark(parts: Map<string, Ratio>, key: string, hit: boolean): void {
  if (hit) parts.set(key, HIT);
  else if (!parts.has(key)) parts.set(key, MISSED);
}

/** A slice would keep its whole piece of the report in memory. */
export function copied(text: string): string {
  return Buffer.from(text).toString();
}

/** A count as reports write it: `undefined` when it is no number, never negative. */
export function count(value: unknown): number | undefined {
  if (value === undefined || value === null || value === '' || typeof value === 'boolean') return undefined;
  const number = Number(value);
  return Number.isNaN(number) ? undefined : Math.max(0, number);
}

/** A stated ratio, `undefined` where either number is missing. */
export function ratio(covered: unknown, total: unknown): Ratio | undefined {
  const [part, all] = [count(covered), count(total)];
  return part === undefined || all === undefined ? undefined : { covered: Math.min(part, all), total: all };
}
