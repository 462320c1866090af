import { eachLine, type Line } from '../../lib/lines.ts';
import type { ResultEvent } from '../contract.ts';
import { Binary } from './binary.ts';
import { eventOf, isEvent } from './events.ts';
import { JsonSuites } from './json.ts';
import { libtestLine, type LibtestLine } from './lines.ts';

type Emit = (event: ResultEvent) => void;

/** Characters of a line: the output of a test stands in one JSON line. */
const LINE = 1_000_000;

/** Reads what `cargo test` prints, one binary after the other. */
export async function parseLibtest(text: AsyncIterable<string>, emit: Emit): Promise<void> {
  const reader = new LibtestReader(emit);
  await eachLine(text, LINE, (line) => reader.line(line));
  reader.end();
}

const CRASHED = 'the test binary ended before its tests did';
/** Colours of terminals, which cargo writes where it is told to; libtest ends them as terminfo says: `ESC ( B`. */
const COLOUR = /\u001B(?:\[[\d;]*m|\(B)/g;

class LibtestReader {
  readonly #emit: Emit;
  readonly #suites: JsonSuites;
  #name: string | undefined;
  #binary: Binary | undefined;
  #crash: string | undefined;
  #broken: string | undefined;
  #builds: string[] = [];
  #error: string | undefined;
  #unfinished: string | undefined;
  #ran = false;
  /** The last line said which binary runs. */
  #announced = false;

  constructor(emit: Emit) {
    this.#emit = emit;
    this.#suites = new JsonSuites(emit);
  }

  line({ text: written, number, cut, unfinished }: Line): undefined {
    const text = written.includes('\u001B') ? written.replace(COLOUR, '') : written;
    if (text.startsWith('{') && isEvent(text)) {
      const event = cut ? 'broken' : eventOf(text);
      this.#ran = true;
      this.#announced = false;
      if (event === 'broken' && unfinished) this.#unfinished = `line ${number} ends in the middle of an event`;
      else if (event === 'broken')
        this.#broken ??= cut ? `line ${number} is longer than ${LINE} characters` : `line ${number} is not an event`;
      else if (event !== undefined) this.#suites.take(event, this.#name);
      return;
    }
    const line = libtestLine(text);
    if (text.trim() !== '') this.#announced = line?.kind === 'binary';
    if (line === undefined) this.#other(text);
    else this.#take(line, text);
    if (unfinished && !(line?.kind === 'result' && /finished in \d+\.\d\ds$/.test(text)))
      this.#unfinished = `line ${number} ends in the middle`;
  }

  end(): void {
    const open = this.#binary !== undefined || this.#suites.open;
    if (this.#crash !== undefined) this.#abandon(this.#crash);
    else if (open) {
      this.#unfinished ??=
        this.#binary?.whole === true ? 'the tests ended, and the result is missing' : 'the report ends before its tests did';
      this.#abandon(CRASHED);
    }
    this.#suites.end();
    if (this.#announced) this.#unfinished ??= `${this.#name ?? 'a binary'} runs, and nothing is told of it`;
    if (this.#broken !== undefined) this.#emit({ type: 'gap', reason: 'malformed', message: this.#broken });
    for (const message of this.#builds) this.#emit({ type: 'gap', reason: 'not-started', message });
    if (this.#unfinished !== undefined) this.#emit({ type: 'gap', reason: 'truncated', message: this.#unfinished });
    // A crate without tests says `running 0 tests`.
    if (this.#ran) this.#emit({ type: 'may-be-empty' });
  }

  #take(line: LibtestLine, text: string): void {
    const binary = this.#binary;
    switch (line.kind) {
      case 'binary':
        this.#abandon(this.#crash ?? CRASHED);
        this.#name = line.name;
        return;
      case 'running':
        this.#abandon(this.#crash ?? CRASHED);
        this.#ran = true;
        this.#binary = new Binary(this.#emit, { suite: this.#name, planned: line.count });
        return;
      case 'test':
        return binary?.finish(line.name, line.end);
      case 'begun':
        return binary?.begin(line.name, line.guess);
      case 'end':
        return binary?.endBegun(line.end);
      case 'quiet':
        return binary?.mark();
      case 'section':
        return binary?.section(line.name);
      case 'failures':
        return binary?.section(undefined);
      case 'result':
        binary?.end(line.stated);
        this.#binary = undefined;
        return;
      case 'crash':
        this.#crash ??= line.message;
        return this.#other(text);
      case 'build':
        if (this.#builds.length < 20) this.#builds.push(this.#error === undefined ? line.message : `${line.message}: ${this.#error}`);
        this.#error = undefined;
        return;
      default:
        return line satisfies never;
    }
  }

  #other(text: string): void {
    if (/^error(?:\[E\d+\])?: /.test(text) && !text.startsWith('error: test failed')) this.#error ??= text.slice(0, 1_000);
    this.#binary?.output(text);
    if (text.trim() !== '') this.#emit({ type: 'output', ...(this.#name === undefined ? {} : { suite: this.#name }), text: `${text}\n` });
  }

  /** Whatever runs ends here without a result. A binary that had a result may still crash: of that only cargo knows. */
  #abandon(why: string): void {
    const crash = this.#crash;
    this.#crash = undefined;
    if (this.#binary !== undefined) this.#binary.abandon(why);
    else if (this.#suites.open) this.#suites.abandon(why);
    else if (crash !== undefined) {
      const name = this.#name ?? 'the test binary';
      this.#emit({
        type: 'case',
        result: { ...(this.#name === undefined ? {} : { suite: name }), name, status: 'error', message: crash },
        sibling: true,
      });
    }
    this.#binary = undefined;
  }
}
