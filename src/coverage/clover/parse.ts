import type { Ratio } from '../../model/coverage.ts';
import type { CoverageEvent } from '../contract.ts';
import { count, ratio, RecordBuilder } from '../record-builder.ts';
import type { Attributes, XmlReport } from '../xml-report.ts';

type Emit = (event: CoverageEvent) => void;

interface SourceFile {
  readonly builder: RecordBuilder;
  /** Hits of the lines on which a method begins. */
  readonly methods: { readonly line: number; readonly hits: number }[];
  statements: number;
  metrics: Attributes | undefined;
}

/**
 * Lines are those of statements and conditions (`type="stmt"`, `type="cond"`); where a method begins is a line only when
 * PHPUnit put its one statement there. A condition ran when either of its outcomes was seen.
 *
 * Branches are the `conditionals` of the file's metrics: writers disagree on what `truecount` and `falsecount` mean
 * (OpenClover: how often each outcome was taken; istanbul: how many branches ran and how many did not).
 *
 * Functions are the `type="method"` lines; one that was entered is covered. PHPUnit itself prints fewer: its methods are
 * covered when every one of their lines ran. istanbul lists no methods, so its metrics count.
 *
 * Code of tests (OpenClover's `testproject`) is not what tests cover.
 */
export class CloverReport implements XmlReport {
  readonly #emit: Emit;
  readonly #around: string[] = [];
  #file: SourceFile | undefined;
  #tests = 0;
  #sum = 0;
  #project: Attributes | undefined;
  #files = 0;
  #wrong: string | undefined;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  open(name: string, attributes: Attributes): undefined {
    const parent = this.#around.at(-1);
    this.#around.push(name);
    if (name === 'file') this.#open(attributes);
    else if (name === 'line' && this.#file !== undefined) this.#line(this.#file, attributes);
    else if (name === 'metrics' && parent === 'file' && this.#file !== undefined) this.#file.metrics = { ...attributes };
    else if (name === 'metrics' && parent === 'project') this.#project = { ...attributes };
  }

  close(name: string): void {
    this.#around.pop();
    if (name === 'file') this.#tell();
  }

  end(whole: boolean): string | undefined {
    const stated = count(this.#project?.['statements']);
    if (whole && stated !== undefined && stated !== this.#sum)
      this.#emit({ type: 'note', message: `the project says ${stated} statements, its files say ${this.#sum}` });
    if (whole && this.#files === 0) this.#totals();
    if (this.#tests > 0) this.#emit({ type: 'note', message: `${this.#tests} files of tests are not counted` });
    return this.#wrong;
  }

  /** No file is named: all that is known is what the project says of itself. */
  #totals(): void {
    const of = (part: string): Ratio | undefined => ratio(this.#project?.[`covered${part}`], this.#project?.[part]);
    const lines = of('statements');
    if (lines === undefined || lines.total === 0) return;
    this.#emit({ type: 'totals', totals: { lines, branches: of('conditionals'), functions: of('methods') } });
  }

  #open(attributes: Attributes): void {
    this.#files += 1;
    if (this.#around.includes('testproject')) {
      this.#tests += 1;
      return;
    }
    const path = attributes['path'] ?? attributes['name'] ?? '';
    if (path === '') this.#wrong ??= 'a file without a name';
    this.#file = { builder: new RecordBuilder(path), methods: [], statements: 0, metrics: undefined };
  }

  #line(file: SourceFile, attributes: Attributes): void {
    const number = Number(attributes['num']);
    const taken = (count(attributes['truecount']) ?? 0) + (count(attributes['falsecount']) ?? 0);
    const outcomes = attributes['truecount'] === undefined ? undefined : taken;
    const hits = count(attributes['count']) ?? outcomes;
    if (hits === undefined) {
      this.#wrong ??= `${file.builder.path}: line ${attributes['num'] ?? ''} has no count`;
      return;
    }
    if (attributes['type'] === 'method') {
      file.methods.push({ line: number, hits });
      file.builder.function(`${attributes['name'] ?? attributes['signature'] ?? ''}:${attributes['num'] ?? ''}`, hits > 0);
      return;
    }
    if (attributes['type'] === 'stmt') file.statements += 1;
    if (!file.builder.lines.raise(number, hits)) this.#wrong ??= `${file.builder.path}: line ${attributes['num'] ?? ''} is no line number`;
  }

  #tell(): void {
    const file = this.#file;
    this.#file = undefined;
    if (file === undefined) return;
    const { builder, methods, metrics = {} } = file;
    const statements = count(metrics['statements']) ?? 0;
    this.#sum += statements;
    // PHPUnit writes a line only once: the method's, where its one statement stands on the same line.
    if (methods.length > 0 && statements - file.statements === methods.length) {
      for (const { line, hits } of methods) builder.lines.raise(line, hits);
    }
    if (builder.lines.size === 0) builder.totals = ratio(metrics['coveredstatements'], statements);
    builder.stated({
      branches: ratio(metrics['coveredconditionals'], metrics['conditionals']),
      functions: ratio(metrics['coveredmethods'], metrics['methods']),
    });
    this.#emit({ type: 'file', record: builder.record() });
  }
}
