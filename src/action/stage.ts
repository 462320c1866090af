import { getInput } from '@actions/core';

import { stage } from '../cli/commands/stage.ts';
import { listInput } from './inputs.ts';
import { runAction } from './run-action.ts';

// Stages of a run that `actions/stack` began. Whether they were good is for `actions/judge` to say.
await runAction(import.meta.dirname, (world) =>
  stage(world, listInput('stages'), { directory: getInput('working-directory') || '.', run: getInput('run') || 'latest' }),
);
