import { resolve } from 'node:path';

import { nodePorts } from '../ports/node/index.ts';
import type { Ports } from '../ports/index.ts';
import { terminalProgress } from './progress.ts';
import type { World } from './world.ts';

export interface GlobalOptions {
  readonly directory: string;
  readonly quiet?: boolean;
}

/** The real outside, for this process. */
export function portsOf(world: World, { quiet }: Pick<GlobalOptions, 'quiet'>, env = world.env): Ports {
  return nodePorts({ env, self: world.self, progress: terminalProgress(world.stderr, { quiet: quiet === true }) });
}

/** The repository root that the command works in, absolute. */
export function rootOf(world: World, { directory }: Pick<GlobalOptions, 'directory'>): string {
  return resolve(world.cwd, directory);
}
