import { join } from 'node:path';

import { sealedIn } from '../../lib/seal.ts';
import { GauntletError } from '../../model/errors.ts';
import { STAGES, StageName } from '../../model/stage.ts';
import { EXIT_CODES } from '../../model/verdict.ts';
import type { RunContext } from '../../run/context.ts';
import { runStages } from '../../run/gate.ts';
import type { GlobalOptions } from '../ports.ts';
import { bringsStackUp } from '../../plan/needs.ts';
import { openInstances } from '../../run/stack.ts';
import { holdRun } from '../live-run.ts';
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
  await refuseEnded(context);
  await using _held = await holdRun(context.root, { id: context.info.id, pid: world.pid });
  const { outcome } = await runStages(context, wanted);
  if (outcome.status === 'crashed') throw outcome.error;
  return outcome.status === 'interrupted' ? EXIT_CODES.interrupted : EXIT_CODES.pass;
}

/** A run whose stack is gone has nothing left to speak to; one that was judged says so, because its report no longer fits. */
async function refuseEnded({ plan, info, directory, ports }: RunContext): Promise<void> {
  const journal = await directory.readJournal();
  const gone = journal.some(({ type, ...entry }) => type === 'undone' && 'id' in entry && entry.id.startsWith('stack-'));
  if (bringsStackUp(plan) && gone && openInstances(journal).length === 0) {
    throw new GauntletError(`the stack of run ${info.id} was taken down`, {
      kind: 'config',
      hint: 'start a new run with `gauntlet up`, and run its stages before `gauntlet down`',
    });
  }
  if (await ports.files.exists(join(directory.path, 'report.json')))
    ports.progress.warn(`gate │ run ${info.id} was judged before: judge it again after this`);
}

function parseName(name: string): StageName {
  const parsed = StageName.safeParse(name);
  if (parsed.success) return parsed.data;
  throw new GauntletError(`"${name}" is no stage`, { kind: 'config', hint: `use ${STAGES.join(', ')} or all` });
}
