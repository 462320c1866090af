import type { CoverageEvent } from '../contract.ts';
import { count, RecordBuilder } from '../record-builder.ts';
import type { Attributes, XmlReport } from '../xml-report.ts';

type Emit = (event: CoverageEvent) => void;

/**
 * scoverage counts statements, of which a line has many: a line ran when one of them did. Branches are the statements that
 * begin an arm, functions the methods by name. Statements between marks that leave them out are `ignored`.
 */
export class ScoverageReport implements XmlReport {
  readonly #emit: Emit;
  readonly #files = new Map<string, RecordBuilder>();
  readonly #statements = { covered: 0, total: 0 };
  #wrong: string | undefined;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  open(name: string, attributes: Attributes): undefined {
    if (name === 'statement') this.#statement(attributes);
  }

  close(): void {
    return;
  }

  end(): string | undefined {
    for (const file of this.#files.values()) this.#emit({ type: 'file', record: file.record() });
    const { covered, total } = this.#statements;
    if (total > 0) this.#emit({ type: 'note', message: `scoverage counts statements: ${covered} of ${total}` });
    return this.#wrong;
  }

  #statement(attributes: Attributes): void {
    const { source = '', line, branch, ignored, method = '', start = '' } = attributes;
    if (ignored === 'true') return;
    const [number, hits] = [Number(line), count(attributes['invocation-count'])];
    const file = source === '' ? undefined : this.#file(source);
    if (file === undefined || hits === undefined || !file.lines.raise(number, hits)) {
      this.#wrong ??= `a statement of ${method.slice(0, 200)} without source, line or count`;
      return;
    }
    this.#statements.total += 1;
    if (hits > 0) this.#statements.covered += 1;
    const owner = `${attributes['full-class-name'] ?? attributes['class'] ?? ''}.${method}`;
    if (branch === 'true') file.branch(`${owner}:${start}:${line ?? ''}`, hits > 0);
    if (method !== '' && method !== '<none>') file.function(owner, hits > 0);
  }

  #file(path: string): RecordBuilder {
    let file = this.#files.get(path);
    if (file === undefined) {
      file = new RecordBuilder(path);
      this.#files.set(file.path, file);
    }
    return file;
  }
}
