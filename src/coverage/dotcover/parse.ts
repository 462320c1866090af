import type { CoverageEvent } from '../contract.ts';
import { copied, count, RecordBuilder } from '../record-builder.ts';
import type { Attributes, XmlReport } from '../xml-report.ts';

type Emit = (event: CoverageEvent) => void;

/** Lines of one statement; none is longer. */
const LONGEST = 100_000;

/** A line ran when a statement on it did. Functions are methods with statements; dotCover knows no branches. */
export class DotCoverReport implements XmlReport {
  readonly #emit: Emit;
  readonly #paths = new Map<string, string>();
  readonly #files = new Map<string, RecordBuilder>();
  readonly #around: string[] = [];
  #method: { readonly name: string; readonly covered: boolean; file: string | undefined } | undefined;
  #statements = 0;
  #covered = 0;
  #total = 0;
  #wrong: string | undefined;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  open(name: string, attributes: Attributes): boolean {
    const { Name: own = '', CoveredStatements: covered } = attributes;
    if (name === 'Root') this.#total = count(attributes['TotalStatements']) ?? 0;
    else if (name === 'File') this.#paths.set(copied(attributes['Index'] ?? ''), copied(own));
    else if (name === 'Method')
      this.#method = { name: copied([...this.#around, own].join('.')), covered: Number(covered) > 0, file: undefined };
    else if (name === 'Statement') this.#statement(attributes);
    if (AROUND.has(name)) this.#around.push(own);
    return false;
  }

  close(name: string): void {
    if (AROUND.has(name)) this.#around.pop();
    if (name !== 'Method') return;
    const method = this.#method;
    this.#method = undefined;
    if (method?.file !== undefined) this.#fileOf(method.file)?.function(method.name, method.covered);
  }

  end(whole: boolean): string | undefined {
    for (const builder of this.#files.values()) this.#emit({ type: 'file', record: builder.record() });
    if (this.#wrong !== undefined || !whole) return this.#wrong;
    if (this.#statements === 0 && this.#total > 0) return 'the report names no lines: write it with --report-type DetailedXML';
    const share = ((100 * this.#covered) / this.#statements).toFixed(1);
    if (this.#statements > 0)
      this.#emit({ type: 'note', message: `dotCover counts statements: ${this.#covered} of ${this.#statements} (${share} %)` });
    return undefined;
  }

  #statement({ FileIndex: index, Line: from, EndLine: to, Covered: covered }: Attributes): void {
    const [start, end] = [Number(from), Number(to ?? from)];
    const file = index === undefined ? undefined : this.#fileOf(index);
    const said = covered === 'True' || covered === 'False';
    if (file === undefined || !said || !(end >= start) || end - start > LONGEST) {
      this.#wrong ??= `${this.#method?.name ?? ''}: a statement without file, lines or coverage`;
      return;
    }
    this.#statements += 1;
    if (covered === 'True') this.#covered += 1;
    for (let line = start; line <= end; line += 1)
      if (!file.lines.raise(line, covered === 'True' ? 1 : 0)) this.#wrong ??= `${this.#method?.name ?? ''}: ${line} is no line`;
    if (this.#method !== undefined) this.#method.file ??= index;
  }

  #fileOf(index: string): RecordBuilder | undefined {
    const path = this.#paths.get(index);
    if (path === undefined || path === '') return undefined;
    let file = this.#files.get(path);
    if (file === undefined) {
      file = new RecordBuilder(path);
      this.#files.set(path, file);
    }
    return file;
  }
}

const AROUND: ReadonlySet<string> = new Set(['Assembly', 'Namespace', 'Type']);
