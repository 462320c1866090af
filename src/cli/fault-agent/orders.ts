import { readSync } from 'node:fs';

import { parseJson } from '../../lib/json.ts';
import { Order } from '../../faults/kit/agent-spec.ts';

/** What a proxy is told while it works: a file that lines are appended to. */
export class Orders {
  readonly #file: number;
  #at = 0;
  #rest = '';
  /** Lines that were read. */
  count = 0;

  constructor(file: number) {
    this.#file = file;
  }

  /** The last order that is new; `undefined` when there is none. */
  read(): Order | undefined {
    const bytes = Buffer.alloc(4_096);
    let last: Order | undefined;
    for (let length = this.#take(bytes); length > 0; length = this.#take(bytes)) this.#rest += bytes.toString('utf8', 0, length);
    const lines = this.#rest.split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      this.count += 1;
      last = Order.safeParse(parseJson(line)).data ?? last;
    }
    return last;
  }

  #take(bytes: Buffer): number {
    const length = readSync(this.#file, bytes, 0, bytes.length, this.#at);
    this.#at += length;
    return length;
  }
}
