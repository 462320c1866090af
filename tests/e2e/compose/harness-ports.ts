import { nodePorts } from '../../../src/ports/node/index.ts';
import type { Ports } from '../../../src/ports/index.ts';

/** The real outside, silent. */
export function ports(env: Record<string, string> = {}): Ports {
  const inherited = Object.fromEntries(Object.entries(process.env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
  const silent = { say: () => undefined, update: () => undefined, warn: () => undefined };
  return nodePorts({ env: { ...inherited, ...env }, progress: silent });
}
