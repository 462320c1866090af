import type { RestingLook, ServiceAtRest } from '../../model/leaks.ts';
import { formatSize } from '../../model/units.ts';
import type { Floor, Points } from './growth.ts';

/** Something that a service can hold too much of. */
export interface Held {
  readonly key: Exclude<keyof RestingLook, 'walks'>;
  readonly floor: Floor;
  /** The rise from the first look to the last that is the least to speak of. */
  readonly least: number;
  readonly noun: string;
  /** Part of a finding's subject. */
  readonly subject: string;
  readonly format: (amount: number) => string;
  /** Absent for memory, whose row depends on who walks. */
  readonly code?: string;
}

/** Bytes of a walk below which healthy services stay, and every leak that matters does not (docs/leaks.md). */
export const HEAP: Held = {
  key: 'heapBytes',
  floor: { perWalk: 20, perRound: 10_000 },
  least: 0,
  noun: 'Heap',
  subject: 'memory',
  format: bytes,
};

export const MEMORY: Held = {
  key: 'memoryBytes',
  floor: { perWalk: 256, perRound: 128_000 },
  least: 0,
  noun: 'Memory',
  subject: 'memory',
  format: bytes,
};

/** One in a hundred walks that leaves something open fills the usual 1,024 descriptors in a day of one walk a second. */
const ONE_IN_A_HUNDRED = 0.01;
/** Pools open some more when they are asked at once. */
const SOME = 8;

export const COUNTS: readonly Held[] = [
  { key: 'fds', ...counts('LEAK-10', 'descriptors', 'Open descriptors') },
  { key: 'pids', ...counts('LEAK-07', 'threads', 'Processes and threads') },
  { key: 'goroutines', ...counts('LEAK-07', 'goroutines', 'Goroutines') },
];

function counts(code: string, subject: string, noun: string): Omit<Held, 'key'> {
  const format = (amount: number): string => `${Number(amount.toFixed(amount < 10 ? 2 : 0))} ${subject}`;
  return { code, floor: { perWalk: ONE_IN_A_HUNDRED, perRound: 0.5 }, least: SOME, noun, subject, format };
}

/** What was seen of it, look by look. */
export function pointsOf({ looks }: ServiceAtRest, { key }: Held): Points {
  return looks.flatMap((look) => {
    const value = look[key];
    return value === undefined ? [] : [[look.walks, value] as const];
  });
}

function bytes(amount: number): string {
  return formatSize(Math.round(amount));
}
