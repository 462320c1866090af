import type { RunContext } from '../context.ts';
import type { Guard } from '../faults.ts';

export function watchdog(_: RunContext): Guard {
  return async () => undefined;
}
