import { safeJson } from '../../lib/runner-commands.ts';
import { describePlan } from '../../plan/describe.ts';
import { EXIT_CODES } from '../../model/verdict.ts';
import { portsOf, rootOf } from '../ports.ts';
import { loadPlan, redactorOf, type PlanOptions } from '../session.ts';
import type { World } from '../world.ts';

/** `gauntlet plan`: reads, computes, prints; runs nothing. */
export async function plan(world: World, options: PlanOptions): Promise<number> {
  const { plan: planned } = await loadPlan(world, options, portsOf(world, options));
  const redact = redactorOf(world, { runId: 'plan', root: rootOf(world, options), patterns: planned.redact });
  // The configuration may hold what `${NAME}` stood for.
  world.stdout.write(options.json === true ? `${redact(safeJson(planned, 2))}\n` : `${redact(describePlan(planned)).trimEnd()}\n`);
  return EXIT_CODES.pass;
}
