import type { z } from 'zod';

import { jsonPathText, readJson, type JsonHandler, type JsonKind, type JsonPath } from '../../lib/json-stream.ts';
import { JSON_LIMITS } from '../../model/limits.ts';
import type { CaseResult } from '../../model/tests.ts';
import type { ResultEvent } from '../contract.ts';
import { Failure, fullText, headlineOf, resultsOf, Spec, type Outcome } from './spec.ts';

type Emit = (event: ResultEvent) => void;

/** Reads what playwright's `json` reporter writes, one spec at a time. */
export async function parsePlaywright(text: AsyncIterable<string>, emit: Emit): Promise<void> {
  const report = new PlaywrightReport(emit);
  const { trouble } = await readJson(text, report, JSON_LIMITS);
  if (trouble === undefined) report.checkStats();
  else emit({ type: 'gap', ...trouble });
}

/** A suite that was entered. */
interface Suite {
  title: string | undefined;
  file: string | undefined;
  /** Specs that came before the title of their suite, as they do where keys are sorted. */
  readonly held: Held[];
}

interface Held {
  readonly spec: Spec;
  /** Titles between the suite that holds it and the spec. */
  readonly titles: readonly string[];
}

class PlaywrightReport implements JsonHandler {
  readonly #emit: Emit;
  readonly #suites: Suite[] = [];
  readonly #outcomes: Record<Outcome, number> = { expected: 0, unexpected: 0, flaky: 0, skipped: 0 };
  readonly #stats: Partial<Record<string, number>> = {};
  #rootDir = '';
  #configFile = '';

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  begin(path: JsonPath, kind: JsonKind): 'enter' | 'want' | 'skip' {
    const [first, second] = path;
    const last = path.at(-1);
    if (first === 'suites') return this.#beginInSuite(path, last, kind);
    if (path.length <= 1) return first === undefined || first === 'config' || first === 'stats' || first === 'errors' ? 'enter' : 'skip';
    if (first === 'config') return second === 'rootDir' || second === 'configFile' ? 'want' : 'skip';
    return 'want';
  }

  value(path: JsonPath, value: unknown): void {
    const [first] = path;
    const last = path.at(-1);
    if (first === 'suites') this.#valueInSuite(path, last, value);
    else if (first === 'errors') this.#error(value);
    else if (first === 'stats' && typeof value === 'number') this.#stats[String(last)] = value;
    else if (last === 'rootDir' && typeof value === 'string') this.#rootDir = slashed(value);
    else if (last === 'configFile' && typeof value === 'string') this.#configFile = slashed(value);
  }

  end(path: JsonPath): void {
    if (path[0] !== 'suites' || typeof path.at(-1) !== 'number') return;
    const suite = this.#suites.pop();
    for (const { spec, titles } of suite?.held ?? []) this.#take({ spec, titles: [this.#titleOf(suite, spec), ...titles] });
  }

  /** Playwright's own numbers against what the attempts say. */
  checkStats(): void {
    const { expected, unexpected, flaky, skipped } = this.#stats;
    const own = this.#outcomes;
    if (expected === undefined || unexpected === undefined || skipped === undefined) return;
    const declare = (what: 'tests' | 'failed' | 'skipped', declared: number, counted: number): void =>
      this.#emit({ type: 'declared', scope: 'stats', what, declared, counted });
    declare('tests', expected + unexpected + skipped + (flaky ?? 0), own.expected + own.unexpected + own.flaky + own.skipped);
    declare('failed', unexpected, own.unexpected);
    declare('skipped', skipped, own.skipped);
  }

  /** `suites[0].suites[1].specs[2]`: suites and lists of them are entered, specs are wanted. */
  #beginInSuite(path: JsonPath, last: string | number | undefined, kind: JsonKind): 'enter' | 'want' | 'skip' {
    const list = path.at(-2);
    if (typeof last === 'number') {
      if (list === 'specs') return 'want';
      if (kind !== 'object') return 'skip';
      this.#suites.push({ title: undefined, file: undefined, held: [] });
      return 'enter';
    }
    if (last === 'suites' || last === 'specs') return 'enter';
    return last === 'title' || last === 'file' ? 'want' : 'skip';
  }

  #valueInSuite(path: JsonPath, last: string | number | undefined, value: unknown): void {
    const suite = this.#suites.at(-1);
    if (suite !== undefined && (last === 'title' || last === 'file')) suite[last] = typeof value === 'string' ? value : '';
    if (typeof last !== 'number') return;
    const spec = Spec.safeParse(value);
    if (!spec.success) this.#malformed(path, spec.error);
    else this.#take({ spec: spec.data, titles: [] });
  }

  #take(held: Held): void {
    const suite = this.#suites.at(-1);
    if (suite !== undefined && suite.title === undefined) suite.held.push(held);
    else this.#spec(held);
  }

  #spec({ spec, titles }: Held): void {
    const file = spec.file ?? this.#suites.findLast((suite) => suite.file)?.file ?? '';
    const all = [...this.#suites.map((suite) => this.#titleOf(suite, spec)), ...titles];
    const suite = all.filter((title) => title !== '').join(' › ');
    for (const { result, outcome } of resultsOf(spec, { suite, file: this.#fromConfig(file), local: (path) => this.#local(path) })) {
      this.#outcomes[outcome] += 1;
      this.#emit({ type: 'case', result, sibling: true });
    }
  }

  /** The outermost suite is the file itself, and no `describe`. */
  #titleOf(suite: Suite | undefined, spec: Spec): string {
    const title = suite?.title ?? '';
    return title === suite?.file || title === spec.file ? '' : title;
  }

  /** Errors outside of all tests: a configuration, a global set-up or a file that cannot be loaded. */
  #error(value: unknown): void {
    const { data: failure } = Failure.safeParse(value);
    const message = headlineOf(failure);
    if (/^(?:Error: )?No tests found\b/.test(message)) {
      this.#emit({ type: 'gap', reason: 'zero-tests', message });
      return;
    }
    const at = failure?.location;
    const result: CaseResult = {
      name: at ? this.#local(at.file) : 'playwright',
      ...(at ? { file: this.#local(at.file), location: { path: this.#local(at.file), ...(at.line > 0 ? { line: at.line } : {}) } } : {}),
      status: 'error',
      message,
      ...(failure === undefined ? {} : { detail: fullText(failure) }),
    };
    this.#emit({ type: 'case', result, sibling: true });
  }

  /** Files are named from `rootDir`, which is where the tests lie; the repository knows them from where the configuration lies. */
  #fromConfig(file: string): string {
    const folder = this.#configFile.slice(0, Math.max(0, this.#configFile.lastIndexOf('/')));
    const path = slashed(file);
    if (folder === '' || file === '' || !this.#rootDir.startsWith(`${folder}/`) || path.startsWith('/')) return path;
    return `${this.#rootDir.slice(folder.length + 1)}/${path}`;
  }

  #local(path: string): string {
    const folder = this.#configFile.slice(0, this.#configFile.lastIndexOf('/') + 1) || `${this.#rootDir}/`;
    const plain = slashed(path);
    return folder.length > 1 && plain.startsWith(folder) ? plain.slice(folder.length) : plain;
  }

  #malformed(path: JsonPath, { issues: [issue] }: z.ZodError): void {
    const where = jsonPathText([...path, ...(issue?.path ?? []).map(String)]);
    this.#emit({ type: 'gap', reason: 'malformed', message: `${where}: ${issue?.message ?? 'not a result of playwright'}` });
  }
}

function slashed(path: string): string {
  return path.replaceAll('\\', '/');
}
