import { EXIT_CODES } from '../../model/verdict.ts';
import { keepWatch } from '../../run/chaos/watchdog.ts';
import type { GlobalOptions } from '../ports.ts';
import { openRunToUndo } from '../session.ts';
import type { World } from '../world.ts';

/** Hidden: waits for the death of the gate that started it, and heals what that leaves. Nothing stops it before. */
export async function watchdog(world: World, options: GlobalOptions & { run: string }): Promise<number> {
  const problems = await keepWatch(await openRunToUndo(world, options));
  for (const problem of problems) world.stderr.write(`${problem}\n`);
  return problems.length === 0 ? EXIT_CODES.pass : EXIT_CODES.unknown;
}
