import { z } from 'zod';

import { counted } from '../../lib/text.ts';
import { defineJudge, type RowJudge, type RowResult } from '../../model/row-judge.ts';

export const LockFacts = z.object({
  /** Locks that were looked at. */
  locks: z.number(),
  unused: z.array(
    z.object({
      path: z.string(),
      /** The line that makes the lock. */
      line: z.number(),
      lock: z.string(),
      /** What holds both: a class, a struct, a module. */
      owner: z.string(),
      /** What is counted without it, and where. */
      counter: z.string(),
      countedAt: z.number(),
    }),
  ),
});
export type LockFacts = z.output<typeof LockFacts>;

const EXPECTED = 'a lock is held where what it is there for is changed';

export const judges: readonly RowJudge[] = [
  defineJudge<LockFacts>({
    code: 'RES-06',
    rule: {
      title: 'a lock is made and never held',
      priority: 'P2',
      effort: '30 min–2 h',
      fix: 'Hold the lock around every change (`with self.lock:`, `mu.Lock(); defer mu.Unlock()`), or take the lock out where only one thread comes by: as it stands it tells the reader of a safety that is not there.',
    },
    facts: LockFacts,
    evaluate: ({ locks, unused }) => (unused.length === 0 ? [nothing(locks)] : unused.map(found)),
  }),
];

function found({ path, line, lock, owner, counter, countedAt }: LockFacts['unused'][number]): RowResult {
  return {
    subject: `${path}: ${owner}.${lock}`,
    result: { verdict: 'confirmed' },
    summary: `${owner} makes the lock ${lock} (${path}:${String(line)}), nothing ever takes it, and ${counter} is counted at line ${String(countedAt)}: of two threads that count at once, one is lost. Told by the text alone: whether several threads come by is not.`,
    measured: `${lock} is never taken`,
    expected: EXPECTED,
    locations: [
      { path, line },
      { path, line: countedAt },
    ],
  };
}

function nothing(locks: number): RowResult {
  const measured = `${counted(locks, 'lock')} looked at`;
  return {
    subject: 'locks',
    result: { verdict: 'refuted' },
    summary: `${measured}: none beside counters is never taken.`,
    measured,
    expected: EXPECTED,
  };
}
