import { randomOf } from '../../lib/random.ts';
import { bootstrapInterval } from '../../lib/statistics/bootstrap.ts';
import { medianOf } from '../../lib/statistics/trend.ts';
import type { Block, BlockPair } from '../../model/comparison.ts';

/** By how much more head took than base: 0.1 is 10 % more. With 95 % confidence it lies between `low` and `high`. */
export interface Effect {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Pairs that it comes from. */
  readonly pairs: number;
}

/** What the pairs of one journey show, start by start. */
export interface Compared {
  /** Of the median time; `undefined` where the machine was too busy to say. */
  readonly p50: Effect | undefined;
  /** By how much the difference changes from one quiet pair to the next: the median distance from their middle. */
  readonly spread: number;
  /** Milliseconds. */
  readonly medians: { readonly base: number; readonly head: number };
  /** Of the CPU time of a walk; `undefined` where it was not seen. */
  readonly cpu: Effect | undefined;
  /** Of base against itself, by every second of its own blocks: what this machine finds where nothing differs. */
  readonly itself: Effect | undefined;
}

/** A pair that took longer than this many times what the quiet ones take was disturbed by something else. */
const QUIET = 1.5;
/** Fewer pairs than these say nothing. */
const LEAST = 8;
/** Seeds the resampling, so that a run that is judged again is judged the same. */
const SEED = 1;

type Life = readonly BlockPair[];

/** Base against head over all starts of a journey. */
export function compared(lives: readonly Life[]): Compared {
  const quiet = quietOf(lives);
  const all = quiet.flat();
  return {
    p50: effectOf(quiet.map(ratiosOf), medianOf),
    spread: spreadOf(quiet.flatMap(ratiosOf)),
    medians: { base: medianOf(all.map(([base]) => timeOf(base))), head: medianOf(all.map(([, head]) => timeOf(head))) },
    cpu: effectOf(lives.map(usedIn), cpuRatio),
    itself: effectOf(quiet.map(withItself).map(ratiosOf), medianOf),
  };
}

/**
 * The pairs during which the machine had time: those of which both sides together did not take much longer than the quieter quarter.
 * Which side was slower has no part in the choice.
 */
function quietOf(lives: readonly Life[]): Life[] {
  const times = lives
    .flat()
    .map(together)
    .toSorted((a, b) => a - b);
  const usual = times[Math.floor(times.length / 4)] ?? 0;
  return lives.map((life) => life.filter((pair) => together(pair) <= QUIET * usual));
}

function together([base, head]: BlockPair): number {
  return Math.sqrt(timeOf(base) * timeOf(head));
}

/** The median of a block's quieter turns: the middle one of their quicker half. Both sides have the same chance of quiet. */
function timeOf({ turns }: Block): number {
  return turns.toSorted((a, b) => a - b)[Math.floor(turns.length / 4)] ?? Number.NaN;
}

function effectOf<Item>(lives: readonly (readonly Item[])[], ratio: (items: readonly Item[]) => number): Effect | undefined {
  const items = lives.flat();
  if (items.length < LEAST) return undefined;
  const [value, { low, high }] = [ratio(items), bootstrapInterval(lives, ratio, randomOf(SEED))];
  return [value, low, high].every(Number.isFinite) ? { value, low, high, pairs: items.length } : undefined;
}

function spreadOf(ratios: readonly number[]): number {
  const middle = medianOf(ratios);
  return medianOf(ratios.map((ratio) => Math.abs(ratio - middle)));
}

/** By how much longer head's median was in each pair. */
function ratiosOf(life: Life): number[] {
  return life.map(([base, head]) => timeOf(head) / timeOf(base) - 1);
}

interface Used {
  readonly ms: readonly [base: number, head: number];
  readonly walks: readonly [base: number, head: number];
}

/** What both sides used in the pairs in which it was seen. */
function usedIn(life: Life): Used[] {
  return life.flatMap(([base, head]) =>
    base.cpuMs === undefined || head.cpuMs === undefined
      ? []
      : [{ ms: [sum(Object.values(base.cpuMs)), sum(Object.values(head.cpuMs))], walks: [base.walks, head.walks] }],
  );
}

/** All CPU time of head's walks against that of base's: the accounts of single blocks are too coarse. */
function cpuRatio(used: readonly Used[]): number {
  const each = (side: 0 | 1): number => sum(used.map(({ ms }) => ms[side])) / sum(used.map(({ walks }) => walks[side]));
  return each(1) / each(0) - 1;
}

/** Neighbouring blocks of base, the first by turns taken for base and for head. */
function withItself(life: Life): Life {
  return life.slice(1).flatMap(([one], index): BlockPair[] => {
    const [before] = life[index] ?? [];
    if (before === undefined || index % 2 === 1) return [];
    return [index % 4 === 0 ? [before, one] : [one, before]];
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
