import { getInput, setOutput, setSecret } from '@actions/core';

import { release } from '../cli/commands/release.ts';
import { GauntletError } from '../model/errors.ts';
import { parseDuration } from '../model/units.ts';
import { stageInput } from './inputs.ts';
import { askForRun } from './provenance.ts';
import { runAction } from './run-action.ts';

// May this commit go out? The step's own result is the answer. Reads GitHub when it may, writes nothing to it.
await runAction(import.meta.dirname, async (world) => {
  const [token, runId, sha, output] = [getInput('token'), getInput('run-id'), getInput('sha'), getInput('predicate')];
  if (token !== '') setSecret(token);
  const stages = stageInput('stages');
  const maxAge = parseDuration(getInput('max-age') || '168h');
  if (maxAge === undefined)
    throw new GauntletError(`input max-age: "${getInput('max-age')}" is no time`, {
      kind: 'config',
      hint: 'write a time with its unit, such as 72h',
    });
  const options = {
    directory: getInput('working-directory') || '.',
    config: getInput('config') || 'gauntlet.yml',
    maxAge,
    ...(sha === '' ? {} : { sha }),
    ...(stages.length === 0 ? {} : { stages }),
    ...(output === '' ? {} : { output }),
    ...(runId === '' ? {} : { ask: askForRun(world, { token, runId }) }),
  };
  const code = await release(world, getInput('run') || 'latest', options);
  setOutput('cleared', String(code === 0));
  return code;
});
