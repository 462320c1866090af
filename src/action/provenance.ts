import type { ReleaseOptions } from '../cli/commands/release.ts';
import { forgeContext } from '../cli/forge-context.ts';
import { portsOf } from '../cli/ports.ts';
import type { World } from '../cli/world.ts';
import { connect } from './forge.ts';
import { reasonOf, statusOf } from './patience.ts';

/**
 * Asks GitHub what became of the workflow run that an artifact was taken from. What the artifact says of itself proves nothing;
 * that a run of this repository at this commit ended well is GitHub's own word.
 */
export function askForRun(
  world: World,
  { token, runId }: { readonly token: string; readonly runId: string },
): NonNullable<ReleaseOptions['ask']> {
  return async (run) => {
    const ports = portsOf(world, { quiet: true });
    const hub = await connect({ ...world.env, GITHUB_TOKEN: token }, await forgeContext(world.env, ports.files), ports);
    if (!hub) return { state: 'unknown', because: 'there is no token to ask with' };
    if (run.forge.runId !== runId)
      return { state: 'unknown', because: `its evidence names the workflow run ${run.forge.runId ?? '(none)'}, and not ${runId}` };
    const { octokit, owner, repo, patience } = hub;
    try {
      const { data } = await patience.until(() => octokit.rest.actions.getWorkflowRun({ owner, repo, run_id: Number(runId) }));
      return { state: 'known', headSha: data.head_sha, conclusion: data.conclusion };
    } catch (error) {
      if (statusOf(error) === undefined) throw error;
      return { state: 'unknown', because: reasonOf(error) };
    }
  };
}
