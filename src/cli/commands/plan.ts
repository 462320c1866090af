import { safeJson } from '../../lib/runner-commands.ts';
import { describePlan } from '../../plan/describe.ts';
import { EXIT_CODES } from '../../model/verdict.ts';
import { portsOf } from '../ports.ts';
import { loadPlan, type PlanOptions } from '../session.ts';
import type { World } from '../world.ts';

/** `gauntlet plan`: reads, computes, prints; runs nothing. */
export async function plan(world: World, options: PlanOptions): Promise<number> {
  const { plan: planned } = await loadPlan(world, options, portsOf(world, options));
  world.stdout.write(options.json === true ? `${safeJson(planned, 2)}\n` : `${describePlan(planned).trimEnd()}\n`);
  return EXIT_CODES.pass;
}
