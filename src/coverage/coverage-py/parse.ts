import type { JsonHandler, JsonPath } from '../../lib/json-stream.ts';
import type { CoverageEvent } from '../contract.ts';
import { arrayOf, isObject, readJsonReport } from '../json-report.ts';
import { count, ratio, RecordBuilder } from '../record-builder.ts';

const PARTS = new Set(['executed_lines', 'missing_lines', 'executed_branches', 'missing_branches', 'summary']);

/**
 * Lines are `executed_lines` and `missing_lines` (excluded ones are neither); branches are the jumps between lines.
 * Functions are the regions of coverage.py 7.6 and later: one is covered when a line of its body ran (`def` itself runs
 * when the module is loaded). `totals` is compared with the files.
 */
export async function parseCoveragePy(text: AsyncIterable<string>, emit: (event: CoverageEvent) => void): Promise<void> {
  const report = new Report(emit);
  const whole = await readJsonReport(text, report, { emit });
  report.finish(whole);
}

class Report implements JsonHandler {
  readonly #emit: (event: CoverageEvent) => void;
  readonly #sum = { covered: 0, total: 0 };
  #file: RecordBuilder | undefined;
  #listed = { executed: false, missing: false };
  #region = { ran: false, lines: 0 };
  #stated: unknown;
  #wrong: string | undefined;

  constructor(emit: (event: CoverageEvent) => void) {
    this.#emit = emit;
  }

  readonly begin = (path: JsonPath): 'enter' | 'want' | 'skip' => {
    if (path.length === 0) return 'enter';
    if (path[0] === 'totals') return 'want';
    if (path[0] !== 'files') return 'skip';
    if (path.length === 2) {
      this.#file = new RecordBuilder(String(path[1]));
      this.#listed = { executed: false, missing: false };
    }
    if (path.length < 3) return 'enter';
    const key = String(path.at(-1));
    if (path[2] !== 'functions') return path.length === 3 && PARTS.has(key) ? 'want' : 'skip';
    if (inFunction(path)) this.#region = { ran: false, lines: 0 };
    if (path.length < 5) return 'enter';
    return path.length === 5 && /^(?:executed|missing)_lines$/.test(key) ? 'want' : 'skip';
  };

  readonly value = (path: JsonPath, value: unknown): void => {
    if (path[0] === 'totals') this.#stated = value;
    else if (path.length === 5) {
      const lines = arrayOf(value).length;
      this.#region.lines += lines;
      this.#region.ran ||= path[4] === 'executed_lines' && lines > 0;
    } else if (this.#file !== undefined) this.#take(this.#file, String(path[2]), value);
  };

  readonly end = (path: JsonPath): void => {
    const file = this.#file;
    if (file === undefined) return;
    if (inFunction(path) && path[3] !== '' && this.#region.lines > 0) file.function(String(path[3]), this.#region.ran);
    if (path.length !== 2) return;
    const { executed, missing } = this.#listed;
    // Without its lines a file is taken at the word of its summary.
    if (executed || missing) file.totals = undefined;
    if (executed !== missing || (!executed && file.totals === undefined))
      this.#wrong ??= `${file.path.slice(0, 200)}: no executed_lines or no missing_lines`;
    this.#emit({ type: 'file', record: file.record() });
    this.#file = undefined;
  };

  finish(whole: boolean): void {
    if (this.#wrong !== undefined) this.#emit({ type: 'gap', reason: 'malformed', message: this.#wrong });
    const said = isObject(this.#stated) ? ratio(this.#stated['covered_lines'], this.#stated['num_statements']) : undefined;
    const { covered, total } = this.#sum;
    if (!whole || said === undefined || (said.covered === covered && said.total === total)) return;
    const message = `the totals say ${said.covered} of ${said.total} lines, its files are ${covered} of ${total}`;
    this.#emit({ type: 'note', message });
  }

  #take(file: RecordBuilder, key: string, value: unknown): void {
    if (key === 'executed_lines') {
      this.#listed.executed = true;
      this.#lines(file, value, 1);
    } else if (key === 'missing_lines') {
      this.#listed.missing = true;
      this.#lines(file, value, 0);
    } else if (key === 'summary') summary(file, value);
    else for (const jump of arrayOf(value)) file.branch(arrayOf(jump).join(','), key === 'executed_branches');
  }

  #lines(file: RecordBuilder, value: unknown, hits: number): void {
    for (const line of arrayOf(value)) {
      this.#sum.total += 1;
      this.#sum.covered += hits;
      if (!file.lines.raise(Number(line), hits)) this.#wrong ??= `${file.path.slice(0, 200)}: ${String(line)} is no line number`;
    }
  }
}

/** `files › a.py › functions › name`. */
function inFunction(path: JsonPath): boolean {
  return path.length === 4 && path[2] === 'functions';
}

/** Early versions only count branches. */
function summary(file: RecordBuilder, value: unknown): void {
  if (!isObject(value)) return;
  const total = count(value['num_branches']);
  const missing = count(value['missing_branches']) ?? count(value['num_partial_branches']) ?? 0;
  const covered = count(value['covered_branches']) ?? (total === undefined ? undefined : total - missing);
  file.stated({ branches: ratio(covered, total) });
  file.totals = ratio(value['covered_lines'], value['num_statements']);
}
