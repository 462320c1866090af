import type { ForgeContext } from '../model/forge.ts';
import { GauntletError } from '../model/errors.ts';
import type { Forge, NoteOutcome, Ports } from '../ports/index.ts';
import { forgeEvent } from '../cli/forge-context.ts';
import type { GitHub } from './github.ts';
import { connectGitea, isGitea } from './gitea.ts';
import { connectGitLab } from './gitlab.ts';
import { GitHubNotes } from './github-notes.ts';
import { findPull } from './pull-request.ts';
import { Patience, reasonOf, statusOf } from './patience.ts';

type Env = Readonly<Record<string, string>>;
type Outside = Pick<Ports, 'files' | 'clock'> & Partial<Pick<Ports, 'http'>>;

/** All waiting for GitHub together; a secondary rate limit asks for 60 s. */
const BUDGET_MS = 75_000;
const REQUEST_MS = 15_000;
/** Events that no pull request can belong to. */
const ALONE = new Set(['workflow_dispatch', 'schedule', 'repository_dispatch']);

/**
 * GitHub, as the environment of a job describes it; the pull request is looked up where the event does not name it.
 * Works on GitHub Enterprise Server through `GITHUB_API_URL`.
 * @throws GauntletError of kind `evidence` when GitHub does not answer within about a minute.
 */
export async function connectForge(env: Env, ports: Outside): Promise<Forge> {
  const { context, runHead } = await forgeEvent(env, ports.files);
  if (context.forge === 'gitlab' && ports.http) return connectGitLab(env, context, ports.http);
  if (isGitea(env) && ports.http) return connectGitea(env, context, ports.http);
  const hub = await connect(env, context, ports);
  const pull =
    hub && context.pullRequest === undefined && !ALONE.has(context.event)
      ? await readable(() => findPull(hub, { context, runHead }))
      : undefined;
  const found: ForgeContext = { ...context, ...(pull ? { pullRequest: pull.number, baseSha: pull.base.sha, baseRef: pull.base.ref } : {}) };
  return { context: found, upsertNote: (body, { head }) => upsertNote({ context: found, hub, body, head }) };
}

interface Writing {
  readonly context: ForgeContext;
  readonly hub: GitHub | undefined;
  readonly body: string;
  readonly head: string;
}

async function upsertNote({ context, hub, body, head }: Writing): Promise<NoteOutcome> {
  if (context.forge === 'none' || ALONE.has(context.event)) return { state: 'no-pull-request' };
  if (!hub) return { state: 'read-only', message: 'there is no token: give GITHUB_TOKEN or the input `token`' };
  if (context.pullRequest === undefined) return { state: 'no-pull-request' };
  checkHead(context, head);
  const mark = { head, run: Number(context.runId ?? 0), attempt: context.runAttempt };
  try {
    return await new GitHubNotes(hub, context.pullRequest).upsert({ mark, text: body });
  } catch (error) {
    const status = statusOf(error);
    if (status === 401 || status === 403) return { state: 'read-only', message: reasonOf(error) };
    // No such pull request, or none that this token may see; 410: its issue was deleted.
    if (status === 404 || status === 410) return { state: 'no-pull-request' };
    if (status === undefined) throw error;
    throw new GauntletError(`GitHub refused the comment: ${reasonOf(error)}`, {
      kind: 'evidence',
      hint: 'the verdict is not changed, and the report is in the step summary and the artifact',
      cause: error,
    });
  }
}

/** A privileged job speaks for the commit that its event names, whatever a fork's artifact says. */
function checkHead(context: ForgeContext, head: string): void {
  if (context.event !== 'workflow_run' || head === context.headSha) return;
  throw new GauntletError(`the report judges ${head || 'no commit'}, but this workflow run is about ${context.headSha ?? 'no commit'}`, {
    kind: 'evidence',
    hint: 'comment on the artifact of the very run that triggered this workflow (`run-id: ${{ github.event.workflow_run.id }}`)',
  });
}

/** GitHub as this job may speak to it; `undefined` without a token. */
export async function connect(env: Env, context: ForgeContext, { clock }: Outside): Promise<GitHub | undefined> {
  const token = env['GITHUB_TOKEN'] || env['INPUT_TOKEN'];
  const [owner, repo] = context.repository?.split('/') ?? [];
  if (!token || owner === undefined || repo === undefined) return undefined;
  // Loaded here: the command line starts without it.
  const { getOctokit } = await import('@actions/github');
  const octokit = getOctokit(token, { baseUrl: (env['GITHUB_API_URL'] || 'https://api.github.com').replace(/\/$/, '') });
  octokit.hook.before('request', (options) => {
    options.request = { ...options.request, signal: AbortSignal.timeout(REQUEST_MS) };
  });
  return { octokit, owner, repo, clock, patience: new Patience(clock, BUDGET_MS) };
}

/** What a token may not read is as if it were not there. */
async function readable<Value>(body: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await body();
  } catch (error) {
    const status = statusOf(error);
    if (status !== undefined && status < 500) return undefined;
    throw error;
  }
}
