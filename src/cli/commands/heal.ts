import { join } from 'node:path';

import { safeJson } from '../../lib/runner-commands.ts';
import { errorMessage } from '../../model/errors.ts';
import { EXIT_CODES } from '../../model/verdict.ts';
import { healFaults } from '../../run/faults.ts';
import { openInstances, stackDown } from '../../run/stack.ts';
import { portsOf, rootOf, type GlobalOptions } from '../ports.ts';
import { holderOf } from '../live-run.ts';
import { openRunToUndo } from '../session.ts';
import type { World } from '../world.ts';

const DOWN_MS = 120_000;

interface Healed {
  readonly run: string;
  readonly undone: readonly string[];
  readonly problems: readonly string[];
}

/** `gauntlet heal`: finds what any run here booked and never undid, and undoes it. What a run is at work on is its own. */
export async function heal(world: World, options: GlobalOptions & { json?: boolean }): Promise<number> {
  const { files } = portsOf(world, options);
  const root = rootOf(world, options);
  const runs = join(root, '.gauntlet', 'runs');
  const healed: Healed[] = [];
  for (const id of (await files.exists(runs)) ? await files.list(runs) : []) {
    const holder = await holderOf(root, id);
    if (holder !== undefined) {
      world.stderr.write(`${id}: still running (process ${holder}), so nothing of it was undone; stop it first\n`);
      continue;
    }
    const result = await healRun(world, { ...options, run: id });
    if (result.undone.length + result.problems.length > 0) healed.push(result);
  }
  world.stdout.write(options.json === true ? `${safeJson(healed, 2)}\n` : describe(healed));
  return healed.some(({ problems }) => problems.length > 0) ? EXIT_CODES.unknown : EXIT_CODES.pass;
}

async function healRun(world: World, options: GlobalOptions & { run: string }): Promise<Healed> {
  const undone: string[] = [];
  const problems: string[] = [];
  try {
    const context = await openRunToUndo(world, options);
    // Faults first: they were done to the stack that is taken down after them.
    const faults = await healFaults(context);
    undone.push(...faults.healed.map((fault) => `healed ${fault}`));
    problems.push(...faults.problems);
    for (const instance of openInstances(await context.directory.readJournal())) {
      await stackDown(context, instance, AbortSignal.timeout(DOWN_MS));
      undone.push(`took down stack (${instance})`);
    }
  } catch (error) {
    problems.push(errorMessage(error));
  }
  return { run: options.run, undone, problems };
}

function describe(healed: readonly Healed[]): string {
  if (healed.length === 0) return 'nothing to undo\n';
  return healed
    .map(({ run, undone, problems }) =>
      [...undone.map((what) => `${run}: ${what}\n`), ...problems.map((problem) => `${run}: ${problem}\n`)].join(''),
    )
    .join('');
}
