import { z } from 'zod';

import { atPath, parseJson } from '../../lib/json.ts';
import type { Miss } from '../../model/journey.ts';

const name = z.string().min(1);

/** Events of a workflow, as they must come before its answer. */
export const Events = z.strictObject({
  field: name.default('event').describe('the field that names an event'),
  order: z
    .array(z.union([name, z.array(name).min(1)]))
    .min(1)
    .describe('the events, in the order in which they come; a list within it may come in any order'),
});
export type Events = z.output<typeof Events>;

/** More than this is no workflow any more; what follows is not kept. */
const MOST = 200;

/** Collects the events of one message until its answer. */
export class EventLog {
  readonly #seen: string[] = [];
  readonly #asked: Events;
  readonly #nonce: string | undefined;

  /** With a nonce, only messages that hold it count: others may belong to another workflow. */
  constructor(asked: Events, nonce: string | undefined) {
    this.#asked = asked;
    this.#nonce = nonce;
  }

  heard(text: string): void {
    if (this.#nonce !== undefined && !text.includes(this.#nonce)) return;
    const event = atPath(parseJson(text), this.#asked.field);
    if (typeof event === 'string' && this.#seen.length < MOST) this.#seen.push(event);
  }

  /** What is missing, too much, or in the wrong place. */
  miss(): Miss | undefined {
    const { order } = this.#asked;
    const groups = order.map((entry) => [entry].flat());
    let at = 0;
    const kept = groups.every((group) => {
      const part = this.#seen.slice(at, (at += group.length));
      return part.toSorted().join('\0') === group.toSorted().join('\0');
    });
    if (kept && at === this.#seen.length) return undefined;
    const expected = groups.map((group) => group.join(' and ')).join(', then ');
    return { what: 'events', measured: this.#seen.join(', ') || 'no event', expected };
  }
}
