import { StringDecoder } from 'node:string_decoder';

import { lineStream, type LineStream } from '../../lib/redact-stream.ts';
import { LIMITS } from '../../model/limits.ts';
import type { ExecOptions } from '../exec.ts';
import { BoundedLog } from './bounded-log.ts';

type StreamName = 'stdout' | 'stderr';

type Options = Pick<ExecOptions, 'onLine' | 'redact' | 'logFile' | 'maxLogBytes' | 'captureBytes'>;

interface Stream {
  readonly decoder: StringDecoder;
  readonly lines: LineStream;
  readonly memory: HeadAndTail;
}

/** Kept of each stream in memory, unless the caller asks for more or less. */
const CAPTURE = 1_000_000;

/** Everything that is kept of a process's output: bounded in memory and on disk, however much comes. */
export class Output {
  readonly #options: Options;
  readonly #log: BoundedLog | undefined;
  readonly #streams: Readonly<Record<StreamName, Stream>>;
  #tail: string[] = [];
  #bytes = 0;

  /** @throws GauntletError when the log file cannot be made. */
  constructor(options: Options) {
    this.#options = options;
    this.#log = options.logFile === undefined ? undefined : new BoundedLog(options.logFile, options.maxLogBytes);
    this.#streams = { stdout: newStream(options), stderr: newStream(options) };
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Final after `close`. */
  get dropped(): number {
    return this.#log?.dropped ?? this.#streams.stdout.memory.dropped + this.#streams.stderr.memory.dropped;
  }

  get tail(): readonly string[] {
    return this.#tail;
  }

  text(name: StreamName): string {
    return this.#streams[name].memory.text();
  }

  push(name: StreamName, chunk: Buffer): void {
    this.#bytes += chunk.length;
    this.#take(name, this.#streams[name].decoder.write(chunk));
  }

  /** A line of our own, such as why nothing could be started. */
  note(line: string): void {
    this.#emit('stderr', `${line}\n`);
  }

  /** @throws GauntletError when the log could not be written. */
  close(): void {
    for (const name of ['stdout', 'stderr'] as const) {
      this.#take(name, this.#streams[name].decoder.end());
      this.#emit(name, this.#streams[name].lines.flush());
    }
    this.#log?.close();
  }

  #take(name: StreamName, text: string): void {
    if (text === '') return;
    this.#streams[name].memory.push(text);
    this.#emit(name, this.#streams[name].lines.push(text));
  }

  #emit(name: StreamName, whole: string): void {
    if (whole === '') return;
    const text = this.#options.redact === undefined ? whole : this.#options.redact(whole);
    this.#log?.write(text);
    const { onLine } = this.#options;
    if (onLine !== undefined) for (const line of toLines(text)) onLine(line, name);
    this.#tail = [...this.#tail, ...toLines(lastLines(text, LIMITS.tailLines)).map((line) => line.slice(0, LIMITS.caseText))].slice(
      -LIMITS.tailLines,
    );
  }
}

/** The first and the last half of a text of any length. */
class HeadAndTail {
  readonly #half: number;
  #head = '';
  #tail: string[] = [];
  #tailLength = 0;
  dropped = 0;

  constructor(max: number) {
    this.#half = Math.floor(max / 2);
  }

  push(text: string): void {
    const room = this.#half - this.#head.length;
    if (room > 0) this.#head += text.slice(0, room);
    const rest = room > 0 ? text.slice(room) : text;
    if (rest === '') return;
    this.#tail.push(rest);
    this.#tailLength += rest.length;
    // Compacted rarely, so that many small chunks stay cheap.
    if (this.#tailLength > 2 * this.#half || this.#tail.length > 4_096) this.#compact();
  }

  text(): string {
    this.#compact();
    const gap = this.dropped === 0 ? '' : `\n[gauntlet: ${String(this.dropped)} characters dropped here]\n`;
    return `${this.#head}${gap}${this.#tail.join('')}`.toWellFormed();
  }

  #compact(): void {
    const joined = this.#tail.join('');
    const kept = this.#half === 0 ? '' : joined.slice(-this.#half);
    this.dropped += joined.length - kept.length;
    this.#tail = kept === '' ? [] : [kept];
    this.#tailLength = kept.length;
  }
}

function newStream(options: Options): Stream {
  return { decoder: new StringDecoder('utf8'), lines: lineStream(), memory: new HeadAndTail(options.captureBytes ?? CAPTURE) };
}

function toLines(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** The end of a text that holds its last lines, found without splitting all of it. */
function lastLines(text: string, count: number): string {
  let at = text.length - 1;
  for (let found = 0; found < count && at > 0; found++) at = text.lastIndexOf('\n', at - 1);
  return at <= 0 ? text : text.slice(at + 1);
}
