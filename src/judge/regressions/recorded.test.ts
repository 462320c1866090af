import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { randomOf } from '../../lib/random.ts';
import { medianOf } from '../../lib/statistics/trend.ts';
import type { Block, BlockPair } from '../../model/comparison.ts';
import { compared } from './effect.ts';
import { cpuAnswer, timeAnswer } from './verdict.ts';

type Pair = readonly [walks: number, base: readonly number[], head: readonly number[], cpu: number, cpuOfHead: number];
interface Recorded {
  readonly work: number;
  readonly machine: string;
  readonly pairs: readonly Pair[];
}

/*
 * Real services, compared with themselves (`work` 100) and with more work, by bench/regressions/record.ts: on two cores that eight other
 * programs wanted at the same time, and there with the services and the gate first in line (`chrt`), as on a machine of their own.
 */
const recorded = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures/recorded.json'), 'utf8')) as Recorded[];
const isQuiet = ({ machine }: Recorded) => machine.includes('first in line');
const same = recorded.filter((life) => life.work === 100 && isQuiet(life));
const slowed = recorded.filter((life) => life.work === 112 && isQuiet(life));
const crowded = recorded.filter((life) => life.work === 100 && !isQuiet(life));
const TIMES = 1_000;
const STARTS = 3;
const TOLERANCE = 0.05;

describe(`of ${TIMES} comparisons that are drawn from recorded starts`, { timeout: 120_000 }, () => {
  it('of a service with itself, at most 2 % call it slower, and nearly all decide', () => {
    const counts = answersOf(same);
    expect(counts.slower).toBeLessThanOrEqual(0.02 * TIMES);
    expect(counts.open).toBeLessThanOrEqual(0.02 * TIMES);
  });

  it('with a median that is a tenth longer, at least 95 % find it', () => {
    const ratios = slowed.flatMap(({ pairs }) => pairs.map(([, base, head]) => medianOf(head) / medianOf(base)));
    expect(Math.abs(medianOf(ratios) - 1.1)).toBeLessThan(0.01);
    expect(answersOf(slowed).slower).toBeGreaterThanOrEqual(0.95 * TIMES);
  });

  it('on a machine that does ten other things, most decide nothing, and at most 2 % are wrong', () => {
    const counts = answersOf(crowded);
    expect(counts.slower).toBeLessThanOrEqual(0.02 * TIMES);
    expect(counts.open).toBeGreaterThan(0.5 * TIMES);
  });
});

/** How comparisons end of which starts and pairs are drawn anew, with replacement. */
function answersOf(lives: readonly Recorded[]): { slower: number; open: number; kept: number } {
  const random = randomOf(5);
  const one = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] ?? expect.fail('nothing to draw from');
  const counts = { slower: 0, open: 0, kept: 0 };
  for (let time = 0; time < TIMES; time += 1) {
    const drawn = Array.from({ length: STARTS }, () => one(lives).pairs).map((pairs) => pairs.map(() => blocksOf(one(pairs))));
    const found = compared(drawn);
    const [byTime, byCpu] = [timeAnswer(found, TOLERANCE).state, cpuAnswer(found, TOLERANCE).state];
    counts[byTime === 'slower' || byCpu === 'slower' ? 'slower' : byTime] += 1;
  }
  return counts;
}

function blocksOf([walks, base, head, cpu, cpuOfHead]: Pair): BlockPair {
  const block = (side: Block['side'], turns: readonly number[], ms: number): Block => ({
    side,
    walks,
    failed: 0,
    p50: medianOf(turns),
    p99: Math.max(...turns),
    turns: [...turns],
    cpuMs: { api: ms },
  });
  return [block('base', base, cpu), block('head', head, cpuOfHead)];
}
