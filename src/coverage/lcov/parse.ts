import { LineHits } from '../../lib/lines-hits.ts';
import type { CoverageEvent } from '../contract.ts';
import { copied, ratio, RecordBuilder } from '../record-builder.ts';
import { eachLcovLine } from './fast.ts';

type Emit = (event: CoverageEvent) => void;

/** Characters of one line: mangled names of C++ templates can be long. */
const LINE = 200_000;
const TOTALS = new Set(['LF', 'LH', 'BRF', 'BRH', 'FNF', 'FNH']);
/** A record begins with one of these; anything else in the file is a record of an extension, or damage. */
const KNOWN = /^(?:TN|SF|VER|FN|FNDA|FNL|FNA|FNF|FNH|BRDA|BRF|BRH|DA|LF|LH|MCDC|MCF|MCH):|^end_of_record/;

/**
 * Reads LCOV trace files. Totals come from the lines; `LF`, `BRF` and `FNF` only count where none are listed, and are
 * compared otherwise. A line listed twice in one record (several tests, or a template) has the sum of its hits; a branch or function
 * was taken when one of its entries says so.
 */
export async function parseLcov(text: AsyncIterable<string>, emit: Emit): Promise<void> {
  const reader = new LcovReader(emit);
  await eachLcovLine(text, LINE, {
    hit: (line, hits) => reader.hit(line, hits),
    line: (line, unfinished) => reader.line(line, unfinished),
  });
  reader.end();
}

interface Section {
  readonly file: RecordBuilder;
  readonly startsAt: number;
  listed: number;
  /** Of these, how many ran. */
  ran: number;
  /** lcov 2: the line of a function by its index, for all of its names. */
  readonly indexed: Map<string, string>;
  /** Names need not be unique: many tools have one for all functions that have none. */
  readonly named: Map<string, { readonly lines: Set<string>; ran: number }>;
  /** Key → what the record says about itself. */
  readonly stated: Map<string, number>;
}

class LcovReader {
  readonly #emit: Emit;
  readonly #lines = new LineHits();
  #section: Section | undefined;
  #number = 0;
  #negative = 0;
  #nowhere = 0;
  #foreign = 0;
  #cutAt: number | undefined;
  #wrong: string | undefined;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  /** The common line, already taken apart. */
  hit(line: number, hits: number): boolean {
    const section = this.#section;
    if (section === undefined || !section.file.lines.add(line, hits)) return false;
    this.#number += 1;
    section.listed += 1;
    if (hits > 0) section.ran += 1;
    return true;
  }

  line(text: string, unfinished: boolean): void {
    this.#number += 1;
    const line = text.trim();
    if (line === '' || line.startsWith('#')) return;
    if (unfinished && line !== 'end_of_record' && this.#section === undefined) this.#cutAt = this.#number;
    if (line === 'end_of_record') return this.#close();
    const colon = line.indexOf(':');
    const [key, value] = [line.slice(0, colon), line.slice(colon + 1)];
    if (key === 'SF') this.#open(value);
    else if (key === 'DA' && this.#section !== undefined) this.#oddHit(this.#section, value);
    else if (this.#section !== undefined && KNOWN.test(line)) this.#field(this.#section, key, value);
    else if (!unfinished && this.#section === undefined) this.#between(key, line);
    else if (!unfinished && !KNOWN.test(line)) this.#wrong ??= `line ${this.#number} is no LCOV record`;
  }

  end(): void {
    if (this.#wrong !== undefined) this.#emit({ type: 'gap', reason: 'malformed', message: this.#wrong });
    if (this.#negative > 0) this.#emit({ type: 'note', message: `${this.#negative} negative counts are taken for none` });
    if (this.#foreign > 0) this.#emit({ type: 'note', message: `${this.#foreign} lines between the records are none of LCOV's` });
    if (this.#nowhere > 0)
      this.#emit({ type: 'note', message: `${this.#nowhere} lines have the number 0: they stand nowhere and do not count` });
    if (this.#cutAt !== undefined) this.#emit({ type: 'gap', reason: 'truncated', message: `line ${this.#cutAt} ends in the middle` });
    const open = this.#section;
    if (open === undefined) return;
    // What was read of the last file is not told: its missing lines would count as if they did not exist.
    const message = `line ${open.startsAt}: the record of ${open.file.path} has no end_of_record`;
    this.#emit({ type: 'gap', reason: 'truncated', message });
  }

  /** Between two records stands what a shell or a log left there; lines of a file there have lost the name of it. */
  #between(key: string, line: string): void {
    if (key === 'DA' || key === 'BRDA' || key === 'FN') this.#wrong ??= `line ${this.#number}: "${line.slice(0, 100)}" belongs to no file`;
    else if (!KNOWN.test(line)) this.#foreign += 1;
  }

  #open(path: string): void {
    if (this.#section !== undefined) {
      this.#wrong ??= `line ${this.#number}: the record of ${this.#section.file.path} has no end_of_record`;
      this.#close();
    }
    this.#lines.clear();
    this.#section = {
      file: new RecordBuilder(path, { lines: this.#lines }),
      startsAt: this.#number,
      listed: 0,
      ran: 0,
      indexed: new Map(),
      named: new Map(),
      stated: new Map(),
    };
  }

  /** `DA:line,hits,checksum`, counts below zero (an overflow of the counter) or beyond all measure. */
  #oddHit(section: Section, value: string): void {
    const [line = '', hits = '', ...rest] = value.split(',');
    // As gcov writes what never ran; old versions of geninfo pass it on.
    const count = hits === '' ? Number.NaN : /^(?:#{5}|={5})$/.test(hits) ? 0 : Number(hits);
    section.listed += 1;
    if (count > 0) section.ran += 1;
    if (line === '0' && count >= 0) {
      this.#nowhere += 1;
      return;
    }
    if (count < 0) this.#negative += 1;
    if (Number.isNaN(count) || rest.length > 1 || !section.file.lines.add(Number(line), count))
      this.#wrong ??= `line ${this.#number}: "DA:${value.slice(0, 100)}" is no line and count`;
  }

  #field({ file, indexed, named, stated }: Section, key: string, value: string): void {
    if (key === 'BRDA') {
      const comma = value.lastIndexOf(',');
      file.branch(value.slice(0, comma), Number(value.slice(comma + 1)) > 0);
    } else if (key === 'FN') {
      // Names need not be unique: many tools have one for all functions without a name.
      // Old: line,name. lcov 1.16 and later: line,end,name.
      const parts = value.split(',');
      const name = parts.slice(/^\d+$/.test(parts[1] ?? '') && parts.length > 2 ? 2 : 1).join(',');
      file.function(name, false);
      const known = named.get(name);
      if (known === undefined) named.set(copied(name), { lines: new Set([parts[0] ?? '']), ran: 0 });
      else known.lines.add(parts[0] ?? '');
    } else if (key === 'FNDA') {
      const comma = value.indexOf(',');
      const [name, ran] = [value.slice(comma + 1), Number(value.slice(0, comma)) > 0];
      file.function(name, ran);
      const known = named.get(name);
      if (known !== undefined && ran) known.ran += 1;
    } else if (key === 'FNL') {
      // lcov 2.2: index,line,end.
      const [index = '', line = ''] = value.split(',');
      indexed.set(index, line);
      file.function(`#${index}:${line}`, false);
    } else if (key === 'FNA') {
      // index,hits,name; several names of one index are one function.
      const [index = '', hits = '0'] = value.split(',');
      file.function(`#${index}:${indexed.get(index) ?? ''}`, Number(hits) > 0);
    } else if (TOTALS.has(key) && Number.isFinite(Number(value))) stated.set(key, Number(value));
  }

  #close(): void {
    const section = this.#section;
    this.#section = undefined;
    if (section === undefined) return;
    const { file, listed, stated, startsAt } = section;
    if (file.path.trim() === '') {
      if (listed > 0) this.#wrong ??= `line ${startsAt}: a record without a file`;
      return;
    }
    const found = stated.get('LF') ?? 0;
    if (listed === 0 && found > 0) {
      const message = `line ${startsAt}: ${file.path} states ${found} lines and lists none`;
      this.#emit({ type: 'gap', reason: 'malformed', message });
    }
    file.stated({ branches: ratio(stated.get('BRH'), stated.get('BRF')), functions: ratio(stated.get('FNH'), stated.get('FNF')) });
    addNamesakes(section);
    this.#compare(section);
    this.#emit({ type: 'file', record: file.record() });
  }

  /** Fewer lines than stated were lost on the way, more were merged: either way the list is what counts. */
  #compare({ file, listed, ran, stated }: Section): void {
    const [found, covered] = [stated.get('LF'), stated.get('LH')];
    // A line that is listed twice is two to some writers.
    const agree = (found ?? listed) === listed && (covered ?? ran) === ran;
    if (listed === 0 || agree) return;
    const counted = { lines: 0, covered: 0 };
    file.lines.forEach((hits) => {
      counted.lines += 1;
      if (hits > 0) counted.covered += 1;
    });
    this.#disagree(file.path, { what: 'lines', declared: found, entries: listed, counted: counted.lines });
    this.#disagree(file.path, { what: 'covered lines', declared: covered, entries: ran, counted: counted.covered });
  }

  #disagree(scope: string, { what, declared, entries, counted }: Stated): void {
    if (declared !== undefined && declared !== entries && declared !== counted)
      this.#emit({ type: 'disagreement', scope, what, declared, counted });
  }
}

interface Stated {
  readonly what: string;
  readonly declared: number | undefined;
  readonly entries: number;
  readonly counted: number;
}

/** Of several functions of one name, as many ran as counts are above zero: which of them is not said. */
function addNamesakes({ file, named }: Section): void {
  for (const [name, { lines, ran }] of named)
    for (let index = 1; index < lines.size; index += 1) file.function(`${name}#${index}`, index < ran);
}
