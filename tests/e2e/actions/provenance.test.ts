import { describe, expect, it } from 'vitest';

import { askForRun } from '../../../src/action/provenance.ts';
import { startGitHub, type GitHubOptions } from '../../fakes/github/server.ts';
import type { ForgeContext } from '../../../src/model/forge.ts';

const SHA = 'a'.repeat(40);
const FORGE: ForgeContext = { forge: 'github', event: 'push', fork: false, runAttempt: 1, runId: '42' };

async function asked(
  options: GitHubOptions,
  { runId = '42', token, forge = FORGE }: { runId?: string; token?: string; forge?: ForgeContext } = {},
) {
  await using github = await startGitHub(options);
  const world = {
    argv: [],
    cwd: '/',
    env: { GITHUB_ACTIONS: 'true', GITHUB_EVENT_NAME: 'push', ...github.env() },
    self: [],
    pid: 0,
    stdout: { write: () => undefined },
    stderr: { write: () => undefined },
    signal: new AbortController().signal,
  };
  const word = await askForRun(world, { token: token ?? github.token, runId })({ forge } as never);
  expect(github.violations).toEqual([]);
  return word;
}

describe('what GitHub says of the workflow run that evidence comes from', () => {
  it('its commit and how it ended', async () => {
    expect(await asked({ runs: [{ id: 42, headSha: SHA }] })).toEqual({ state: 'known', headSha: SHA, conclusion: 'success' });
    expect(await asked({ runs: [{ id: 42, headSha: SHA, conclusion: 'failure' }] })).toMatchObject({ conclusion: 'failure' });
  });

  it('nothing of a run that it does not know, and nothing without a token', async () => {
    expect(await asked({ runs: [] })).toMatchObject({ state: 'unknown' });
    expect(await asked({ runs: [{ id: 42, headSha: SHA }] }, { token: '' })).toEqual({
      state: 'unknown',
      because: 'there is no token to ask with',
    });
  });

  it('a good run speaks for its own evidence alone', async () => {
    const word = await asked({ runs: [{ id: 42, headSha: SHA }] }, { forge: { ...FORGE, runId: '43' } });
    expect(word).toEqual({ state: 'unknown', because: 'its evidence names the workflow run 43, and not 42' });
  });
});
