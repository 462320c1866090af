import type { CoverageEvent } from '../contract.ts';
import { LineHits } from '../../lib/lines-hits.ts';
import type { Ratio } from '../../model/coverage.ts';
import { count, ratio, RecordBuilder } from '../record-builder.ts';
import type { Attributes, XmlReport } from '../xml-report.ts';

type Emit = (event: CoverageEvent) => void;

interface Class {
  readonly name: string;
  readonly file: RecordBuilder | undefined;
  /** Lines of the class itself. */
  readonly own: LineHits;
  /**
   * Lines told under its methods: the same lines again, the lines where functions begin (istanbul), or the only place
   * where any are told.
   */
  readonly methods: LineHits;
}

/**
 * Lines that a class lists again under its methods are the same lines. Classes of one file (partial and nested classes, closures) are merged
 * line by line; of a line that several of them list, hits add up and the better conditions count.
 */
export class CoberturaReport implements XmlReport {
  readonly #emit: Emit;
  readonly #files = new Map<string, RecordBuilder>();
  #class: Class | undefined;
  #method: { readonly name: string; ran: boolean } | undefined;
  #stated: { readonly covered: number; readonly total: number } | undefined;
  #branches: Ratio | undefined;
  /** The last line, where its conditions are only told one by one. */
  #at: { readonly file: RecordBuilder; readonly line: number } | undefined;
  #nowhere = 0;
  #wrong: string | undefined;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  open(name: string, attributes: Attributes): boolean {
    if (name === 'class') this.#openClass(attributes);
    else if (name === 'method') {
      // VectorCAST lists no lines of a method and says how often it was called in words of its own.
      const called = /\(\s{0,9}(\d{1,9})\s{0,9}\//.exec(attributes['function-coverage'] ?? '')?.[1];
      const ran = (count(attributes['hits'] ?? attributes['line-rate'] ?? called) ?? 0) > 0;
      this.#method = { name: `${attributes['name'] ?? ''}${attributes['signature'] ?? ''}`, ran };
    } else if (name === 'line') this.#line(attributes);
    else if (name === 'condition') this.#condition(attributes);
    else if (name === 'coverage') {
      const [covered, total] = [count(attributes['lines-covered']), count(attributes['lines-valid'])];
      if (covered !== undefined && total !== undefined) this.#stated = { covered, total };
      this.#branches = ratio(attributes['branches-covered'], attributes['branches-valid']);
    }
    return name === 'source';
  }

  close(name: string, text: string): void {
    if (name === 'source' && text.trim() !== '') this.#emit({ type: 'root', path: text.trim() });
    else if (name === 'method') this.#closeMethod();
    else if (name === 'class') this.#closeClass();
  }

  /** Tells all files; of a truncated report, those whose classes were complete. */
  end(whole: boolean): string | undefined {
    const sum = { covered: 0, total: 0 };
    for (const file of this.#files.values()) {
      file.lines.forEach((hits) => {
        sum.total += 1;
        if (hits > 0) sum.covered += 1;
      });
      this.#emit({ type: 'file', record: file.record() });
    }
    // PHPUnit counts branches and says nothing of where they are.
    if (this.#branches !== undefined && this.#branches.total > 0) this.#emit({ type: 'totals', totals: { branches: this.#branches } });
    const stated = this.#stated;
    if (whole && stated !== undefined && (stated.covered !== sum.covered || stated.total !== sum.total)) {
      const said = `the report says ${stated.covered} of ${stated.total} lines`;
      this.#emit({ type: 'note', message: `${said}, its lines are ${sum.covered} of ${sum.total}` });
    }
    if (this.#nowhere > 0)
      this.#emit({ type: 'note', message: `${this.#nowhere} lines have the number 0: they stand nowhere and do not count` });
    if (whole && this.#class !== undefined) this.#wrong ??= 'a class was not closed';
    return this.#wrong;
  }

  #openClass(attributes: Attributes): void {
    const path = attributes['filename'] ?? '';
    if (path === '') this.#wrong ??= 'a class without a file name';
    const file = path === '' ? undefined : this.#file(path);
    this.#class = { name: attributes['name'] ?? '', file, own: new LineHits(), methods: new LineHits() };
  }

  #line(attributes: Attributes): void {
    const open = this.#class;
    if (open?.file === undefined) return;
    const [number, hits] = [Number(attributes['number']), count(attributes['hits'])];
    const lines = this.#method === undefined ? open.own : open.methods;
    this.#at = undefined;
    if (number === 0 && hits !== undefined) {
      this.#nowhere += 1;
      return;
    }
    if (hits === undefined || !lines.raise(number, hits)) {
      this.#wrong ??= `${open.file.path}: a line without number or hits`;
      return;
    }
    if (this.#method !== undefined && hits > 0) this.#method.ran = true;
    const branches = conditions(attributes);
    if (branches !== undefined) open.file.branches(String(number), branches);
    else if (isBranch(attributes)) this.#at = { file: open.file, line: number };
  }

  /** A jump has two outcomes; how many a switch has is not said. */
  #condition({ number, type, coverage }: Attributes): void {
    const percent = /^\s*(\d{1,3})(?:\.\d*)?\s*%/.exec(coverage ?? '')?.[1];
    if (this.#at === undefined || type !== 'jump' || percent === undefined) return;
    const covered = Number(percent) >= 100 ? 2 : Number(percent) > 0 ? 1 : 0;
    this.#at.file.branches(`${this.#at.line}:${number ?? ''}`, { covered, total: 2 });
  }

  #closeMethod(): void {
    const method = this.#method;
    this.#method = undefined;
    if (method !== undefined) this.#class?.file?.function(`${this.#class.name}.${method.name}`, method.ran);
  }

  #closeClass(): void {
    const open = this.#class;
    this.#class = undefined;
    if (open?.file === undefined) return;
    const { own, methods, file } = open;
    (own.size > 0 ? own : methods).forEach((hits, line) => file.lines.add(line, hits));
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

function isBranch(attributes: Attributes): boolean {
  return attributes['branch']?.toLowerCase() !== 'false';
}

/** `condition-coverage="50% (1/2)"`; VectorCAST puts blanks into the brackets. */
function conditions(attributes: Attributes): Ratio | undefined {
  if (!isBranch(attributes)) return undefined;
  const match = /\(\s{0,9}(\d{1,9})\s{0,9}\/\s{0,9}(\d{1,9})\s{0,9}\)/.exec(attributes['condition-coverage'] ?? '');
  return match === null ? undefined : { covered: Number(match[1]), total: Number(match[2]) };
}
