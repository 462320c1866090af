import type { PrintedLines } from './contract.ts';

/** Lines of one service at one moment: what a reader takes in. */
const MOST_LINES = 40;
const LINE_CHARACTERS = 400;

/** What one service printed, as much as is kept of it: the first lines, since what went wrong comes before what follows from it. */
export class Printed {
  readonly #lines: string[] = [];
  #omitted = 0;

  add(line: string): void {
    if (line.trim() === '') return;
    if (this.#lines.length < MOST_LINES) this.#lines.push(line.slice(0, LINE_CHARACTERS));
    else this.#omitted += 1;
  }

  /** Nothing at all where nothing was printed. */
  of(service: string, redact: (text: string) => string): PrintedLines[] {
    return this.#lines.length === 0 ? [] : [{ service, lines: this.#lines.map(redact), omitted: this.#omitted }];
  }
}
