import { issueOf, ISSUE_PATTERN, isTestOf, type ClaimLedger, type LinkedTest } from '../model/claim.ts';
import type { CaseIdentity, CaseResult } from '../model/tests.ts';
import type { ResultWatcher } from '../results/read.ts';

/** Tests of claims that are kept, lines of one, and characters of a line. */
const TESTS = 2_000;
const LINES = 40;
const WIDTH = 300;

export interface LinkedTestsOptions {
  readonly ledger: ClaimLedger | undefined;
  readonly redact: (text: string) => string;
}

type Building = { -readonly [K in keyof LinkedTest]: LinkedTest[K] };

/** Keeps the tests that belong to claims, passed ones too, with what they printed. Everything else streams by. */
export class LinkedTests implements ResultWatcher {
  readonly #options: LinkedTestsOptions;
  readonly #tests = new Map<string, Building>();
  /** What tests printed that have not ended yet. */
  readonly #output = new Map<string, { lines: string[]; rest: string; fenced: boolean }>();
  #omitted = 0;

  constructor(options: LinkedTestsOptions) {
    this.#options = options;
  }

  output({ suite, test, text }: Parameters<ResultWatcher['output']>[0]): void {
    if (test === undefined) return;
    const root = rootOf(test);
    if (!this.#isLinked({ name: root, suite })) return;
    const key = keyOf({ suite, name: root });
    const held = this.#output.get(key) ?? { lines: [], rest: '', fenced: false };
    if (!this.#output.has(key) && this.#output.size < TESTS) this.#output.set(key, held);
    const lines = `${held.rest}${text}`.split('\n');
    held.rest = (lines.pop() ?? '').slice(0, WIDTH);
    for (const line of lines) {
      // Reports of the race detector are read elsewhere: here they would hide what the test itself says.
      if (FENCE.test(line)) held.fenced = !held.fenced;
      else if (!held.fenced && held.lines.length < LINES && !MARK.test(line) && line.trim() !== '') held.lines.push(line.slice(0, WIDTH));
    }
  }

  result(result: CaseResult, source: string): void {
    if (!this.#isLinked(result)) return;
    // A subtest speaks through the test that it belongs to, unless the claims file names it itself.
    if (result.name.includes('/') && !this.#isListed(result)) return;
    const key = keyOf(result);
    const known = this.#tests.get(key);
    if (known === undefined && this.#tests.size >= TESTS) {
      this.#omitted += 1;
      return;
    }
    const printed = this.#take(key, result);
    if (known !== undefined) {
      known.attempts.push(...(result.earlier ?? []), result.status);
      if (printed.length > 0) known.output = printed;
      if (result.message !== undefined) known.message = this.#text(result.message);
      return;
    }
    this.#tests.set(key, this.#linked(result, source, printed));
  }

  finish(): { readonly tests: LinkedTest[]; readonly omitted: number } {
    return { tests: [...this.#tests.values()], omitted: this.#omitted };
  }

  #linked(result: CaseResult, source: string, output: string[]): Building {
    const { suite, class: owner, name, file, parameters, location, message, earlier, status } = result;
    return {
      name,
      ...(suite === undefined ? {} : { suite }),
      ...(owner === undefined ? {} : { class: owner }),
      ...(file === undefined ? {} : { file }),
      ...(parameters === undefined ? {} : { parameters }),
      ...(location === undefined ? {} : { location }),
      ...(message === undefined ? {} : { message: this.#text(message) }),
      attempts: [...(earlier ?? []), status],
      output,
      source,
    };
  }

  #take(key: string, { detail }: CaseResult): string[] {
    const held = this.#output.get(key);
    this.#output.delete(key);
    const lines = held === undefined ? (detail ?? '').split('\n').slice(0, LINES) : [...held.lines, held.rest];
    return lines.filter((line) => line.trim() !== '' && !MARK.test(line)).map((line) => this.#text(line.trim()));
  }

  #isLinked({ name, class: owner, suite }: Pick<CaseIdentity, 'name' | 'class' | 'suite'>): boolean {
    const { ledger } = this.#options;
    return issueOf(name, ledger?.issues ?? ISSUE_PATTERN) !== undefined || this.#isListed({ name, class: owner, suite });
  }

  #isListed(test: Pick<CaseIdentity, 'name' | 'class' | 'suite'>): boolean {
    const { ledger } = this.#options;
    return ledger?.claims.some(({ tests }) => tests.some(({ pattern }) => isTestOf(pattern, test, ledger.issues))) ?? false;
  }

  #text(text: string): string {
    return this.#options.redact(text.slice(0, 4 * WIDTH)).slice(0, WIDTH);
  }
}

const FENCE = /^={18}$/;
/** Marks of runners around what the tests themselves print. */
const MARK = /^\s*(?:=== (?:RUN|PAUSE|CONT|NAME)\b|--- (?:PASS|FAIL|SKIP): )/;

function rootOf(name: string): string {
  return name.split('/', 1)[0] ?? name;
}

function keyOf({ suite = '', class: owner = '', name, file = '', parameters = '' }: CaseIdentity): string {
  return [suite, owner, name, file, parameters].join('\0');
}
