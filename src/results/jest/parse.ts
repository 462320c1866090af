import type { z } from 'zod';

import { jsonPathText, readJson, wanting, type JsonPath } from '../../lib/json-stream.ts';
import { JSON_LIMITS } from '../../model/limits.ts';
import type { CaseStatus } from '../../model/tests.ts';
import type { ResultEvent } from '../contract.ts';
import { failedOutsideTests, fileError, Test, TestFile, toResult } from './file.ts';

type Emit = (event: ResultEvent) => void;

/** What the report says about the run as a whole. */
const FACTS = [
  'success',
  'wasInterrupted',
  'numTotalTests',
  'numFailedTests',
  'numPendingTests',
  'numTodoTests',
  'numRuntimeErrorTestSuites',
];

/** Reads what `jest --json` and vitest's `json` reporter write, one test file at a time. */
export async function parseJest(text: AsyncIterable<string>, emit: Emit): Promise<void> {
  const run = new JestRun(emit);
  const { trouble } = await readJson(
    text,
    {
      begin: wanting('testResults.*', ...FACTS),
      value: (path, value) => (path[0] === 'testResults' ? run.file(path, value) : run.fact(String(path[0]), value)),
    },
    JSON_LIMITS,
  );
  run.end(trouble === undefined);
  if (trouble !== undefined) emit({ type: 'gap', ...trouble });
}

class JestRun {
  readonly #emit: Emit;
  readonly #facts: Record<string, unknown> = {};
  readonly #counted: Record<CaseStatus, number> = { passed: 0, failed: 0, error: 0, skipped: 0 };
  #fileErrors = 0;
  /** vitest before 2.0 begins all titles with an empty one, and counts what was skipped among what passed. */
  #emptyTitles = false;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  fact(name: string, value: unknown): void {
    this.#facts[name] = value;
  }

  file(path: JsonPath, value: unknown): void {
    const parsed = TestFile.safeParse(value);
    if (!parsed.success) return this.#malformed(path, parsed.error);
    const file = parsed.data;
    const name = file.name ?? file.testFilePath ?? '';
    let failed = 0;
    const untitled: string[] = [];
    for (const [index, raw] of (file.assertionResults ?? file.testResults ?? []).entries()) {
      const test = Test.safeParse(raw);
      if (!test.success) {
        this.#malformed([...path, 'assertionResults', index], test.error);
        continue;
      }
      if (typeof test.data.title !== 'string') {
        untitled.push(...(test.data.failureMessages ?? ['']));
        continue;
      }
      this.#emptyTitles ||= test.data.ancestorTitles?.[0] === '';
      const result = toResult(test.data, name);
      this.#counted[result.status] += 1;
      if (result.status === 'failed' || result.status === 'error') failed += 1;
      this.#emit({ type: 'case', result, sibling: true });
    }
    if (untitled.length === 0 && !failedOutsideTests(file, failed)) return;
    this.#fileErrors += 1;
    this.#emit({ type: 'case', result: fileError(file, name, untitled) });
  }

  end(complete: boolean): void {
    const { passed, failed, error, skipped } = this.#counted;
    if (this.#facts['wasInterrupted'] === true)
      this.#emit({ type: 'gap', reason: 'interrupted', message: 'the run was interrupted before all of its tests had run' });
    if (!complete) return;
    if (this.#facts['success'] === false && failed + error + this.#fileErrors === 0 && passed + skipped > 0)
      this.#emit({
        type: 'case',
        result: { name: 'the run', status: 'error', message: 'the report says that the run failed, and names no test that did' },
      });
    const [pending, todo] = [this.#number('numPendingTests'), this.#number('numTodoTests') ?? 0];
    this.#declare('tests', this.#number('numTotalTests'), passed + failed + error + skipped);
    this.#declare('failed', this.#number('numFailedTests'), failed);
    this.#declare('errors', this.#number('numRuntimeErrorTestSuites'), this.#fileErrors);
    if (pending !== undefined && !this.#emptyTitles) this.#declare('skipped', pending + todo, skipped);
  }

  #number(name: string): number | undefined {
    const value = this.#facts[name];
    return typeof value === 'number' ? value : undefined;
  }

  #declare(what: 'tests' | 'failed' | 'errors' | 'skipped', declared: number | undefined, counted: number): void {
    if (declared !== undefined) this.#emit({ type: 'declared', scope: 'the run', what, declared, counted });
  }

  #malformed(path: JsonPath, { issues: [issue] }: z.ZodError): void {
    const where = jsonPathText([...path, ...(issue?.path ?? []).map(String)]);
    this.#emit({ type: 'gap', reason: 'malformed', message: `${where}: ${issue?.message ?? 'not a result of jest'}` });
  }
}
