import { eachLine, type Line } from '../../lib/lines.ts';
import { LineHits } from '../../lib/lines-hits.ts';
import type { CoverageEvent } from '../contract.ts';

type Emit = (event: CoverageEvent) => void;

/** Characters of one line: mangled names of C++ templates can be long. */
const LINE = 200_000;
/** A record begins with one of these; anything else in the file is a record of an extension, or damage. */
const KNOWN = /^(?:TN|SF|VER|FN|FNDA|FNL|FNA|FNF|FNH|BRDA|BRF|BRH|DA|LF|LH|MCDC|MCF|MCH):|^end_of_record/;

/** Reads LCOV trace files. Totals come from the lines; `LF` and `BRF` are only looked at where lines are missing. */
export async function parseLcov(text: AsyncIterable<string>, emit: Emit): Promise<void> {
  const reader = new LcovReader(emit);
  await eachLine(text, LINE, (line) => reader.line(line));
  reader.end();
}

interface Section {
  readonly path: string;
  readonly startsAt: number;
  readonly hits: LineHits;
  lines: number;
  readonly branches: Map<string, boolean>;
  readonly functions: Map<string, boolean>;
  found: number;
  branchesFound: number;
  branchesHit: number;
  functionsFound: number;
  functionsHit: number;
}

class LcovReader {
  readonly #emit: Emit;
  #section: Section | undefined;
  #wrong: string | undefined;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  line({ text, number, unfinished }: Line): undefined {
    // Nearly all lines are these.
    if (this.#section !== undefined && text.startsWith('DA:')) return this.#hit(this.#section, text, number);
    const line = text.trim();
    if (line === '' || line.startsWith('#')) return;
    if (line === 'end_of_record') return this.#close();
    const colon = line.indexOf(':');
    const [key, value] = [line.slice(0, colon), line.slice(colon + 1)];
    if (key === 'SF') this.#open(value, number);
    else if (this.#section !== undefined && KNOWN.test(line)) this.#field(this.#section, key, value);
    else if (!unfinished && !KNOWN.test(line)) this.#wrong ??= `line ${number} is no LCOV record`;
  }

  end(): void {
    if (this.#wrong !== undefined) this.#emit({ type: 'gap', reason: 'malformed', message: this.#wrong });
    const open = this.#section;
    if (open === undefined) return;
    // What was read of the last file is not told: its missing lines would count as if they did not exist.
    this.#emit({ type: 'gap', reason: 'truncated', message: `line ${open.startsAt}: the record of ${open.path} has no end_of_record` });
  }

  #open(path: string, startsAt: number): void {
    if (this.#section !== undefined) this.#wrong ??= `line ${startsAt}: the record of ${this.#section.path} has no end_of_record`;
    this.#section = {
      // A copy: a slice would keep its whole piece of the file in memory.
      path: Buffer.from(path).toString(),
      startsAt,
      hits: new LineHits(),
      lines: 0,
      branches: new Map(),
      functions: new Map(),
      found: 0,
      branchesFound: 0,
      branchesHit: 0,
      functionsFound: 0,
      functionsHit: 0,
    };
  }

  /** `DA:line,hits` or `DA:line,hits,checksum`. */
  #hit(section: Section, text: string, number: number): undefined {
    const comma = text.indexOf(',', 3);
    const end = text.indexOf(',', comma + 1);
    const hits = comma === -1 ? Number.NaN : Number(text.slice(comma + 1, end === -1 ? undefined : end));
    section.lines += 1;
    if (Number.isNaN(hits) || !section.hits.add(Number(text.slice(3, comma)), hits)) {
      this.#wrong ??= `line ${number}: "${text.slice(0, 100)}" is no line and count`;
    }
  }

  #field(section: Section, key: string, value: string): void {
    const parts = value.split(',');
    if (key === 'BRDA') {
      const taken = parts.at(-1) ?? '-';
      const branch = parts.slice(0, -1).join(',');
      section.branches.set(branch, (section.branches.get(branch) ?? false) || Number(taken) > 0);
    } else if (key === 'FN') {
      // Old: line,name. lcov 1.16 and later: line,end,name.
      const name = parts.slice(/^\d+$/.test(parts[1] ?? '') && parts.length > 2 ? 2 : 1).join(',');
      section.functions.set(name, section.functions.get(name) ?? false);
    } else if (key === 'FNDA') {
      mark(section, parts.slice(1).join(','), Number(parts[0]) > 0);
    } else if (key === 'FNA') {
      // lcov 2: index,hits,name; several names of one index are one function.
      const [index = '', hits = '0'] = parts;
      mark(section, `#${index}`, Number(hits) > 0);
    } else {
      this.#total(section, key, Number(value));
    }
  }

  #total(section: Section, key: string, value: number): void {
    if (!Number.isFinite(value)) return;
    if (key === 'LF') section.found = value;
    if (key === 'BRF') section.branchesFound = value;
    if (key === 'BRH') section.branchesHit = value;
    if (key === 'FNF') section.functionsFound = value;
    if (key === 'FNH') section.functionsHit = value;
  }

  #close(): undefined {
    const section = this.#section;
    this.#section = undefined;
    if (section === undefined) return;
    if (section.lines === 0 && section.found > 0) {
      this.#emit({
        type: 'gap',
        reason: 'malformed',
        message: `line ${section.startsAt}: ${section.path} states ${section.found} lines and lists none`,
      });
    }
    const branches = ratio(section.branches, { total: section.branchesFound, covered: section.branchesHit });
    const functions = ratio(section.functions, { total: section.functionsFound, covered: section.functionsHit });
    this.#emit({
      type: 'file',
      record: { path: section.path, lines: section.hits.toMap(), ...(branches && { branches }), ...(functions && { functions }) },
    });
  }
}

function mark(section: Section, name: string, covered: boolean): void {
  section.functions.set(name, (section.functions.get(name) ?? false) || covered);
}

/** From the entries; only a file that lists none of them is taken at its word. */
function ratio(
  entries: ReadonlyMap<string, boolean>,
  stated: { readonly total: number; readonly covered: number },
): { covered: number; total: number } | undefined {
  if (entries.size > 0) return { covered: [...entries.values()].filter(Boolean).length, total: entries.size };
  return stated.total > 0 ? { covered: Math.min(stated.covered, stated.total), total: stated.total } : undefined;
}
