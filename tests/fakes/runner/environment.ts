import { basename, dirname, join } from 'node:path';
import { arch, platform } from 'node:os';

const INHERITED = ['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LC_ALL', 'TZ', 'DOCKER_HOST', 'DOCKER_CONFIG', 'XDG_RUNTIME_DIR'];
const NO_SHA = '0'.repeat(40);

interface Folders {
  workspace: string;
  temp: string;
  tools: string;
  eventPath: string;
}

interface Payload {
  ref?: string;
  after?: string;
  number?: number;
  repository?: { full_name: string; id: number; default_branch: string };
  sender?: { login: string };
  pull_request?: { merge_commit_sha: string | null; head: { ref: string; sha: string }; base: { ref: string; sha: string } };
  merge_group?: { head_ref: string; head_sha: string };
}

interface Ref {
  ref: string;
  sha: string;
  head?: string;
  base?: string;
}

/** Which ref and commit each event runs on. https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows */
function refOf(name: string, payload: Payload): Ref {
  const { pull_request: pull, merge_group: group } = payload;
  const main = `refs/heads/${payload.repository?.default_branch ?? 'main'}`;
  if (name === 'pull_request' && pull !== undefined) {
    const sha = pull.merge_commit_sha ?? pull.head.sha;
    return { ref: `refs/pull/${payload.number}/merge`, sha, head: pull.head.ref, base: pull.base.ref };
  }
  // Always the default branch since 2025-12-08, whatever branch the pull request is for.
  if (name === 'pull_request_target' && pull !== undefined)
    return { ref: main, sha: pull.base.sha, head: pull.head.ref, base: pull.base.ref };
  if (name === 'merge_group' && group !== undefined) return { ref: group.head_ref, sha: group.head_sha };
  return { ref: payload.ref ?? main, sha: payload.after ?? NO_SHA };
}

function inherited(names: string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of [...INHERITED, ...names]) {
    const value = process.env[name];
    if (value !== undefined) found[name] = value;
  }
  return found;
}

function githubVariables(event: { name: string; payload: unknown }, folders: Folders): Record<string, string> {
  const payload = event.payload as Payload;
  const { ref, sha, head = '', base = '' } = refOf(event.name, payload);
  const repository = payload.repository?.full_name ?? 'octo/demo';
  const actor = payload.sender?.login ?? 'octocat';
  return {
    GITHUB_ACTIONS: 'true',
    GITHUB_WORKSPACE: folders.workspace,
    GITHUB_REPOSITORY: repository,
    GITHUB_REPOSITORY_ID: String(payload.repository?.id ?? 1),
    GITHUB_REPOSITORY_OWNER: dirname(repository),
    GITHUB_SHA: sha,
    GITHUB_REF: ref,
    GITHUB_REF_NAME: ref.replace(/^refs\/(heads|tags|pull)\//, ''),
    GITHUB_REF_TYPE: ref.startsWith('refs/tags/') ? 'tag' : 'branch',
    GITHUB_REF_PROTECTED: 'false',
    GITHUB_HEAD_REF: head,
    GITHUB_BASE_REF: base,
    GITHUB_EVENT_NAME: event.name,
    GITHUB_EVENT_PATH: folders.eventPath,
    GITHUB_ACTOR: actor,
    GITHUB_TRIGGERING_ACTOR: actor,
    GITHUB_WORKFLOW: 'gate',
    GITHUB_WORKFLOW_REF: `${repository}/.github/workflows/gate.yml@${ref}`,
    GITHUB_JOB: 'gate',
    GITHUB_ACTION: '__run',
    GITHUB_RUN_ID: '5007',
    GITHUB_RUN_NUMBER: '3',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_RETENTION_DAYS: '90',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_API_URL: 'https://api.github.com',
    GITHUB_GRAPHQL_URL: 'https://api.github.com/graphql',
  };
}

/** The environment of a step, before its own variables and command files. */
export function baseEnvironment(
  event: { name: string; payload: unknown },
  folders: Folders,
  trackingId: string,
  options: { env?: Record<string, string>; inherit?: string[] },
): Record<string, string> {
  return {
    ...inherited(options.inherit ?? []),
    CI: 'true',
    ...githubVariables(event, folders),
    RUNNER_NAME: 'fake',
    RUNNER_OS: platform() === 'darwin' ? 'macOS' : 'Linux',
    RUNNER_ARCH: arch().toUpperCase(),
    RUNNER_ENVIRONMENT: 'github-hosted',
    RUNNER_TEMP: folders.temp,
    RUNNER_TOOL_CACHE: folders.tools,
    RUNNER_WORKSPACE: dirname(folders.workspace),
    RUNNER_TRACKING_ID: trackingId,
    ...options.env,
  };
}

/** The `github` context, from the variables that say the same. */
export function githubContext(env: Record<string, string>, payload: unknown): Record<string, unknown> {
  const context: Record<string, unknown> = { event: payload, token: env['GITHUB_TOKEN'] ?? '' };
  for (const [name, value] of Object.entries(env)) {
    if (name.startsWith('GITHUB_')) context[name.slice('GITHUB_'.length).toLowerCase()] ??= value;
  }
  return context;
}

/** Where the runner keeps things, below one folder. */
export function layout(root: string, repository: string, workspace: string | undefined): Folders {
  const name = basename(repository);
  return {
    workspace: workspace ?? join(root, 'work', name, name),
    temp: join(root, 'temp'),
    tools: join(root, 'tools'),
    eventPath: join(root, 'temp', '_github_workflow', 'event.json'),
  };
}
