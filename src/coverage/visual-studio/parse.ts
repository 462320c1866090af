import { LineHits } from '../../lib/lines-hits.ts';
import type { CoverageEvent } from '../contract.ts';
import { copied, RecordBuilder } from '../record-builder.ts';
import type { Attributes, XmlReport } from '../xml-report.ts';

type Emit = (event: CoverageEvent) => void;

/** Lines of one range; no statement is longer. */
const LONGEST = 100_000;

interface Method {
  readonly name: string;
  readonly covered: boolean;
  source: string | undefined;
}

/** What a module says of one of its files, whose path it tells last. */
interface SourceFile {
  readonly lines: LineHits;
  readonly functions: Map<string, boolean>;
}

/**
 * A line ran when one of its ranges did, in whole or in part: Visual Studio's own `line_coverage` leaves lines that ran
 * in part out. Files are named by number, module by module, behind the functions in them. There are no branches.
 */
export class VisualStudioReport implements XmlReport {
  readonly #emit: Emit;
  #files = new Map<string, SourceFile>();
  #paths = new Map<string, string>();
  #method: Method | undefined;
  #skipped = 0;
  #wrong: string | undefined;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  open(name: string, attributes: Attributes): boolean {
    if (name === 'function') {
      const { namespace = '', type_name: type = '', name: own = '', blocks_covered: blocks } = attributes;
      this.#method = { name: copied([namespace, type, own].join('.')), covered: Number(blocks) > 0, source: undefined };
    } else if (name === 'range') this.#range(attributes);
    else if (name === 'source_file') this.#paths.set(copied(attributes['id'] ?? ''), copied(attributes['path'] ?? ''));
    else if (name === 'skipped_module') this.#skipped += 1;
    return false;
  }

  close(name: string): void {
    if (name === 'function') this.#closeMethod();
    else if (name === 'module') this.#tell();
  }

  end(): string | undefined {
    this.#tell();
    if (this.#skipped > 0) this.#emit({ type: 'note', message: `${this.#skipped} modules were not measured` });
    return this.#wrong;
  }

  #range({ source_id: source, start_line: from, end_line: to, covered }: Attributes): void {
    const [start, end] = [Number(from), Number(to ?? from)];
    const said = covered === 'yes' || covered === 'no' || covered === 'partial';
    if (source === undefined || !said || !(end >= start) || end - start > LONGEST) {
      this.#wrong ??= `${this.#method?.name ?? ''}: a range without file, lines or coverage`;
      return;
    }
    const { lines } = this.#file(source);
    for (let line = start; line <= end; line += 1)
      if (!lines.raise(line, covered === 'no' ? 0 : 1)) this.#wrong ??= `${this.#method?.name ?? ''}: ${line} is no line`;
    if (this.#method !== undefined) this.#method.source ??= source;
  }

  #closeMethod(): void {
    const method = this.#method;
    this.#method = undefined;
    if (method?.source === undefined) return;
    const { functions } = this.#file(method.source);
    functions.set(method.name, method.covered || functions.get(method.name) === true);
  }

  #file(source: string): SourceFile {
    let file = this.#files.get(source);
    if (file === undefined) {
      file = { lines: new LineHits(), functions: new Map() };
      this.#files.set(copied(source), file);
    }
    return file;
  }

  #tell(): void {
    for (const [source, { lines, functions }] of this.#files) {
      const path = this.#paths.get(source);
      if (path === undefined || path === '') {
        this.#wrong ??= `no source file has the id ${source.slice(0, 100)}`;
        continue;
      }
      const builder = new RecordBuilder(path, { lines });
      for (const [name, covered] of functions) builder.function(name, covered);
      this.#emit({ type: 'file', record: builder.record() });
    }
    this.#files = new Map();
    this.#paths = new Map();
  }
}
