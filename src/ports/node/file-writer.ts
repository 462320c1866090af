import { closeSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

import type { FileWriter } from '../files.ts';
import { actionable } from './errors.ts';

/** Characters that are gathered before they are written. */
const PIECE = 1_000_000;

/**
 * A file in pieces, each written before more is taken: what is told by the million never piles up in memory. It lies
 * beside its place until it is whole.
 */
export class NodeFileWriter implements FileWriter {
  readonly #path: string;
  #descriptor: number | undefined;
  #held = '';

  constructor(path: string) {
    this.#path = path;
  }

  write(text: string): void {
    this.#held += text;
    if (this.#held.length >= PIECE) this.#flush();
  }

  close(): void {
    this.#flush();
    const descriptor = this.#descriptor;
    if (descriptor === undefined) return;
    this.#clearly(() => {
      closeSync(descriptor);
      renameSync(this.#temporary, this.#path);
    });
    this.#descriptor = undefined;
  }

  get #temporary(): string {
    return `${this.#path}.part`;
  }

  #flush(): void {
    if (this.#held === '') return;
    const bytes = Buffer.from(this.#held);
    this.#held = '';
    this.#clearly(() => {
      if (this.#descriptor === undefined) {
        mkdirSync(dirname(this.#path), { recursive: true });
        this.#descriptor = openSync(this.#temporary, 'w');
      }
      for (let from = 0; from < bytes.length;) from += writeSync(this.#descriptor, bytes, from);
    });
  }

  #clearly(act: () => void): void {
    try {
      act();
    } catch (error) {
      throw actionable(error, this.#path);
    }
  }
}
