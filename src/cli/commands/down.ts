import { EXIT_CODES } from '../../model/verdict.ts';
import { openInstances, stackDown } from '../../run/stack.ts';
import type { GlobalOptions } from '../ports.ts';
import { openRun } from '../session.ts';
import type { World } from '../world.ts';

const DOWN_MS = 120_000;

/** `gauntlet down`: keeps the logs, takes the stacks of a run down, twice if need be without harm. */
export async function down(world: World, options: GlobalOptions & { run: string }): Promise<number> {
  const context = await openRun(world, options);
  for (const instance of openInstances(await context.directory.readJournal())) {
    await stackDown(context, instance, AbortSignal.timeout(DOWN_MS));
  }
  return EXIT_CODES.pass;
}
