import { shareInterval } from '../../lib/statistics/intervals.ts';
import { counted, grouped } from '../../lib/text.ts';
import { rowOf, type Asked, type EffectWalks, type PlannedEffect, type Reading } from '../../model/effects.ts';
import type { EvidenceOf } from '../../model/evidence.ts';
import type { Priority } from '../../model/finding.ts';
import { formatLimit, keeps, type Limit } from '../../model/limit.ts';
import { formatDuration } from '../../model/units.ts';
import { amount } from '../series/words.ts';

type Effect = EvidenceOf<'effect'>;

/** What one thing that was asked of an effect came to. */
export interface Outcome {
  readonly asked: Asked;
  readonly state: 'kept' | 'broken' | 'open';
  readonly measured: string;
  readonly expected: string;
  /** Why it is not decided. */
  readonly because?: string;
  readonly priority?: readonly [Priority, string];
}

/** Holds what was seen against one thing that was asked. */
export function outcomeOf(asked: Asked, plan: PlannedEffect, seen: Effect): Outcome {
  switch (asked) {
    case 'each':
      return each(plan, seen);
    case 'share':
      return share(plan, seen);
    case 'peak':
      return above(plan, seen);
    case 'after':
      return level({ asked, limit: plan.after, reading: seen.reading, value: seen.reading?.after });
    case 'returns':
      return returned(plan, seen);
    case 'unique':
      return unique(plan, seen);
    case 'open':
      return stillOpen(plan, seen);
    case 'refusedBy':
      return refused(plan, seen);
    case 'beside':
      return beside(plan, seen);
  }
}

function nothing(asked: Asked): Outcome {
  return { asked, state: 'open', measured: 'nothing', expected: 'a number', because: 'nothing was read' };
}

/** Exact where an exact change is asked: every walk that was kept has counted, and one that went wrong may have. */
function each({ each: limit }: PlannedEffect, { reading, walks }: Effect): Outcome {
  if (limit === undefined || reading === undefined) return nothing('each');
  const change = reading.after - reading.before;
  const [least, most] = [limit.value * walks.kept, limit.value * (walks.kept + walks.missed + walks.cut)];
  const shown = `${reading.what} changed by ${amount(change, limit.unit)} in ${counted(walks.kept, 'walk')} that ${walks.kept === 1 ? 'was' : 'were'} kept`;
  if (limit.op === '==') {
    const expected = `a change of ${amount(least, limit.unit)}`;
    if (change === least) return { asked: 'each', state: 'kept', measured: shown, expected };
    const doubt = change > least && change <= most;
    return doubt
      ? {
          asked: 'each',
          state: 'open',
          measured: shown,
          expected,
          because: `${counted(walks.missed + walks.cut, 'walk')} went wrong and may have counted`,
        }
      : { asked: 'each', state: 'broken', measured: shown, expected };
  }
  const perWalk = change / Math.max(1, walks.kept);
  const measured = `${amount(perWalk, limit.unit)} a walk (${shown}); a million walks: ${amount(perWalk * 1e6, limit.unit)}`;
  return { asked: 'each', state: keeps(perWalk, limit) ? 'kept' : 'broken', measured, expected: `${formatLimit(limit)} a walk` };
}

function share({ share: limit }: PlannedEffect, { reading, of }: Effect): Outcome {
  if (limit === undefined || reading === undefined || of === undefined) return nothing('share');
  const [part, whole] = [reading.after - reading.before, of.after - of.before];
  const expected = formatLimit(limit);
  const measured = `${grouped(part)} of ${grouped(whole)}`;
  if (whole <= 0 || part < 0 || part > whole) {
    const because = `${reading.what} changed by ${grouped(part)} and ${of.what} by ${grouped(whole)}: the one is no part of the other`;
    return { asked: 'share', state: 'open', measured, expected, because };
  }
  const value = part / whole;
  const { low, high } = shareInterval(part, whole);
  const shown = `${amount(value, 'ratio')} (${amount(low, 'ratio')} to ${amount(high, 'ratio')}; ${measured})`;
  if (keeps(value, limit)) return { asked: 'share', state: 'kept', measured: shown, expected };
  const certain = [low, high].every((side) => !keeps(side, limit));
  const because = 'so few walks do not decide it';
  return { asked: 'share', state: certain ? 'broken' : 'open', measured: shown, expected, ...(certain ? {} : { because }) };
}

/** Above what a pool may take, and not only left open: the database refuses whoever comes next. */
function above(plan: PlannedEffect, { reading }: Effect): Outcome {
  const found = level({ asked: 'peak', limit: plan.peak, reading, value: reading?.peak });
  return found.state === 'broken' && rowOf('peak', plan) === 'DB-13' ? { ...found, priority: ['P0', 'escalate:above-the-pool'] } : found;
}

interface Level {
  readonly asked: Asked;
  readonly limit: Limit | undefined;
  readonly reading: Reading | undefined;
  readonly value: number | undefined;
}

function level({ asked, limit, reading, value }: Level): Outcome {
  if (limit === undefined || reading === undefined || value === undefined) return nothing(asked);
  return {
    asked,
    state: keeps(value, limit) ? 'kept' : 'broken',
    measured: courseOf(reading),
    expected: `${asked === 'peak' ? 'at most' : 'afterwards'} ${formatLimit(limit)}`,
  };
}

function returned({ waitMs }: PlannedEffect, { reading }: Effect): Outcome {
  if (reading === undefined) return nothing('returns');
  const expected = `${grouped(reading.before)} or less again within ${formatDuration(waitMs)}`;
  return { asked: 'returns', state: reading.after <= reading.before ? 'kept' : 'broken', measured: courseOf(reading), expected };
}

/** `api sessions: 2 before, 45 at most, 45 after`. */
function courseOf({ what, before, peak, after, backAfterMs }: Reading): string {
  const back = backAfterMs === undefined ? '' : `, back after ${formatDuration(backAfterMs)}`;
  return `${what}: ${grouped(before)} before${peak === undefined ? '' : `, ${grouped(peak)} at most`}, ${grouped(after)} after${back}`;
}

function unique({ unique: capture = '' }: PlannedEffect, { captured }: Effect): Outcome {
  const expected = `each ${capture} once`;
  if (captured === undefined || captured.values < 2)
    return { ...nothing('unique'), expected, because: `${captured?.values ?? 0} of ${capture} were seen: too few to compare` };
  const measured = `${grouped(captured.different)} different of ${grouped(captured.values)}`;
  return { asked: 'unique', state: captured.different === captured.values ? 'kept' : 'broken', measured, expected };
}

function stillOpen({ open: limit }: PlannedEffect, { held }: Effect): Outcome {
  if (limit === undefined || held === undefined) return nothing('open');
  const expected = `${formatLimit(limit)} still open`;
  const measured = `${grouped(held.open)} of ${counted(held.opened, 'connection')} still open`;
  if (held.opened === 0) return { asked: 'open', state: 'open', measured, expected, because: 'nothing was opened' };
  return { asked: 'open', state: keeps(held.open, limit) ? 'kept' : 'broken', measured, expected };
}

function refused({ refusedBy = 0 }: PlannedEffect, { walks }: Effect): Outcome {
  const expected = `429 or 503 with Retry-After by walk ${grouped(refusedBy)} at the latest`;
  const { firstRefused, refused: times } = walks;
  const outcomes = outcomesOf(walks);
  if (firstRefused === undefined) return { asked: 'refusedBy', state: 'broken', measured: `none refused: ${outcomes}`, expected };
  const measured = `walk ${grouped(firstRefused)} is the first refused, ${grouped(times)} in all: ${outcomes}`;
  return { asked: 'refusedBy', state: firstRefused <= refusedBy ? 'kept' : 'broken', measured, expected };
}

function beside({ beside: journey = '' }: PlannedEffect, { beside: walks }: Effect): Outcome {
  const expected = `every walk of ${journey} beside it`;
  if (walks === undefined) return nothing('beside');
  const bad = walks.refused + walks.missed;
  const miss = walks.miss ? ` (${walks.miss.step}: ${walks.miss.what} ${walks.miss.measured})` : '';
  const measured = `${grouped(walks.kept)} of ${counted(walks.kept + bad, 'walk')} of ${journey} kept: ${outcomesOf(walks)}${miss}`;
  if (walks.kept + bad === 0)
    return { asked: 'beside', state: 'open', measured, expected, because: `no walk of ${journey} came to its end` };
  return { asked: 'beside', state: bad === 0 ? 'kept' : 'broken', measured, expected };
}

/** `200 × 120, 429 × 880`. */
export function outcomesOf({ outcomes }: EffectWalks): string {
  return Object.entries(outcomes)
    .map(([name, times]) => `${name} × ${grouped(times)}`)
    .join(', ');
}
