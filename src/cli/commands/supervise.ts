import { supervise } from '../../stacks/process/supervisor.ts';
import { portsOf } from '../ports.ts';
import type { World } from '../world.ts';

/** Hidden: owns the processes of a local stack until it is told to end. */
export async function superviseCommand(world: World, spec: string): Promise<number> {
  return supervise(spec, portsOf(world, { quiet: true }), world.signal);
}
