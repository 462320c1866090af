import { LineHits } from '../../lib/lines-hits.ts';
import { readXml } from '../../lib/xml.ts';
import { LIMITS } from '../../model/limits.ts';
import type { CoverageEvent } from '../contract.ts';

type Emit = (event: CoverageEvent) => void;
type Attributes = Readonly<Record<string, string>>;

/** Reads Cobertura XML: classes of one file are merged, lines listed again under a method are the same lines. */
export async function parseCobertura(text: AsyncIterable<string>, emit: Emit): Promise<void> {
  const report = new Report(emit);
  const { trouble, tolerated } = await readXml(
    text,
    { open: (name, attributes) => report.open(name, attributes), close: (name, content) => report.close(name, content) },
    { depth: LIMITS.depth, text: LIMITS.caseText },
  );
  report.end(trouble !== undefined);
  if (tolerated > 0) emit({ type: 'note', message: `${tolerated} characters that XML forbids were let through` });
  if (trouble !== undefined) emit({ type: 'gap', ...trouble });
}

interface SourceFile {
  readonly hits: LineHits;
  branches: { covered: number; total: number };
  functions: { covered: number; total: number };
}

interface Class {
  readonly file: string;
  /** Lines of the class itself. */
  readonly own: Map<number, CoverageLine>;
  /** Lines told under its methods, for producers that list them only there. */
  readonly methods: Map<number, CoverageLine>;
  functions: { covered: number; total: number };
}

interface CoverageLine {
  hits: number;
  branches: { covered: number; total: number } | undefined;
}

class Report {
  readonly #emit: Emit;
  readonly #files = new Map<string, SourceFile>();
  #class: Class | undefined;
  #inMethod = false;
  #methodCovered = false;
  #wrong: string | undefined;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  open(name: string, attributes: Attributes): boolean {
    if (name === 'class')
      this.#class = { file: attributes['filename'] ?? '', own: new Map(), methods: new Map(), functions: { covered: 0, total: 0 } };
    else if (name === 'method') {
      this.#inMethod = true;
      this.#methodCovered = Number(attributes['hits'] ?? attributes['line-rate'] ?? 0) > 0;
    } else if (name === 'line') this.#line(attributes);
    return name === 'source';
  }

  close(name: string, text: string): void {
    if (name === 'source' && text.trim() !== '') this.#emit({ type: 'root', path: text.trim() });
    else if (name === 'method') this.#closeMethod();
    else if (name === 'class') this.#closeClass();
  }

  /** Tells all files; of a truncated report, those whose classes were complete. */
  end(broken: boolean): void {
    if (this.#wrong !== undefined) this.#emit({ type: 'gap', reason: 'malformed', message: this.#wrong });
    for (const [path, { hits, branches, functions }] of this.#files) {
      this.#emit({
        type: 'file',
        record: { path, lines: hits.toMap(), ...(branches.total > 0 && { branches }), ...(functions.total > 0 && { functions }) },
      });
    }
    if (!broken && this.#class !== undefined) this.#emit({ type: 'gap', reason: 'malformed', message: 'a class was not closed' });
  }

  #line(attributes: Attributes): void {
    const open = this.#class;
    if (open === undefined) return;
    const [number, hits] = [Number(attributes['number']), Number(attributes['hits'] ?? Number.NaN)];
    if (!Number.isInteger(number) || Number.isNaN(hits)) {
      this.#wrong ??= `${open.file}: a line without number or hits`;
      return;
    }
    if (this.#inMethod && hits > 0) this.#methodCovered = true;
    const lines = this.#inMethod ? open.methods : open.own;
    const branches = conditions(attributes);
    const before = lines.get(number);
    lines.set(
      number,
      before === undefined ? { hits, branches } : { hits: Math.max(before.hits, hits), branches: better(before.branches, branches) },
    );
  }

  #closeMethod(): void {
    this.#inMethod = false;
    if (this.#class === undefined) return;
    this.#class.functions.total += 1;
    if (this.#methodCovered) this.#class.functions.covered += 1;
  }

  #closeClass(): void {
    const open = this.#class;
    this.#class = undefined;
    if (open === undefined) return;
    if (open.file === '') {
      this.#wrong ??= 'a class without a file name';
      return;
    }
    const file = this.#file(open.file);
    for (const [number, { hits, branches }] of open.own.size > 0 ? open.own : open.methods) {
      if (!file.hits.add(number, hits)) this.#wrong ??= `${open.file}: line ${number} is no line number`;
      if (branches !== undefined) file.branches = sum(file.branches, branches);
    }
    file.functions = sum(file.functions, open.functions);
  }

  #file(path: string): SourceFile {
    let file = this.#files.get(path);
    if (file === undefined) {
      file = { hits: new LineHits(), branches: { covered: 0, total: 0 }, functions: { covered: 0, total: 0 } };
      this.#files.set(path, file);
    }
    return file;
  }
}

/** `condition-coverage="50% (1/2)"`. */
function conditions(attributes: Attributes): { covered: number; total: number } | undefined {
  if (attributes['branch']?.toLowerCase() !== 'true') return undefined;
  const match = /\((\d{1,9})\/(\d{1,9})\)/.exec(attributes['condition-coverage'] ?? '');
  return match === null ? undefined : { covered: Number(match[1]), total: Number(match[2]) };
}

function better(a: CoverageLine['branches'], b: CoverageLine['branches']): CoverageLine['branches'] {
  if (a === undefined || b === undefined) return a ?? b;
  return { covered: Math.max(a.covered, b.covered), total: Math.max(a.total, b.total) };
}

function sum(a: { covered: number; total: number }, b: { covered: number; total: number }): { covered: number; total: number } {
  return { covered: a.covered + b.covered, total: a.total + b.total };
}
