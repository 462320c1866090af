import { createHash } from 'node:crypto';

import type { Ratio } from '../model/coverage.ts';
import type { Tally } from './contract.ts';

/** What more than one byte holds is not merged one by one. */
const MOST = 255;

/**
 * Counts branches or functions. A key names one of them in the way of its format (`line,block,branch`, name and line);
 * one that stands for several (the branches of a line) has their number as `total`. `undefined` when there are none.
 */
export function tally(parts: ReadonlyMap<string, Ratio>): Tally | undefined {
  if (parts.size === 0) return undefined;
  const keys = [...parts.keys()].sort();
  const outcomes = new Uint8Array(keys.length);
  let [covered, total, large] = [0, 0, false];
  for (const [index, key] of keys.entries()) {
    const part = parts.get(key) ?? { covered: 0, total: 0 };
    const hit = Math.min(part.covered, part.total);
    outcomes[index] = Math.min(MOST, hit);
    large ||= hit > MOST;
    covered += hit;
    total += part.total;
  }
  if (total === 0) return undefined;
  return large ? { covered, total } : { covered, total, outcomes: { shape: shapeOf(parts, keys), covered: outcomes } };
}

function shapeOf(parts: ReadonlyMap<string, Ratio>, keys: readonly string[]): string {
  const text = keys.map((key) => `${key}\0${parts.get(key)?.total ?? 0}`).join('\n');
  return createHash('sha1').update(text).digest('base64');
}

/**
 * Two tallies of one file: of the same branches, each has the better outcome. Where they are not known to be the same
 * (another format, another build) the better sum counts: never more than is true.
 */
export function mergeTallies(a: Tally | undefined, b: Tally | undefined): Tally | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  if (a.outcomes !== undefined && a.outcomes.shape === b.outcomes?.shape) {
    const other = b.outcomes.covered;
    const merged = a.outcomes.covered.map((hit, index) => Math.max(hit, other[index] ?? 0));
    const covered = merged.reduce((sum, hit) => sum + hit, 0);
    return { covered, total: a.total, outcomes: { shape: a.outcomes.shape, covered: merged } };
  }
  const total = Math.max(a.total, b.total);
  return { covered: Math.min(total, Math.max(a.covered, b.covered)), total };
}
