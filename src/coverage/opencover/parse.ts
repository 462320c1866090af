import { LineHits } from '../../lib/lines-hits.ts';
import type { Ratio } from '../../model/coverage.ts';
import type { CoverageEvent } from '../contract.ts';
import { copied, count, ratio, RecordBuilder } from '../record-builder.ts';
import type { Attributes, XmlReport } from '../xml-report.ts';

type Emit = (event: CoverageEvent) => void;

/** Compilers give code that stands nowhere this line number. */
const HIDDEN = 0xfe_ef_ee;
/** Lines of one sequence point; no statement is longer. */
const LONGEST = 100_000;

interface SourceFile {
  readonly builder: RecordBuilder;
  /** Lines that points reach over without starting there. */
  readonly spanned: LineHits;
}

interface Method {
  readonly name: string;
  readonly visited: boolean;
  file: string | undefined;
  points: number;
  hits: number;
}

/**
 * Sequence points cover lines from `sl` to `el`. A line on which points start has the hits of the most visited of them;
 * one that is only reached over (a call over several lines) has those of what reaches over it. coverlet writes one point
 * per line. Branches are the branch points by line and path, functions the methods that have points. Files are named by
 * number, module by module; a file that is compiled into several modules is merged by its path.
 */
export class OpenCoverReport implements XmlReport {
  readonly #emit: Emit;
  readonly #skipped = new Map<string, number>();
  #paths = new Map<string, string>();
  #files = new Map<string, SourceFile>();
  #class = '';
  #method: Method | undefined;
  #nowhere = 0;
  #modules = 0;
  #summary: Attributes | undefined;
  #wrong: string | undefined;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  open(name: string, attributes: Attributes): boolean {
    if (name === 'Summary' && this.#modules === 0) this.#summary ??= { ...attributes };
    else if (name === 'Module') this.#module(attributes);
    else if (name === 'File') this.#paths.set(attributes['uid'] ?? '', copied(attributes['fullPath'] ?? ''));
    else if (name === 'Method')
      this.#method = { name: '', visited: attributes['visited']?.toLowerCase() === 'true', file: undefined, points: 0, hits: 0 };
    else if (name === 'FileRef' && this.#method !== undefined) this.#method.file = attributes['uid'];
    else if (name === 'SequencePoint') this.#point(attributes);
    else if (name === 'BranchPoint') this.#branch(attributes);
    return name === 'FullName' || name === 'Name';
  }

  close(name: string, text: string): void {
    if (name === 'FullName' && this.#method === undefined) this.#class = text;
    else if (name === 'Name' && this.#method !== undefined) this.#method = { ...this.#method, name: text };
    else if (name === 'Method') this.#closeMethod();
    else if (name === 'Module') this.#tell();
  }

  end(whole: boolean): string | undefined {
    this.#tell();
    if (whole && this.#modules === 0) this.#totals(this.#summary ?? {});
    for (const [reason, modules] of this.#skipped)
      this.#emit({ type: 'note', message: `${modules} modules were not measured: ${reason.slice(0, 100)}` });
    if (this.#nowhere > 0)
      this.#emit({ type: 'note', message: `${this.#nowhere} sequence points stand in no file of the report and do not count` });
    return this.#wrong;
  }

  /** No module is told of: all that is known is the summary of the session. */
  #totals(summary: Attributes): void {
    const of = (part: string): Ratio | undefined => ratio(summary[`visited${part}`], summary[`num${part}`]);
    const lines = of('SequencePoints');
    if (lines === undefined || lines.total === 0) return;
    this.#emit({ type: 'totals', totals: { lines, branches: of('BranchPoints'), functions: of('Methods') } });
  }

  #module(attributes: Attributes): void {
    this.#paths = new Map();
    this.#modules += 1;
    const reason = attributes['skippedDueTo'];
    if (reason !== undefined) this.#skipped.set(reason, (this.#skipped.get(reason) ?? 0) + 1);
  }

  #point(attributes: Attributes): void {
    const method = this.#method;
    const hits = count(attributes['vc']);
    const start = Number(attributes['sl']);
    if (method === undefined || start === HIDDEN) return;
    const uid = attributes['fileid'] ?? method.file;
    if (uid === undefined || !this.#paths.has(uid)) {
      this.#nowhere += 1;
      return;
    }
    const end = Number(attributes['el'] ?? start);
    const file = this.#fileOf(uid);
    if (file === undefined || hits === undefined || !(end >= start) || end - start > LONGEST || !file.builder.lines.raise(start, hits)) {
      this.#wrong ??= `${this.#class} ${method.name}: a sequence point without file, line or count`;
      return;
    }
    for (let line = start + 1; line <= end; line += 1) file.spanned.raise(line, hits);
    method.file ??= attributes['fileid'];
    method.points += 1;
    method.hits = Math.max(method.hits, hits);
  }

  #branch(attributes: Attributes): void {
    const method = this.#method;
    const hits = count(attributes['vc']);
    if (method === undefined || hits === undefined || Number(attributes['sl']) === HIDDEN) return;
    const file = this.#fileOf(attributes['fileid'] ?? method.file);
    const key = ['sl', 'offset', 'path', 'ordinal'].map((part) => attributes[part] ?? '').join(',');
    file?.builder.branch(`${this.#class}.${method.name}:${key}`, hits > 0);
  }

  #closeMethod(): void {
    const method = this.#method;
    this.#method = undefined;
    if (method === undefined || method.points === 0) return;
    this.#fileOf(method.file)?.builder.function(`${this.#class}.${method.name}`, method.visited || method.hits > 0);
  }

  #fileOf(uid: string | undefined): SourceFile | undefined {
    const path = uid === undefined ? undefined : this.#paths.get(uid);
    if (path === undefined || path === '') return undefined;
    let file = this.#files.get(path);
    if (file === undefined) {
      file = { builder: new RecordBuilder(path), spanned: new LineHits() };
      this.#files.set(path, file);
    }
    return file;
  }

  #tell(): void {
    for (const { builder, spanned } of this.#files.values()) {
      const starts = new Set<number>();
      builder.lines.forEach((_, line) => starts.add(line));
      spanned.forEach((hits, line) => {
        if (!starts.has(line)) builder.lines.raise(line, hits);
      });
      this.#emit({ type: 'file', record: builder.record() });
    }
    this.#files = new Map();
  }
}
