import { join } from 'node:path';

import type { World } from './world.ts';

/** The folder of the gate itself: where `bin/`, `docs/` and `dist/` are. `undefined` when the program was started in an unknown way. */
export function checkoutOf({ self }: Pick<World, 'self'>): string | undefined {
  const [, ...rest] = self;
  const entry = rest.findLast((part) => part.endsWith('.ts') || part.endsWith('.js'));
  if (entry === undefined) return undefined;
  return join(entry, entry.endsWith('.ts') ? '../../..' : '../..');
}
