import { sealedIn } from '../../lib/seal.ts';
import { GauntletError } from '../../model/errors.ts';
import { STAGES, StageName } from '../../model/stage.ts';
import { EXIT_CODES } from '../../model/verdict.ts';
import { runStages } from '../../run/gate.ts';
import type { GlobalOptions } from '../ports.ts';
import { openRun } from '../session.ts';
import type { World } from '../world.ts';

/** `gauntlet stage`: runs stages of a started run. Whether they were good is for `judge` to say. */
export async function stage(world: World, names: readonly string[], options: GlobalOptions & { run: string }): Promise<number> {
  const context = await openRun(world, options);
  const sealed = sealedIn(context.plan);
  if (sealed.length > 0) {
    throw new GauntletError(`the configuration used ${sealed.join(', ')}, which this process does not have`, {
      kind: 'config',
      hint: 'give each step of the job the same secrets in `env`: they are not kept on disk',
    });
  }
  const planned = context.plan.stages.map(({ name }) => name);
  const wanted = names.includes('all') ? planned : names.map(parseName);
  const unplanned = wanted.filter((name) => !planned.includes(name));
  if (unplanned.length > 0) {
    throw new GauntletError(`${unplanned.join(', ')}: not in the plan of this run`, {
      kind: 'config',
      hint: `planned are: ${planned.join(', ') || 'no stages'}`,
    });
  }
  const { outcome } = await runStages(context, wanted);
  if (outcome.status === 'crashed') throw outcome.error;
  return outcome.status === 'interrupted' ? EXIT_CODES.interrupted : EXIT_CODES.pass;
}

function parseName(name: string): StageName {
  const parsed = StageName.safeParse(name);
  if (parsed.success) return parsed.data;
  throw new GauntletError(`"${name}" is no stage`, { kind: 'config', hint: `use ${STAGES.join(', ')} or all` });
}
