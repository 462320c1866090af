import type { LoadLevel } from './load.ts';

// When a system is full, and when it is itself again: what a climbing load goes by, and what is judged afterwards.

/** Beside these, a level is one that the system bears: a share of arrivals, and how much slower than the first level. */
const BEARS = { bad: 0.01, times: 3, ms: 50 } as const;

/** Part of the arrivals that were not served. */
export function unserved({ arrivals, refused, wrong, unanswered }: LoadLevel): number {
  return arrivals === 0 ? 0 : (refused + wrong + unanswered) / arrivals;
}

/** Why the system did not keep up at this level; `undefined` when it did. */
export function whyFull(level: LoadLevel, first: LoadLevel | undefined): string | undefined {
  const part = unserved(level);
  if (part > BEARS.bad) return `${(part * 100).toFixed(part < 0.1 ? 1 : 0)} % of the arrivals were not served`;
  const [now, before] = [level.latency?.p90, first?.latency?.p90];
  if (now === undefined) return 'nothing was served';
  if (before === undefined || now <= BEARS.times * before + BEARS.ms) return undefined;
  return `the 90th percentile rose from ${before.toFixed(0)} to ${now.toFixed(0)} ms`;
}

/** The last level that the system bore: its knee. */
export function kneeOf(levels: readonly LoadLevel[]): LoadLevel | undefined {
  return levels.findLast(({ part }) => part === 'climb');
}

/** The first of the last levels from which on the system was as before the climb; `undefined` when it never was again. */
export function recoveredAt(levels: readonly LoadLevel[]): LoadLevel | undefined {
  const [first] = levels;
  const after = levels.filter(({ part, arrivals }) => part === 'recovery' && arrivals > 0);
  const bad = after.findLastIndex((level) => whyFull(level, first) !== undefined);
  return after[bad + 1];
}
