import type { z } from 'zod';

import { jsonPathText, readJson, wanting, type JsonPath } from '../../lib/json-stream.ts';
import { JSON_LIMITS } from '../../model/limits.ts';
import type { ResultEvent } from '../contract.ts';
import { AwesomeSuite, eachAwesome } from './mochawesome.ts';
import { MochaTally } from './tally.ts';
import { failureOf, MochaTest, toResult } from './test.ts';

type Emit = (event: ResultEvent) => void;

/** What of a mochawesome suite at the top is read piece by piece: merged reports hold one for each file. */
const PARTS = ['title', 'file', 'fullFile', 'beforeHooks', 'tests', 'afterHooks', 'suites.*'];

/** Tests that are remembered to be found again in another list. */
const REMEMBERED = 10_000;

/** Reads what mocha's `json` reporter and mochawesome write; both begin with `stats`. */
export async function parseMochaDocument(text: AsyncIterable<string>, emit: Emit): Promise<void> {
  const report = new MochaDocument(emit);
  const roots = ['results.*', 'suites'].flatMap((root) => PARTS.map((part) => `${root}.${part}`));
  const { trouble } = await readJson(
    text,
    {
      begin: wanting('stats', 'passes.*', 'failures.*', 'pending.*', ...roots),
      value: (path, value) => report.value(path, value),
    },
    JSON_LIMITS,
  );
  if (trouble === undefined) report.end();
  else emit({ type: 'gap', ...trouble });
}

class MochaDocument {
  readonly #emit: Emit;
  readonly #tally: MochaTally;
  /** Failures by title: a test that passed, and whose callback was called again, stands in `passes` too. */
  readonly #failed = new Set<string>();
  readonly #passedWithError: MochaTest[] = [];
  #root = { title: '', file: '' };

  constructor(emit: Emit) {
    this.#emit = emit;
    this.#tally = new MochaTally(emit);
  }

  value(path: JsonPath, value: unknown): void {
    const [list] = path;
    if (list === 'stats') this.#tally.stats(value);
    else if (list === 'results' || list === 'suites') this.#awesome(path, value);
    else this.#test(path, value);
  }

  end(): void {
    for (const test of this.#passedWithError) {
      if (!this.#failed.has(keyOf(test))) this.#tally.add(toResult(test, 'failed'));
    }
    this.#tally.check();
  }

  #test(path: JsonPath, value: unknown): void {
    const [list] = path;
    const { data: test, error } = MochaTest.safeParse(value);
    if (test === undefined) return this.#malformed(path, error);
    if (list === 'failures' && this.#failed.size < REMEMBERED) this.#failed.add(keyOf(test));
    if (list === 'passes' && failureOf(test) !== undefined) this.#passWithError(test);
    else this.#tally.add(toResult(test, list === 'failures' ? 'failed' : list === 'pending' ? 'skipped' : 'passed'));
  }

  #passWithError(test: MochaTest): void {
    if (this.#passedWithError.length < REMEMBERED) this.#passedWithError.push(test);
    else this.#tally.add(toResult(test, 'failed'));
  }

  /** A part of a suite at the top: `results[0].tests`, `results[0].suites[3]`. */
  #awesome(path: JsonPath, value: unknown): void {
    const part = path.findLast((step) => typeof step === 'string') ?? '';
    if (part === 'title') this.#root.title = String(value);
    else if (part === 'file' || part === 'fullFile') this.#root.file = (typeof value === 'string' && value) || this.#root.file;
    else {
      const suite = AwesomeSuite.safeParse(part === 'suites' ? value : { [part]: value });
      if (!suite.success) return this.#malformed(path, suite.error);
      const around = part === 'suites' ? this.#root : { title: '', file: this.#root.file };
      eachAwesome({ title: '', ...suite.data }, around, (result) => this.#tally.add(result));
    }
  }

  #malformed(path: JsonPath, error: z.ZodError | undefined): void {
    const issue = error?.issues[0];
    const where = jsonPathText([...path, ...(issue?.path ?? []).map(String)]);
    this.#emit({ type: 'gap', reason: 'malformed', message: `${where}: ${issue?.message ?? 'not a result of mocha'}` });
  }
}

function keyOf({ title, fullTitle, file }: MochaTest): string {
  return `${file ?? ''}\0${fullTitle ?? title}`.slice(0, 1_000);
}
