import { getInput, setSecret } from '@actions/core';

import { comment } from '../cli/commands/comment.ts';
import { runAction } from './run-action.ts';

// The one comment of the pull request: the only action that writes to GitHub, and the only one with a token.
await runAction(import.meta.dirname, (world) => {
  const token = getInput('token');
  if (token !== '') setSecret(token);
  const env = { ...world.env, GITHUB_TOKEN: token };
  return comment({ ...world, env }, getInput('run') || 'latest', { directory: getInput('working-directory') || '.' });
});
