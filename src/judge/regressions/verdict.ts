import { formatRatio } from '../../model/units.ts';
import type { Compared, Effect } from './effect.ts';

/** What nobody can feel, and no machine can tell: milliseconds. */
const PRACTICAL_MS = 0.05;
/** CPU accounts are kept in hundredths of a second, and caches are shared: less than this is nobody's doing. */
const CPU_TOLERANCE = 0.1;

/** What the pairs of a journey say about one of its costs. */
export type Answer =
  | { readonly state: 'kept' }
  | { readonly state: 'slower'; readonly effect: Effect; readonly limit: number }
  | { readonly state: 'open'; readonly because: string };

const KEPT: Answer = { state: 'kept' };

/** Is the median longer, by more than is tolerated, and is that no chance? Nothing is said on a machine that finds what is not there. */
export function timeAnswer({ p50, medians, itself, spread }: Compared, tolerance: number): Answer {
  if (p50 === undefined) return open('too few quiet moments: this machine does too much else');
  if (spread > tolerance)
    return open(`from one pair to the next the difference changes by ${formatRatio(spread)}: the machine is too restless`);
  if (itself !== undefined && Math.abs(itself.value) > tolerance)
    return open(`base differs from itself by ${formatRatio(Math.abs(itself.value))}: the machine is too restless`);
  if (p50.value <= tolerance || medians.head - medians.base < PRACTICAL_MS) return KEPT;
  return p50.low > 0 ? { state: 'slower', effect: p50, limit: tolerance } : open('the difference may be chance');
}

/** Does a walk take more CPU? Accounts are kept also where time is not quiet enough to be measured. */
export function cpuAnswer({ cpu }: Compared, tolerance: number): Answer {
  const limit = Math.max(tolerance, CPU_TOLERANCE);
  return cpu === undefined || cpu.value <= limit || cpu.low <= 0 ? KEPT : { state: 'slower', effect: cpu, limit };
}

function open(because: string): Answer {
  return { state: 'open', because };
}
