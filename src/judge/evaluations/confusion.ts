import { quoted } from '../../lib/text.ts';
import type { Scored } from './answered.ts';

const LABELS = 6;

/** Which answer came where which was right: one line for each pair that was mixed up, most often first. */
export function mixedUp(cases: readonly Scored[]): string[] {
  const wrong = Map.groupBy(
    cases.filter(({ right }) => !right),
    ({ measured, expected }) => `${quoted(expected)} was answered by ${quoted(measured)}`,
  );
  return [...wrong]
    .toSorted(([, one], [, other]) => other.length - one.length)
    .slice(0, LABELS)
    .map(([pair, all]) => `- ${all.length} ×: ${pair}`);
}
