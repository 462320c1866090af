import { grouped } from '../../lib/text.ts';
import type { LimitUnit } from '../../model/limit.ts';
import type { Estimate } from '../../model/report-performance.ts';
import { formatDuration, formatSize } from '../../model/units.ts';

/** `8.24 ms`, `0.05 %`, `1.2 GB`: three digits, because a limit may lie between two whole numbers. */
export function amount(value: number, unit: LimitUnit): string {
  switch (unit) {
    case 'ratio':
      return `${digits(value * 100)} %`;
    case 'milliseconds':
      return value < 1_000 ? `${digits(value)} ms` : formatDuration(value);
    case 'bytes':
      return formatSize(Math.round(value));
    case 'count':
      return Number.isInteger(value) ? grouped(value) : digits(value);
  }
}

/** `(71 to 96 ms)`; empty where neither side is bounded. */
export function between({ low, high }: Omit<Estimate, 'value'>, unit: LimitUnit): string {
  if (low === undefined && high === undefined) return '';
  if (low === undefined) return ` (at most ${amount(high ?? 0, unit)})`;
  if (high === undefined) return ` (at least ${amount(low, unit)})`;
  return ` (${amount(low, unit)} to ${amount(high, unit)})`;
}

function digits(value: number): string {
  return String(Number(value.toPrecision(3)));
}
