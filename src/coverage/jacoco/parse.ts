import type { CoverageEvent, Totals } from '../contract.ts';
import { copied, count, RecordBuilder } from '../record-builder.ts';
import type { Attributes, XmlReport } from '../xml-report.ts';

type Emit = (event: CoverageEvent) => void;

const PARTS: ReadonlyMap<string, keyof Totals> = new Map([
  ['LINE', 'lines'],
  ['BRANCH', 'branches'],
  ['METHOD', 'functions'],
]);

/**
 * Lines have instructions that ran (`ci`) or did not (`mi`): one that ran at all is covered, as in JaCoCo's own LINE
 * counter. Branches are `mb` and `cb` of the lines. Functions are the methods of the classes (lambdas and constructors
 * among them, as JaCoCo counts) by their METHOD counters. Counters of files, packages and groups are sums of these: they
 * are compared, not added.
 */
export class JacocoReport implements XmlReport {
  readonly #emit: Emit;
  /** Elements around the current position, from the root. */
  readonly #around: string[] = [];
  readonly #groups: string[] = [];
  /** Counters by the element that they stand in, added up. */
  readonly #sums = new Map<string, Totals>();
  readonly #lines = { covered: 0, total: 0 };
  #package = '';
  #files = new Map<string, RecordBuilder>();
  #class: { readonly name: string; readonly file: RecordBuilder | undefined } | undefined;
  #method = '';
  #file: RecordBuilder | undefined;
  #stated: { readonly covered: number; readonly total: number } | undefined;
  #withoutSource = 0;
  #wrong: string | undefined;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  open(name: string, attributes: Attributes): undefined {
    const parent = this.#around.at(-1);
    this.#around.push(name);
    if (name === 'group') this.#groups.push(attributes['name'] ?? '');
    else if (name === 'package') this.#package = attributes['name'] ?? '';
    else if (name === 'class') this.#openClass(attributes);
    else if (name === 'method') this.#method = `${attributes['name'] ?? ''}${attributes['desc'] ?? ''}:${attributes['line'] ?? ''}`;
    else if (name === 'sourcefile') this.#file = this.#fileOf(attributes['name'] ?? '');
    else if (name === 'line') this.#line(attributes);
    else if (name === 'counter') this.#counter(parent, attributes);
  }

  close(name: string): void {
    this.#around.pop();
    if (name === 'group') this.#groups.pop();
    else if (name === 'class') this.#class = undefined;
    else if (name === 'sourcefile') this.#closeFile();
    else if (name === 'package') this.#tell();
  }

  /** Of a truncated report, the last package is told as far as it was read, without the file that was cut. */
  end(whole: boolean): string | undefined {
    if (!whole && this.#file !== undefined) this.#files.delete(this.#file.path);
    this.#tell();
    if (whole) this.#totals();
    if (this.#withoutSource > 0)
      this.#emit({
        type: 'note',
        message: `${this.#withoutSource} classes name no source file: they were compiled without debug information`,
      });
    const stated = this.#stated;
    if (
      whole &&
      stated !== undefined &&
      this.#lines.total > 0 &&
      (stated.total !== this.#lines.total || stated.covered !== this.#lines.covered)
    ) {
      const said = `the report says ${stated.covered} of ${stated.total} lines`;
      this.#emit({ type: 'note', message: `${said}, its lines are ${this.#lines.covered} of ${this.#lines.total}` });
    }
    return this.#wrong;
  }

  #openClass(attributes: Attributes): void {
    const source = attributes['sourcefilename'];
    if (source === undefined) this.#withoutSource += 1;
    this.#class = { name: attributes['name'] ?? '', file: source === undefined ? undefined : this.#fileOf(source) };
  }

  #line(attributes: Attributes): void {
    const file = this.#file;
    if (file === undefined) return;
    const number = Number(attributes['nr']);
    const taken = count(attributes['cb']) ?? 0;
    file.branches(String(number), { covered: taken, total: taken + (count(attributes['mb']) ?? 0) });
    const [missed, covered] = [count(attributes['mi']), count(attributes['ci'])];
    if (missed === undefined || covered === undefined) {
      file.unsaid = true;
      return;
    }
    if (missed + covered === 0) return;
    if (!file.lines.add(number, covered)) {
      this.#wrong ??= `${file.path}: line ${attributes['nr'] ?? ''} is no line number`;
      return;
    }
  }

  /** gcovr writes lines without instructions: then the counter of the file is all there is. */
  #closeFile(): void {
    const file = this.#file;
    this.#file = undefined;
    if (file === undefined) return;
    if (file.unsaid && file.totals === undefined) this.#wrong ??= `${file.path}: a line without mi or ci`;
    if (!file.unsaid && file.lines.size > 0) file.totals = undefined;
    this.#add(file);
  }

  #add({ totals, lines }: RecordBuilder): void {
    if (totals !== undefined) {
      this.#lines.covered += totals.covered;
      this.#lines.total += totals.total;
      return;
    }
    lines.forEach((hits) => {
      this.#lines.total += 1;
      if (hits > 0) this.#lines.covered += 1;
    });
  }

  /** Of a report that lists no file with a line: the sums of the report, or of the groups, packages or classes where it has none. */
  #totals(): void {
    const [report = {}, groups = {}, packages = {}, classes = {}] = ['report', 'group', 'package', 'class'].map((name) =>
      this.#sums.get(name),
    );
    const totals = { ...classes, ...packages, ...groups, ...report };
    if (this.#lines.total === 0 && (totals.lines?.total ?? 0) > 0) this.#emit({ type: 'totals', totals });
  }

  #counter(parent: string | undefined, attributes: Attributes): void {
    const [covered, missed] = [count(attributes['covered']) ?? 0, count(attributes['missed']) ?? 0];
    // Kover counts the instructions of a method, and no method.
    if (parent === 'method' && this.#class?.file !== undefined && /^(?:METHOD|INSTRUCTION|LINE)$/.test(attributes['type'] ?? '')) {
      this.#class.file.function(`${this.#class.name}.${this.#method}`, covered > 0);
    }
    const said = { covered, total: covered + missed };
    const part = PARTS.get(attributes['type'] ?? '');
    // A group in a group is part of its sums.
    if (part !== undefined && parent !== undefined && (parent !== 'group' || this.#groups.length === 1)) {
      const sums = this.#sums.get(parent) ?? {};
      const before = sums[part] ?? { covered: 0, total: 0 };
      this.#sums.set(parent, { ...sums, [part]: { covered: before.covered + covered, total: before.total + said.total } });
    }
    if (parent === 'sourcefile' && attributes['type'] === 'BRANCH') this.#file?.stated({ branches: said });
    if (parent === 'sourcefile' && attributes['type'] === 'METHOD') this.#file?.stated({ functions: said });
    if (attributes['type'] !== 'LINE') return;
    if (parent === 'report') this.#stated = said;
    if (parent === 'sourcefile' && this.#file !== undefined) this.#file.totals = said;
  }

  #fileOf(name: string): RecordBuilder {
    const path = this.#package === '' ? name : `${this.#package}/${name}`;
    let file = this.#files.get(path);
    if (file === undefined) {
      file = new RecordBuilder(path, { within: this.#groups.length === 0 ? undefined : copied(this.#groups.at(-1) ?? '') });
      this.#files.set(file.path, file);
    }
    return file;
  }

  #tell(): void {
    for (const file of this.#files.values()) this.#emit({ type: 'file', record: file.record() });
    this.#files = new Map();
    this.#package = '';
  }
}
