import type { Diagnostic, DiagnosticSighting, StackFrame } from '../model/diagnostic.ts';
import { Scanner, type Block } from './scanner.ts';
import { fingerprintOf, parseBlock } from './trace.ts';

/** Where a line was printed. */
export type Origin = Omit<DiagnosticSighting, 'count'>;

export interface JournalOptions {
  readonly redact: (text: string) => string;
  /** A file of a stack trace as the repository knows it; `undefined` where it is not the repository's. */
  readonly locate: (path: string) => string | undefined;
  /** Kinds that are left to somebody else here. */
  readonly without?: readonly Diagnostic['kind'][];
}

/** Causes that are kept, sightings of one, and characters of its text. */
const CAUSES = 100;
const SIGHTINGS = 20;
const TEXT = 4_000;

/** Collects reports by their cause, in little memory whatever streams by. */
export class DiagnosticJournal {
  readonly #options: JournalOptions;
  readonly #causes = new Map<string, Diagnostic>();
  readonly #scanner = new Scanner<Origin>((block) => this.#take(block));
  /** Ends of lines that have not come yet, by stream. */
  readonly #rests = new Map<string, string>();
  #omitted = 0;

  constructor(options: JournalOptions) {
    this.#options = options;
  }

  /** The first line that shows that a detector was really on. */
  get mark(): string | undefined {
    return this.#scanner.mark;
  }

  /** One whole line. */
  line(key: string, text: string, origin: Origin): void {
    this.#scanner.line(key, text, origin);
  }

  /** Text in pieces: whole lines are looked at, the rest waits for its end. */
  text(key: string, text: string, origin: Origin): void {
    const rest = this.#rests.get(key);
    if (rest === undefined && text.indexOf('\n') === text.length - 1) {
      this.line(key, text.slice(0, -1), origin);
      return;
    }
    const lines = `${rest ?? ''}${text}`.split('\n');
    const last = lines.pop() ?? '';
    for (const line of lines) this.line(key, line, origin);
    if (last === '') this.#rests.delete(key);
    else if (this.#rests.size < CAUSES || rest !== undefined) this.#rests.set(key, last.slice(0, TEXT));
  }

  end(): void {
    this.#rests.clear();
    this.#scanner.end();
  }

  finish(): { readonly reports: readonly Diagnostic[]; readonly omitted: number } {
    this.end();
    return { reports: [...this.#causes.values()], omitted: this.#omitted };
  }

  #take(block: Block<Origin>): void {
    if (this.#options.without?.includes(block.kind) === true) return;
    const report = parseBlock(block);
    const fingerprint = fingerprintOf(report);
    const known = this.#causes.get(fingerprint);
    if (known !== undefined) {
      known.count += 1;
      this.#sighted(known, block.origin);
      return;
    }
    if (this.#causes.size >= CAUSES) {
      this.#omitted += 1;
      return;
    }
    const { redact } = this.#options;
    const cause: Diagnostic = {
      ...report,
      message: redact(report.message),
      stacks: report.stacks.map(({ title, frames }) => ({ title: redact(title), frames: frames.map((frame) => this.#located(frame)) })),
      fingerprint,
      text: redact(block.lines.join('\n')).slice(0, TEXT),
      count: 1,
      seen: [],
    };
    this.#sighted(cause, block.origin);
    this.#causes.set(fingerprint, cause);
  }

  #sighted(cause: Diagnostic, origin: Origin): void {
    const same = cause.seen.find(
      ({ source, service, suite, test }) =>
        source === origin.source && service === origin.service && suite === origin.suite && test === origin.test,
    );
    if (same !== undefined) same.count += 1;
    else if (cause.seen.length < SIGHTINGS) cause.seen.push({ ...origin, count: 1 });
  }

  /** Frames of other people's code keep their name and lose their place: it is no place of the repository. */
  #located({ function: name, location }: StackFrame): StackFrame {
    const plain = this.#options.redact(name).slice(0, 300);
    const path = location === undefined ? undefined : this.#options.locate(location.path);
    return path === undefined ? { function: plain } : { function: plain, location: { ...location, path } };
  }
}
