import { createHash } from 'node:crypto';

import { decode, newDecoding } from './decode.ts';
import { unzipped } from './gunzip.ts';
import { inSmallYoungHeap } from './young-heap.ts';

/** What a format needs to be chosen and run. */
export interface ReportFormat<E> {
  readonly format: string;
  readonly sniff: (head: { readonly path: string; readonly text: string }) => boolean;
  readonly parse: (text: AsyncIterable<string>, emit: (event: E) => void) => Promise<void>;
}

export type ReadProblem =
  | 'missing'
  | 'empty'
  | 'encoding'
  | 'too-large'
  | 'unrecognised'
  | 'ambiguous'
  | 'crashed'
  // Of a gzipped file.
  | 'truncated'
  | 'malformed'
  | 'hostile';

/** One report file after it was read. */
export interface Reading {
  /** The formats that claim the file; it was parsed when there is exactly one. */
  readonly claimedBy: readonly string[];
  /** Over the whole file, also where parsing stopped early; absent when the file could not be read to its end. */
  readonly sha256: string | undefined;
  readonly bytes: number;
  readonly encoding: string;
  readonly problems: readonly { readonly reason: ReadProblem; readonly message: string }[];
  readonly notes: readonly string[];
  /** The beginning of a text that no format claims. */
  readonly unclaimed?: string;
}

export interface ReadOptions<E> {
  readonly path: string;
  readonly bytes: () => AsyncIterable<Uint8Array>;
  readonly formats: readonly ReportFormat<E>[];
  readonly maxBytes: number;
  readonly emit: (event: E) => void;
}

/** Characters that formats are told apart by. */
const HEAD = 65_536;

/**
 * Reads a report in one pass: hashed, decoded, its format found by content, parsed as it streams by. Never throws over
 * what is in the file.
 */
export function readReport<E>(options: ReadOptions<E>): Promise<Reading> {
  return inSmallYoungHeap(() => read(options));
}

async function read<E>({ path, bytes, formats, maxBytes, emit }: ReadOptions<E>): Promise<Reading> {
  const meter = new Meter(bytes, maxBytes);
  const decoding = newDecoding();
  const problems: Reading['problems'][number][] = [];
  const unpacked = unzipped(meter, { maxBytes, trouble: (trouble) => void problems.push(trouble) });
  const text = new Peeked(decode(unpacked, decoding));
  let claimedBy: readonly string[] = [];
  let unclaimed: string | undefined;
  try {
    const head = await text.head();
    const claiming = decoding.binary || head.trim() === '' ? [] : formats.filter(({ sniff }) => sniff({ path, text: head }));
    claimedBy = claiming.map(({ format }) => format);
    const [only] = claiming;
    if (decoding.binary) problems.push({ reason: 'encoding', message: 'the file holds NUL characters: it is no text file' });
    else if (head.trim() === '') problems.push({ reason: 'empty', message: 'the file is empty' });
    else if (only === undefined) {
      problems.push({ reason: 'unrecognised', message: 'no known format has this content' });
      unclaimed = head;
    } else if (claiming.length > 1) problems.push({ reason: 'ambiguous', message: `both ${claimedBy.join(' and ')} claim this content` });
    else await parse(only, text, { emit, meter, problems });
    if (decoding.binary && claiming.length === 1)
      problems.push({ reason: 'encoding', message: `a NUL character about ${meter.bytes} bytes in: the rest is no text` });
    await meter.drain();
  } catch (error) {
    problems.push(unreadable(error));
  }
  if (meter.tooLarge)
    problems.push({ reason: 'too-large', message: `the file is larger than ${maxBytes} bytes: only its beginning was read` });
  const notes = decoding.replaced ? [`some bytes are not ${decoding.encoding} and were replaced`] : [];
  const sha256 = meter.digest();
  const rest = unclaimed === undefined ? {} : { unclaimed };
  return { claimedBy, sha256, bytes: meter.bytes, encoding: decoding.encoding, problems, notes, ...rest };
}

interface ParseContext<E> {
  readonly emit: (event: E) => void;
  readonly meter: Meter;
  readonly problems: Reading['problems'][number][];
}

/** A parser that throws is a defect of ours, and still only one file's gap. A failing disk is not the parser's doing. */
async function parse<E>(format: ReportFormat<E>, text: AsyncIterable<string>, { emit, meter, problems }: ParseContext<E>): Promise<void> {
  try {
    await format.parse(text, emit);
  } catch (error) {
    if (meter.failed) throw error;
    problems.push({
      reason: 'crashed',
      message: `the ${format.format} reader failed: ${error instanceof Error ? error.message : String(error)}`,
    });
  }
}

function unreadable(error: unknown): Reading['problems'][number] {
  const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
  if (missing) return { reason: 'missing', message: 'the file is not there' };
  return { reason: 'missing', message: `the file cannot be read: ${error instanceof Error ? error.message : String(error)}` };
}

/** Counts and hashes bytes on their way, and goes on to the end of the file when the parser has stopped. */
class Meter implements AsyncIterable<Uint8Array> {
  bytes = 0;
  tooLarge = false;
  failed = false;
  readonly #hash = createHash('sha256');
  readonly #open: () => AsyncIterable<Uint8Array>;
  readonly #maxBytes: number;
  #iterator: AsyncIterator<Uint8Array> | undefined;
  #done = false;

  constructor(open: () => AsyncIterable<Uint8Array>, maxBytes: number) {
    this.#open = open;
    this.#maxBytes = maxBytes;
  }

  /** Leaving the loop early must not close the file: `drain` needs the rest. So this iterator has no `return`. */
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return { next: () => this.#next() };
  }

  async drain(): Promise<void> {
    while (!this.#done) await this.#next();
  }

  digest(): string | undefined {
    return this.#done && !this.tooLarge ? this.#hash.digest('hex') : undefined;
  }

  async #next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#done) return { done: true, value: undefined };
    let result: IteratorResult<Uint8Array>;
    try {
      this.#iterator ??= this.#open()[Symbol.asyncIterator]();
      result = await this.#iterator.next();
    } catch (error) {
      this.failed = true;
      throw error;
    }
    if (result.done !== true) {
      this.bytes += result.value.length;
      this.tooLarge = this.bytes > this.#maxBytes;
      if (!this.tooLarge) {
        this.#hash.update(result.value);
        return { done: false, value: result.value };
      }
      await this.#iterator.return?.();
    }
    this.#done = true;
    return { done: true, value: undefined };
  }
}

/** Text whose beginning can be looked at before it is read. */
class Peeked implements AsyncIterable<string> {
  readonly #rest: AsyncIterator<string>;
  readonly #seen: string[] = [];

  constructor(text: AsyncIterable<string>) {
    this.#rest = text[Symbol.asyncIterator]();
  }

  async head(): Promise<string> {
    let length = 0;
    while (length < HEAD) {
      const part = await this.#rest.next();
      if (part.done === true) break;
      this.#seen.push(part.value);
      length += part.value.length;
    }
    return this.#seen.join('').slice(0, HEAD);
  }

  [Symbol.asyncIterator](): AsyncIterator<string> {
    return {
      next: () => {
        const seen = this.#seen.shift();
        return seen === undefined ? this.#rest.next() : Promise.resolve({ done: false, value: seen });
      },
    };
  }
}
