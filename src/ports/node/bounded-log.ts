import { appendFileSync, closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

import { LIMITS } from '../../model/limits.ts';
import { droppedBefore, droppedLine, joinSegments, segmentPaths } from '../log-segments.ts';
import { actionable } from './errors.ts';

interface Segment {
  readonly fd: number;
  bytes: number;
}

/**
 * A log file that keeps its head and its tail. Writes are synchronous: they keep the order of two streams, slow a
 * flooding child down by themselves, and are on disk when the gate is killed.
 */
export class BoundedLog {
  readonly #path: string;
  readonly #headLimit: number;
  readonly #segmentLimit: number;
  readonly #head: number;
  #headBytes = 0;
  #tailBytes = 0;
  #segment: Segment | undefined;
  #turn: 0 | 1 = 0;
  #failure: unknown;
  #dropped = 0;

  /** @throws GauntletError when the file cannot be made. */
  constructor(path: string, maxBytes: number = LIMITS.logBytes) {
    this.#path = path;
    this.#headLimit = Math.floor(maxBytes / 2);
    // A segment keeps room for its first line.
    this.#segmentLimit = Math.max(64, Math.floor(maxBytes / 4) - 64);
    try {
      mkdirSync(dirname(path), { recursive: true });
      this.#removeSegments();
      this.#head = openSync(path, 'w');
    } catch (error) {
      throw actionable(error, path);
    }
  }

  /** Bytes that are not in the file; final after `close`. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Never throws: a full disk is told by `close`, because the command that writes must go on. */
  write(text: string): void {
    if (text === '') return;
    const bytes = Buffer.from(text, 'utf8');
    if (this.#failure !== undefined) {
      this.#dropped += bytes.length;
      return;
    }
    try {
      this.#put(bytes);
    } catch (error) {
      this.#failure = error;
      this.#dropped += bytes.length;
    }
  }

  /** Joins the segments to the head. @throws GauntletError when the disk was full. */
  close(): void {
    try {
      closeSync(this.#head);
      if (this.#segment !== undefined) this.#join(this.#segment);
      this.#removeSegments();
    } catch (error) {
      this.#failure ??= error;
    }
    if (this.#failure !== undefined) throw actionable(this.#failure, this.#path);
  }

  #put(bytes: Buffer): void {
    let rest = bytes;
    if (this.#segment === undefined) {
      const cut = this.#cut(rest, this.#headLimit - this.#headBytes);
      writeAll(this.#head, rest.subarray(0, cut));
      this.#headBytes += cut;
      rest = rest.subarray(cut);
    }
    while (rest.length > 0) {
      const room = this.#segmentLimit - (this.#segment?.bytes ?? this.#segmentLimit);
      const cut = room <= 0 ? 0 : this.#cut(rest, room);
      if (cut === 0) {
        this.#rotate();
        continue;
      }
      const segment = this.#segment;
      if (segment === undefined) return;
      writeAll(segment.fd, rest.subarray(0, cut));
      segment.bytes += cut;
      this.#tailBytes += cut;
      rest = rest.subarray(cut);
    }
  }

  /** How many of the bytes to take: all when they fit, else whole lines; only a line that fits nowhere is cut, after a whole character. */
  #cut(bytes: Buffer, room: number): number {
    if (bytes.length <= room) return bytes.length;
    const lines = room <= 0 ? 0 : bytes.lastIndexOf(10, room - 1) + 1;
    if (lines > 0) return lines;
    const line = bytes.indexOf(10) + 1 || bytes.length;
    if (line <= this.#segmentLimit) return 0;
    let cut = Math.max(0, room);
    while (cut > 0 && ((bytes[cut] ?? 0) & 0xc0) === 0x80) cut--;
    return cut;
  }

  #rotate(): void {
    if (this.#segment !== undefined) {
      closeSync(this.#segment.fd);
      this.#turn = this.#turn === 0 ? 1 : 0;
    }
    const fd = openSync(segmentPaths(this.#path)[this.#turn], 'w');
    this.#segment = { fd, bytes: 0 };
    if (this.#tailBytes > 0) writeAll(fd, Buffer.from(droppedLine(this.#tailBytes)));
  }

  #join(segment: Segment): void {
    closeSync(segment.fd);
    const joined = joinSegments(segmentPaths(this.#path).map((path) => readIfThere(path)));
    this.#dropped += droppedBefore(joined);
    appendFileSync(this.#path, joined);
  }

  #removeSegments(): void {
    for (const path of segmentPaths(this.#path)) rmSync(path, { force: true });
  }
}

function writeAll(fd: number, bytes: Uint8Array): void {
  let offset = 0;
  while (offset < bytes.length) offset += writeSync(fd, bytes, offset);
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
