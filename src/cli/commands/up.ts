import { safeJson } from '../../lib/runner-commands.ts';
import { bringsStackUp } from '../../plan/needs.ts';
import { runUp } from '../../run/gate.ts';
import { openStack } from '../../run/stack.ts';
import { EXIT_CODES } from '../../model/verdict.ts';
import { holdRun } from '../live-run.ts';
import { startRun, type PlanOptions } from '../session.ts';
import type { World } from '../world.ts';

/** `gauntlet up`: a run begins and its stack comes up. A stack that does not get ready is evidence for the verdict, and exit code 2 here. */
export async function up(world: World, options: PlanOptions): Promise<number> {
  const context = await startRun(world, options, { owned: false });
  await using _held = await holdRun(context.root, { id: context.info.id, pid: world.pid });
  const { outcome } = await runUp(context);
  const stack = await openStack(context, 'head');
  if (options.json === true)
    world.stdout.write(`${safeJson({ run: context.info.id, directory: context.directory.path, stack: stack?.manifest }, 2)}\n`);
  else {
    for (const { name, url } of stack?.manifest.targets ?? []) world.stdout.write(`${name} ${url}\n`);
    world.stdout.write(`run ${context.info.id}\n`);
  }
  if (outcome.status === 'interrupted') return EXIT_CODES.interrupted;
  if (outcome.status === 'crashed') throw outcome.error;
  return !bringsStackUp(context.plan) || stack?.readiness.state === 'ready' ? EXIT_CODES.pass : EXIT_CODES.unknown;
}
