import type { AnsweredCase, Score } from '../../model/evaluation.ts';
import { missed, numberOf, shown, type Scored } from './answered.ts';

type Factors = Extract<Score, { kind: 'factors' }>;

interface Valued {
  readonly value: number;
  readonly factors: readonly number[];
}

/** A value made of factors: all of them there and in range, and no case that has more of one alone is worth less. */
export function byFactors(score: Factors, cases: readonly AnsweredCase[]): Scored[] {
  const [least, most] = score.range;
  const expected = `${score.names.join(', ')} and the value from ${least} to ${most}; never less for more of one`;
  const read = cases.map((one) => ({ one, valued: valuedOf(score, one) }));
  return read.map(({ one, valued }): Scored => {
    const lost = missed(one);
    if (lost) return lost;
    if (typeof valued === 'string') return { name: one.name, right: false, measured: valued, expected };
    const worse = read.find(({ valued: other }) => typeof other !== 'string' && falls(other, valued));
    if (worse === undefined) return { name: one.name, right: true, measured: shown(valued.value), expected };
    const which = score.names[changed(worse.valued as Valued, valued)[0] ?? 0];
    return { name: one.name, right: false, measured: `worth less than ${worse.one.name}, and only its ${which} is higher`, expected };
  });
}

function valuedOf({ value, factors, names, range: [least, most] }: Factors, { captured }: AnsweredCase): Valued | string {
  const map = captured[factors];
  if (map === null || typeof map !== 'object' || Array.isArray(map)) return `no map of factors: ${shown(map)}`;
  const own = names.map((name) => numberOf((map as Record<string, unknown>)[name]));
  const absent = names.find((_, index) => own[index] === undefined);
  if (absent !== undefined) return `no factor ${absent}`;
  const total = numberOf(captured[value]);
  if (total === undefined) return `no value: ${shown(captured[value])}`;
  const numbers = own.flatMap((number) => number ?? []);
  const outside = [total, ...numbers].find((number) => number < least || number > most);
  return outside === undefined ? { value: total, factors: numbers } : `${outside} is out of range`;
}

/** Does the value fall from one to the other, though one factor rose and no other changed? */
function falls(from: Valued, to: Valued): boolean {
  const [index, ...more] = changed(from, to);
  if (index === undefined || more.length > 0) return false;
  return (to.factors[index] ?? 0) > (from.factors[index] ?? 0) && to.value < from.value;
}

function changed(from: Valued, to: Valued): number[] {
  return from.factors.flatMap((factor, index) => (factor === to.factors[index] ? [] : [index]));
}
