import type { DiagnosticKind } from '../model/diagnostic.ts';
import { DETECTOR_MARK, HINT, shapeOf, type Shape } from './starts.ts';

/** One report as it was printed. */
export interface Block<Origin> {
  readonly kind: DiagnosticKind;
  readonly tool: string;
  readonly lines: readonly string[];
  readonly origin: Origin;
}

/** Lines of one report, characters of one line, and reports that are open at the same time. */
const LINES = 160;
const WIDTH = 500;
const OPEN = 256;
/** Lines in which the proof must stand that a report is one. */
const PROOF = 6;
/** Calls of goroutines after the first three say what the program did beside it. */
const GOROUTINES = 3;

interface Open<Origin> {
  readonly shape: Shape;
  readonly origin: Origin;
  readonly lines: string[];
  proved: boolean;
  blank: number;
  goroutines: number;
}

/**
 * Finds reports of runtimes and sanitizers in lines that stream by, several streams side by side. Holds the reports that
 * are open and nothing else.
 */
export class Scanner<Origin> {
  readonly #open = new Map<string, Open<Origin>>();
  readonly #found: (block: Block<Origin>) => void;
  /** The first line that only a runtime with a race detector or sanitizer prints. */
  mark: string | undefined;

  constructor(found: (block: Block<Origin>) => void) {
    this.#found = found;
  }

  /** One line of the stream `key`; `origin` of a report's first line stands for all of it. */
  line(key: string, text: string, origin: Origin): void {
    const open = this.#open.size === 0 ? undefined : this.#open.get(key);
    const plain = text.length > WIDTH ? text.slice(0, WIDTH) : text;
    const hinted = plain.length > 7 && HINT.test(plain);
    if (open === undefined && !hinted) return;
    if (hinted && this.mark === undefined && DETECTOR_MARK.test(plain)) this.mark = plain.trim();
    if (open === undefined) this.#begin(key, plain, origin);
    else if (this.#continue(key, open, plain)) this.#begin(key, plain, origin);
  }

  /** The stream is over: what is open of it is told as it stands. */
  end(key?: string): void {
    for (const [name, open] of this.#open) if (key === undefined || name === key) this.#close(name, open);
  }

  #begin(key: string, line: string, origin: Origin): void {
    const shape = shapeOf(line);
    if (shape === undefined || this.#open.size >= OPEN) return;
    const open: Open<Origin> = { shape, origin, lines: [line], proved: shape.proof === undefined, blank: 0, goroutines: 0 };
    if (shape.single === true) this.#close(key, open);
    else this.#open.set(key, open);
  }

  /** True when the report was over before this line. */
  #continue(key: string, open: Open<Origin>, line: string): boolean {
    const { shape, lines } = open;
    if (shape.ends === undefined && isOver(open, line)) {
      this.#close(key, open);
      return true;
    }
    if (lines.length < LINES) lines.push(line);
    if (!open.proved && shape.proof?.test(line) === true) open.proved = true;
    if (!open.proved && lines.length > PROOF) this.#open.delete(key);
    else if (shape.ends?.test(line) === true || (shape.ends !== undefined && lines.length >= LINES)) this.#close(key, open);
    return false;
  }

  #close(key: string, { shape, origin, lines, proved }: Open<Origin>): void {
    this.#open.delete(key);
    if (proved) this.#found({ kind: shape.kind, tool: shape.tool, lines, origin });
  }
}

/** Traces have no last line: they end where something stands that belongs to none. */
function isOver(open: Open<unknown>, line: string): boolean {
  if (line.trim() === '') {
    open.blank += 1;
    return open.blank > 12;
  }
  const goroutine = /^\s*\[?[Gg]oroutine \d+/.test(line);
  if (goroutine) open.goroutines += 1;
  if (open.goroutines > GOROUTINES || open.lines.length >= LINES) return true;
  if (goroutine || OF_A_TRACE.test(line)) return false;
  // What is said before the first call belongs to the report: the message of a panic may have several lines.
  return open.goroutines > 0 || open.lines.length > PROOF;
}

const OF_A_TRACE =
  /^(?:\s+\S|[\w./*()[\]·-]+\(|created by |\[(?:signal|recovered|originating)|runtime stack:|\t|\s*\d+: |stack backtrace:|note: |goroutine |exit status )/;
