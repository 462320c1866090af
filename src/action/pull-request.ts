import type { ForgeContext } from '../model/forge.ts';
import type { GitHub } from './github.ts';
import type { ForgeEvent, RunHead } from '../cli/forge-context.ts';

/** A pull request as far as it matters for a note. */
interface Pull {
  readonly number: number;
  readonly head: { readonly sha: string; readonly repo: { readonly full_name: string } | null };
  readonly base: { readonly sha: string; readonly ref: string };
}

/** The open pull request that an event belongs to without naming it: a fork's `workflow_run`, or a push to a branch. */
export async function findPull(hub: GitHub, { context, runHead }: ForgeEvent): Promise<Pull | undefined> {
  if (runHead) return pullOfRun(hub, runHead);
  return context.event === 'push' && context.headSha !== undefined ? pullOfCommit(hub, context) : undefined;
}

/** `workflow_run.pull_requests` is empty for forks, and the base knows nothing of a fork's commits: ask by `owner:branch`. */
async function pullOfRun(hub: GitHub, { sha, branch, repository }: RunHead): Promise<Pull | undefined> {
  if (branch === undefined || repository === undefined) return undefined;
  const { octokit, owner, repo, patience } = hub;
  const head = `${repository.split('/')[0] ?? ''}:${branch}`;
  const pulls = await patience.until(() => octokit.paginate(octokit.rest.pulls.list, { owner, repo, head, state: 'open', per_page: 100 }));
  const own = oldestFirst(pulls).filter((pull) => pull.head.repo?.full_name === repository);
  // Pushed to since: the note will find itself stale, or is the only one there is.
  return own.find((pull) => pull.head.sha === sha) ?? own[0];
}

/** A merged pull request is history: what main says after the merge does not belong to it. */
async function pullOfCommit(hub: GitHub, { headSha }: ForgeContext): Promise<Pull | undefined> {
  const { octokit, owner, repo, patience } = hub;
  const asked = { owner, repo, commit_sha: headSha ?? '', per_page: 100 };
  const pulls = await patience.until(() => octokit.paginate(octokit.rest.repos.listPullRequestsAssociatedWithCommit, asked));
  return oldestFirst(pulls).find((pull) => pull.state === 'open' && pull.head.sha === headSha);
}

function oldestFirst<Numbered extends { readonly number: number }>(pulls: readonly Numbered[]): Numbered[] {
  return pulls.toSorted((a, b) => a.number - b.number);
}
