import type { Walked } from '../loads/contract.ts';
import { isBudget } from '../model/journey.ts';
import type { Completion } from '../model/messages.ts';

/** Users who are named with what they missed. */
const NAMED = 20;
const TEXT = 300;

/** Which users of a load came to the end of all their walks. */
export class CompletionLedger {
  readonly #ends = new Map<string, 'complete' | 'incomplete' | 'cut'>();
  readonly #incomplete: Completion['incomplete'] = [];

  record({ user, journey, walked }: { readonly user: string; readonly journey: string; readonly walked: Walked }): void {
    const before = this.#ends.get(user);
    if (before === 'incomplete') return;
    if (walked.end === 'kept') {
      if (before === undefined) this.#ends.set(user, 'complete');
      return;
    }
    const wrong = walked.steps.find(({ miss }) => miss !== undefined && !isBudget(miss));
    if (walked.end === 'cut') {
      this.#ends.set(user, 'cut');
    } else if (wrong?.miss) {
      this.#ends.set(user, 'incomplete');
      const { what, measured, expected } = wrong.miss;
      const said = { what, measured: measured.slice(0, TEXT), expected: expected.slice(0, TEXT) };
      if (this.#incomplete.length < NAMED) this.#incomplete.push({ user, journey, step: wrong.title, ...said });
    } else if (before === undefined) {
      this.#ends.set(user, 'complete');
    }
  }

  facts(): Completion {
    const ends = [...this.#ends.values()];
    const count = (end: 'complete' | 'incomplete' | 'cut'): number => ends.filter((one) => one === end).length;
    return {
      users: ends.length,
      complete: count('complete'),
      cut: count('cut'),
      incomplete: [...this.#incomplete],
      omitted: count('incomplete') - this.#incomplete.length,
    };
  }
}
