import { getInput, getState, saveState, setOutput, warning } from '@actions/core';
import { exec } from '@actions/exec';

import { down } from '../cli/commands/down.ts';
import { startRun } from '../cli/session.ts';
import type { World } from '../cli/world.ts';
import { errorMessage } from '../model/errors.ts';
import { EXIT_CODES } from '../model/verdict.ts';
import { bringsStackUp } from '../plan/needs.ts';
import { runUp } from '../run/gate.ts';
import { openStack } from '../run/stack.ts';
import { planInputs } from './inputs.ts';
import { launcherOf, runAction } from './run-action.ts';
import { showLogs } from './stack-logs.ts';

// One file for both ends of the job: what main saves first says that this is the post.
await runAction(import.meta.dirname, (world) => (getState('began') === '' ? main(world) : post(world)));

/** A run begins and its stack comes up. */
async function main(world: World): Promise<number> {
  saveState('began', 'yes');
  const directory = getInput('working-directory') || '.';
  const context = await startRun(world, { ...planInputs(), directory }, { owned: false });
  // Before anything is started: the post step must find it, whatever happens from here on.
  saveState('directory', context.directory.path);
  saveState('root', context.root);
  setOutput('run', context.info.id);
  setOutput('directory', context.directory.path);
  const { outcome } = await runUp(context);
  if (outcome.status === 'crashed') throw outcome.error;
  if (outcome.status === 'interrupted') return EXIT_CODES.interrupted;
  const stack = await openStack(context, 'head');
  setOutput('targets', JSON.stringify(Object.fromEntries((stack?.manifest.targets ?? []).map(({ name, url }) => [name, url]))));
  return !bringsStackUp(context.plan) || stack?.readiness.state === 'ready' ? EXIT_CODES.pass : EXIT_CODES.unknown;
}

/** Logs, then down. Inputs are not read here: the runner hands wrong ones to the post of a nested action (actions/runner#2030). */
async function post(world: World): Promise<number> {
  const [run, root] = [getState('directory'), getState('root')];
  if (run === '') return EXIT_CODES.pass;
  const code = await takeDown(world, { run, root });
  await showLogs(run).catch((error: unknown) => warning(`the logs could not be shown: ${errorMessage(error)}`));
  return code;
}

/** A process that a cancelled main left half done is undone by a fresh one, from the journal alone. */
async function takeDown(world: World, { run, root }: { run: string; root: string }): Promise<number> {
  try {
    return await down(world, { directory: root, run });
  } catch (error) {
    warning(`the stack could not be taken down in the usual way: ${errorMessage(error)}`);
    return exec(`"${launcherOf(import.meta.dirname)}"`, ['-C', root, 'heal'], { ignoreReturnCode: true, cwd: root });
  }
}
