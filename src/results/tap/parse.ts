import { eachLine, type Line } from '../../lib/lines.ts';
import { LIMITS } from '../../model/limits.ts';
import type { ResultEvent } from '../contract.ts';
import { tapLine, type TapLine } from './line.ts';
import { Streams } from './streams.ts';

type Emit = (event: ResultEvent) => void;

/** Characters of a line that are looked at. */
const LINE = 65_536;
/** Spaces that a level of subtests is indented by. */
const INDENT = 4;

/** Reads TAP, one stream or many after the other, between other output. */
export async function parseTap(text: AsyncIterable<string>, emit: Emit): Promise<void> {
  const reader = new TapReader(emit);
  await eachLine(text, LINE, (line) => reader.line(line));
  reader.end();
}

class TapReader {
  readonly #emit: Emit;
  readonly #streams: Streams;
  /** Indentation of the YAML block that is open. */
  #yaml: number | undefined;
  #unfinished: string | undefined;
  #hostile = false;

  constructor(emit: Emit) {
    this.#emit = emit;
    this.#streams = new Streams(emit);
  }

  line({ text: whole, number, unfinished }: Line): boolean {
    const text = whole.trimStart();
    const indent = whole.length - text.length;
    if (this.#inYaml(text, indent)) {
      if (unfinished && text.trimEnd() !== '...') this.#unfinished = `line ${number} ends in the middle`;
      return true;
    }
    if (text.trimEnd() === '---' && indent > 0 && this.#streams.explains()) {
      this.#yaml = indent;
      return true;
    }
    const line = indent % INDENT === 0 ? tapLine(text) : undefined;
    if (indent / INDENT > LIMITS.depth && line !== undefined) {
      this.#hostile = true;
      this.#emit({ type: 'gap', reason: 'hostile', message: `line ${number}: more than ${LIMITS.depth} nested subtests` });
      return false;
    }
    this.#take(line, { text, whole, level: indent / INDENT });
    // What is lost of the line may be a directive; a plan is borne out by its points.
    if (unfinished && !(line?.kind === 'plan' && this.#streams.fits(line.count))) this.#unfinished = `line ${number} ends in the middle`;
    return true;
  }

  end(): void {
    if (this.#hostile) return;
    if (this.#yaml !== undefined) this.#unfinished ??= 'a YAML block has no end';
    this.#streams.end(this.#unfinished);
  }

  #inYaml(text: string, indent: number): boolean {
    if (this.#yaml === undefined) return false;
    if (text.trim() === '') return true;
    if (indent < this.#yaml) {
      // A block that nobody closed: the line belongs to what comes behind it.
      this.#yaml = undefined;
      return false;
    }
    if (indent === this.#yaml && text.trimEnd() === '...') this.#yaml = undefined;
    else this.#streams.yaml(' '.repeat(Math.min(indent - this.#yaml, 80)) + text);
    return true;
  }

  #take(
    line: TapLine | undefined,
    { text, whole, level }: { readonly text: string; readonly whole: string; readonly level: number },
  ): void {
    if (line === undefined) this.#streams.other(level === 0 ? text : whole);
    else this.#streams.take(line, level);
  }
}
