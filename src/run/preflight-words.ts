import type { Preflight } from '../model/manifest.ts';
import type { Progress } from '../ports/index.ts';

/** So many warnings of one kind are said while it runs; the report has them all. */
const ALIKE = 2;

/** What stands against a start, with its repair, and what is risky. */
export function sayPreflight(progress: Pick<Progress, 'warn'>, preflight: readonly Preflight[]): void {
  const warnings = preflight.filter(({ level }) => level === 'warning');
  for (const alike of Map.groupBy(warnings, ({ what }) => what).values()) {
    for (const { message } of alike.slice(0, ALIKE)) progress.warn(`stack │ ${message}`);
    if (alike.length > ALIKE) progress.warn(`stack │ … and ${alike.length - ALIKE} more like this`);
  }
  for (const { level, message, fix } of preflight) if (level === 'error') progress.warn(`stack │ ${message}. ${fix}`);
}
