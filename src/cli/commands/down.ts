import { EXIT_CODES } from '../../model/verdict.ts';
import { healFaults } from '../../run/faults.ts';
import { openInstances, stackDown } from '../../run/stack.ts';
import type { GlobalOptions } from '../ports.ts';
import { openRunToUndo } from '../session.ts';
import type { World } from '../world.ts';

const DOWN_MS = 120_000;

/** `gauntlet down`: keeps the logs, takes the stacks of a run down, twice if need be without harm. */
export async function down(world: World, options: GlobalOptions & { run: string }): Promise<number> {
  const context = await openRunToUndo(world, options);
  // A fault can outlive its stack (kernel rules of the host): healing needs the stack's things still there.
  const { problems } = await healFaults(context);
  for (const instance of openInstances(await context.directory.readJournal())) {
    await stackDown(context, instance, AbortSignal.timeout(DOWN_MS));
  }
  return problems.length === 0 ? EXIT_CODES.pass : EXIT_CODES.unknown;
}
