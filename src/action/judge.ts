import { getBooleanInput, getInput, setOutput } from '@actions/core';

import { judgeCommand } from '../cli/commands/judge.ts';
import { EXIT_CODES } from '../model/verdict.ts';
import { listInput, planInputs } from './inputs.ts';
import { mergeRuns } from './merge.ts';
import { publish } from './publish.ts';
import { runAction } from './run-action.ts';

// The verdict of a run that is on disk, or of the legs of a matrix. Needs no token, downloads nothing, runs nothing of the user's.
await runAction(import.meta.dirname, async (world) => {
  const [directory, baseline, legs] = [getInput('working-directory') || '.', getInput('baseline'), listInput('legs')];
  const run = legs.length === 0 ? getInput('run') || 'latest' : await mergeRuns(world, legs, { ...planInputs(), directory });
  const code = await judgeCommand(world, run, { directory, ...(baseline === '' ? {} : { baseline }) });
  setOutput('exit-code', code);
  await publish(world, run, { directory });
  return getBooleanInput('fail') ? code : EXIT_CODES.pass;
});
