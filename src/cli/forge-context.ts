import { z } from 'zod';

import type { ForgeContext } from '../model/forge.ts';
import type { Files } from '../ports/index.ts';
import { gitlabContext } from './gitlab-context.ts';

// A part that is not as documented counts as absent: it only refines what the environment says.
const Sha = z.string().regex(/^[0-9a-f]{40,64}$/);
const Repository = z.object({ full_name: z.string() }).nullish();
const Side = z.object({ sha: Sha, ref: z.string(), repo: Repository });
const PullRequest = z.object({ number: z.number(), head: Side, base: Side });
const RunPull = z.object({ number: z.number(), head: z.object({ sha: Sha }), base: z.object({ sha: Sha, ref: z.string() }) });

/** Only what is needed of GitHub's payloads: https://docs.github.com/en/webhooks/webhook-events-and-payloads */
const Payload = z.object({
  pull_request: PullRequest.optional().catch(undefined),
  merge_group: z.object({ head_sha: Sha, head_ref: z.string(), base_sha: Sha, base_ref: z.string() }).optional().catch(undefined),
  workflow_run: z
    .object({ head_sha: Sha, head_branch: z.string().nullish(), head_repository: Repository, pull_requests: z.array(RunPull).catch([]) })
    .optional()
    .catch(undefined),
  before: Sha.optional().catch(undefined),
  repository: Repository.catch(undefined),
});
type Payload = z.output<typeof Payload>;

type Env = Readonly<Record<string, string>>;
type Parts = Partial<Pick<ForgeContext, 'headSha' | 'baseSha' | 'baseRef' | 'pullRequest'>> & { fork: boolean };

/** Where the commits of a `workflow_run` come from: what it takes to find the pull request of a fork. */
export interface RunHead {
  readonly sha: string;
  readonly branch: string | undefined;
  /** `owner/name` of the repository that holds the branch; a deleted fork has none. */
  readonly repository: string | undefined;
}

/** What the event says, beyond the context that is stored with the run. */
export interface ForgeEvent {
  readonly context: ForgeContext;
  readonly runHead: RunHead | undefined;
}

/** A merge queue's branch names the pull request: `gh-readonly-queue/main/pr-104-<sha>`; the payload has no pull request object. */
const QUEUE_REF = /\/pr-(\d+)-[0-9a-f]+$/;
const NO_SHA = /^0+$/;

/** Reads who started the run from the environment that GitHub Actions gives; anywhere else there is no forge. */
export async function forgeContext(env: Env, files: Pick<Files, 'readText'>): Promise<ForgeContext> {
  return (await forgeEvent(env, files)).context;
}

/** The same with what is only in the event's payload. */
export async function forgeEvent(env: Env, files: Pick<Files, 'readText'>): Promise<ForgeEvent> {
  if (env['GITLAB_CI'] === 'true') return { context: gitlabContext(env), runHead: undefined };
  if (env['GITHUB_ACTIONS'] !== 'true')
    return { context: { forge: 'none', event: 'local', fork: false, runAttempt: 1 }, runHead: undefined };
  const payload = await readPayload(env, files);
  const repository = given(env, 'GITHUB_REPOSITORY');
  const serverUrl = given(env, 'GITHUB_SERVER_URL');
  const runId = given(env, 'GITHUB_RUN_ID');
  const context: ForgeContext = {
    forge: 'github',
    event: given(env, 'GITHUB_EVENT_NAME') ?? 'unknown',
    ...(repository === undefined ? {} : { repository }),
    ...(serverUrl === undefined ? {} : { serverUrl }),
    ...(runId === undefined ? {} : { runId }),
    ...(runId === undefined || serverUrl === undefined || repository === undefined
      ? {}
      : { runUrl: `${serverUrl}/${repository}/actions/runs/${runId}` }),
    runAttempt: attemptOf(env),
    ...partsOf(payload, env),
  };
  return { context, runHead: runHeadOf(payload) };
}

function partsOf(payload: Payload, env: Env): Parts {
  const { pull_request: pull, merge_group: group, workflow_run: run } = payload;
  if (pull) {
    // A fork that was deleted has no repository any more; it was a fork all the same.
    const fork = pull.head.repo?.full_name !== pull.base.repo?.full_name;
    return { headSha: pull.head.sha, baseSha: pull.base.sha, baseRef: pull.base.ref, pullRequest: pull.number, fork };
  }
  if (group) {
    const number = QUEUE_REF.exec(group.head_ref)?.[1];
    const baseRef = group.base_ref.replace(/^refs\/heads\//, '');
    return {
      headSha: group.head_sha,
      baseSha: group.base_sha,
      baseRef,
      fork: false,
      ...(number === undefined ? {} : { pullRequest: Number(number) }),
    };
  }
  if (run) return runParts(run, payload.repository?.full_name);
  const sha = Sha.safeParse(env['GITHUB_SHA']);
  const before = payload.before !== undefined && !NO_SHA.test(payload.before) ? payload.before : undefined;
  return {
    ...(sha.success && !NO_SHA.test(sha.data) ? { headSha: sha.data } : {}),
    ...(before === undefined ? {} : { baseSha: before }),
    fork: false,
  };
}

/** GitHub names no pull request for a fork's run; whatever stands there then is of another repository. */
function runParts(run: NonNullable<Payload['workflow_run']>, repository: string | undefined): Parts {
  const fork = run.head_repository?.full_name !== repository;
  const pull = fork ? undefined : (run.pull_requests.find(({ head }) => head.sha === run.head_sha) ?? run.pull_requests[0]);
  return {
    headSha: run.head_sha,
    fork,
    ...(pull === undefined ? {} : { pullRequest: pull.number, baseSha: pull.base.sha, baseRef: pull.base.ref }),
  };
}

function runHeadOf({ workflow_run: run }: Payload): RunHead | undefined {
  return run && { sha: run.head_sha, branch: run.head_branch ?? undefined, repository: run.head_repository?.full_name };
}

function attemptOf(env: Env): number {
  const attempt = Number(env['GITHUB_RUN_ATTEMPT']);
  return Number.isSafeInteger(attempt) && attempt > 0 ? attempt : 1;
}

function given(env: Env, name: string): string | undefined {
  return env[name] === '' ? undefined : env[name];
}

async function readPayload(env: Env, files: Pick<Files, 'readText'>): Promise<Payload> {
  const path = given(env, 'GITHUB_EVENT_PATH');
  if (path === undefined) return {};
  try {
    const parsed = Payload.safeParse(JSON.parse(await files.readText(path)));
    return parsed.success ? parsed.data : {};
  } catch {
    // The payload only refines what the environment says; the gate runs without it.
    return {};
  }
}
