import { hash } from 'node:crypto';

import type { TestsEvidence } from '../model/evidence.ts';
import { LIMITS } from '../model/limits.ts';
import type { Source } from '../model/source.ts';
import type { CaseDetail, CaseIdentity, CaseResult, CaseStatus, Disagreement, ResultFile, TestCounts } from '../model/tests.ts';
import type { Repetition } from './contract.ts';
import { CaseTable, type Change, type Standing } from './table.ts';

/** What the ledger adds up to; the caller adds where and when. */
export type LedgerTests = Omit<TestsEvidence, 'id' | 'stage' | 'window' | 'kind' | 'command' | 'cases'>;

export interface LedgerOptions {
  readonly redact: (text: string) => string;
  /**
   * Called for every run with `{id, status, durationMs, suite, class, name, file, parameters}`. `status` is what the
   * test amounts to by then: of several lines with one id, the last one holds.
   */
  readonly writeCase?: ((line: string) => void) | undefined;
}

/** Characters kept of a name for people; identity is over all of it. */
const NAME = 1_000;
const SLOWEST = 10;
/** More failures are held than are told: those that pass when they are run again make room for the rest. */
const CANDIDATES = 4 * LIMITS.caseDetails;
const DISAGREEMENTS = 100;
/** Tests of one title that are told apart by their order. */
const SIBLINGS = 50;

type Lists = Record<'failed' | 'skipped' | 'flaky', Map<number, CaseDetail>>;
type Slow = TestsEvidence['slowest'][number] & { readonly index: number; readonly durationMs: number };

/** Merges results of any number of files and attempts by the identity of the test, in little memory per test. */
export class Ledger {
  readonly #options: LedgerOptions;
  readonly #table = new CaseTable();
  readonly #files: { source: Source; attempt: number; counts: TestCounts; disagreements: Disagreement[] }[] = [];
  readonly #counts = newCounts();
  readonly #lists: Lists = { failed: new Map(), skipped: new Map(), flaky: new Map() };
  #slowest: Slow[] = [];
  /** The sibling told last: thousands of one title come one after the other. */
  #sibling = { key: '', file: -1, nth: 0 };

  constructor(options: LedgerOptions) {
    this.#options = options;
  }

  /** What is added from now on stands in this file. Attempts come in ascending order. */
  beginFile(path: string, attempt: number): void {
    this.#files.push({ source: { file: path }, attempt, counts: newCounts(), disagreements: [] });
  }

  endFile(source: Source): void {
    const file = this.#files.at(-1);
    if (file !== undefined) file.source = source;
  }

  /** `repetition`: what a further result of one identity in one file is; `true` is `test`, `false` is `run`. */
  add(result: CaseResult, repetition: boolean | Repetition = 'run'): void {
    const file = this.#files.at(-1);
    if (file === undefined) return;
    const isRun = repetition === 'run' || repetition === false;
    const digest = isRun ? digestOf(identityKey(result)) : this.#siblingDigest(result, repetition === 'run-unless-failed');
    const earlier = result.earlier ?? NONE;
    const change = this.#table.add({
      high: digest.high,
      low: digest.low,
      attempt: file.attempt,
      file: this.#files.length - 1,
      status: result.status,
      earlier,
    });
    this.#counts.runs += 1 + earlier.length;
    file.counts.runs += 1 + earlier.length;
    count(this.#counts, change.before, change.after);
    count(file.counts, change.inFileBefore, change.inFileAfter);
    this.#list(digest, result, change);
    this.#slow(result, change.index);
    this.#options.writeCase?.(this.#line(digest, result, change.after.status));
  }

  /** Tests of one title are told apart by their order in the file, so that those of another attempt are known again. */
  #siblingDigest(result: CaseResult, unlessFailed: boolean): Digest {
    const key = identityKey(result);
    const file = this.#files.length - 1;
    const last = this.#sibling;
    for (let nth = last.key === key && last.file === file ? last.nth + (unlessFailed ? 0 : 1) : 1; ; nth += 1) {
      // Thousands of one title need no stable names, only to be counted.
      const mark = nth > SIBLINGS ? `\0##${this.#counts.runs}` : nth > 1 ? `\0#${nth}` : '';
      const digest = digestOf(key + mark);
      const there = nth <= SIBLINGS ? this.#table.statusIn(file, digest.high, digest.low) : undefined;
      if (there !== undefined && (!unlessFailed || there === 'failed' || there === 'error')) continue;
      this.#sibling = { key, file, nth };
      return digest;
    }
  }

  /** A count that the file states about itself; kept where its cases do not bear it out. */
  declared({ scope, what, declared, counted }: Disagreement): void {
    const disagreements = this.#files.at(-1)?.disagreements;
    if (declared === counted || disagreements === undefined || disagreements.length >= DISAGREEMENTS) return;
    disagreements.push({ scope: this.#text(scope, NAME), what, declared, counted });
  }

  /** Counts of the file that was begun last. */
  get fileCounts(): TestCounts | undefined {
    return this.#files.at(-1)?.counts;
  }

  finish(): LedgerTests {
    const { failed, errors, skipped, flaky } = this.#counts;
    const lists = { failed: told(this.#lists.failed), skipped: told(this.#lists.skipped), flaky: told(this.#lists.flaky) };
    return {
      counts: { ...this.#counts },
      files: this.#files satisfies ResultFile[],
      ...lists,
      slowest: this.#slowest.map(({ index: _, ...slow }) => slow),
      omitted: {
        failed: failed + errors - lists.failed.length,
        skipped: skipped - lists.skipped.length,
        flaky: flaky - lists.flaky.length,
      },
    };
  }

  /** Keeps the details of the test in the list that it belongs to now, as long as there is room. */
  #list(digest: Digest, result: CaseResult, { index, before, after }: Change): void {
    const [was, is] = [before && listOf(before), listOf(after)];
    const known = was === undefined ? undefined : this.#lists[was].get(index);
    if (was !== undefined && was !== is) this.#lists[was].delete(index);
    if (is === undefined) return;
    const list = this.#lists[is];
    if (!list.has(index) && list.size >= (is === 'failed' ? CANDIDATES : LIMITS.caseDetails)) return;
    // The result that tells something is shown: the failure of a flaky test, not its pass.
    const telling = is !== 'flaky' && listOf({ status: result.status, flaky: false }) === is;
    const shown = telling || known === undefined ? this.#detail(digest, result) : known;
    list.set(index, { ...shown, status: after.status, attempts: this.#table.history(index) });
  }

  #detail(digest: Digest, result: CaseResult): CaseDetail {
    const { durationMs, message, detail, location } = result;
    return {
      ...this.#identity(result),
      status: result.status,
      ...(durationMs === undefined ? {} : { durationMs }),
      ...(message === undefined ? {} : { message: this.#text(message, LIMITS.caseText) }),
      ...(detail === undefined ? {} : { detail: this.#text(detail, LIMITS.caseText) }),
      ...(location === undefined ? {} : { location: { ...location, path: this.#text(location.path, NAME) } }),
      id: idOf(digest),
      attempts: [],
      source: this.#files.at(-1)?.source.file ?? '',
    };
  }

  #identity({ suite, class: className, name, file, parameters }: CaseIdentity): CaseIdentity {
    return {
      ...(suite === undefined ? {} : { suite: this.#text(suite, NAME) }),
      ...(className === undefined ? {} : { class: this.#text(className, NAME) }),
      name: this.#text(name, NAME),
      ...(file === undefined ? {} : { file: this.#text(file, NAME) }),
      ...(parameters === undefined ? {} : { parameters: this.#text(parameters, NAME) }),
    };
  }

  #slow(result: CaseResult, index: number): void {
    const { durationMs } = result;
    if (durationMs === undefined || (this.#slowest.length >= SLOWEST && durationMs <= (this.#slowest.at(-1)?.durationMs ?? 0))) return;
    const same = this.#slowest.find((slow) => slow.index === index);
    if (same !== undefined && same.durationMs >= durationMs) return;
    const { name, class: className, file } = this.#identity(result);
    const slow: Slow = {
      index,
      name,
      ...(className === undefined ? {} : { class: className }),
      ...(file === undefined ? {} : { file }),
      durationMs,
    };
    this.#slowest = [...this.#slowest.filter((other) => other !== same), slow]
      .sort((a, b) => b.durationMs - a.durationMs)
      .slice(0, SLOWEST);
  }

  #line(digest: Digest, result: CaseResult, status: CaseStatus): string {
    const { durationMs, suite, class: className, name, file, parameters } = result;
    const id = idOf(digest);
    return this.#isPlain(result)
      ? JSON.stringify({ id, status, durationMs, suite, class: className, name, file, parameters })
      : JSON.stringify({ id, status, durationMs, ...this.#identity(result) });
  }

  /** Whether the names can be told as they are: nearly always, so all are looked at in one go. */
  #isPlain({ suite = '', class: className = '', name, file = '', parameters = '' }: CaseIdentity): boolean {
    const all = `${suite}\n${className}\n${name}\n${file}\n${parameters}`;
    return all.length <= NAME && !all.includes('\u001B') && this.#options.redact(all) === all;
  }

  /** Redacted before it is cut, so that no half of a secret slips through; copied, so that no part of the file stays in memory. */
  #text(text: string, most: number): string {
    const plain = this.#options.redact(text.slice(0, 4 * most).replace(ANSI, ''));
    return Buffer.from(plain.length > most ? `${plain.slice(0, most - 1)}…` : plain).toString();
  }
}

/** Colours and cursor movements of terminals. */
// oxlint-disable-next-line no-control-regex
const ANSI = /\u001B(?:\[[\d;?]*[ -/]*[@-~]|\][^\u0007\u001B]{0,500}(?:\u0007|\u001B\\)|\([A-B0])/g;

function told(list: ReadonlyMap<number, CaseDetail>): CaseDetail[] {
  return [...list.values()].slice(0, LIMITS.caseDetails);
}

/** The first half of a SHA-256, as two numbers of 32 bits. */
interface Digest {
  readonly high: number;
  readonly low: number;
}

const NONE: readonly CaseStatus[] = [];

function digestOf(key: string): Digest {
  // As a string of bytes: a third faster than as digits, and than as a buffer by more.
  const bytes = hash('sha256', key, 'binary');
  return { high: number32(bytes, 0), low: number32(bytes, 4) };
}

function number32(bytes: string, at: number): number {
  return (
    ((bytes.charCodeAt(at) << 24) | (bytes.charCodeAt(at + 1) << 16) | (bytes.charCodeAt(at + 2) << 8) | bytes.charCodeAt(at + 3)) >>> 0
  );
}

/** Stable from run to run: baselines refer to it. */
function idOf({ high, low }: Digest): string {
  return `t1:${hex32(high)}${hex32(low)}`;
}

/** Byte by byte: three times as fast as `toString(16)`, for a million of them. */
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function hex32(number: number): string {
  return `${HEX[number >>> 24]}${HEX[(number >>> 16) & 255]}${HEX[(number >>> 8) & 255]}${HEX[number & 255]}`;
}

function identityKey({ suite = '', class: className = '', name, file = '', parameters = '' }: CaseIdentity): string {
  return `${suite}\0${className}\0${name}\0${file}\0${parameters}`;
}

export function newCounts(): TestCounts {
  return { tests: 0, runs: 0, passed: 0, failed: 0, errors: 0, skipped: 0, flaky: 0 };
}

function count(counts: TestCounts, before: Standing | undefined, after: Standing): void {
  if (before === undefined) counts.tests += 1;
  else tell(counts, before, -1);
  tell(counts, after, 1);
}

function tell(counts: TestCounts, { status, flaky }: Standing, by: 1 | -1): void {
  counts[status === 'error' ? 'errors' : status] += by;
  if (flaky) counts.flaky += by;
}

function listOf({ status, flaky }: Standing): keyof Lists | undefined {
  if (status === 'failed' || status === 'error') return 'failed';
  if (status === 'skipped') return 'skipped';
  return flaky ? 'flaky' : undefined;
}
