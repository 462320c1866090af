import { z } from 'zod';

import type { ForgeContext } from '../model/forge.ts';
import type { Files } from '../ports/index.ts';

const Sha = z.string().regex(/^[0-9a-f]{40,64}$/);
const Side = z.object({ sha: Sha, ref: z.string(), repo: z.object({ full_name: z.string() }).nullish() });
const PullRequest = z.object({ number: z.number(), head: Side, base: Side });

/** Only what is needed of GitHub's payloads: https://docs.github.com/en/webhooks/webhook-events-and-payloads */
const Payload = z.object({
  pull_request: PullRequest.optional(),
  merge_group: z.object({ head_sha: Sha, head_ref: z.string(), base_sha: Sha, base_ref: z.string() }).optional(),
  workflow_run: z
    .object({ head_sha: Sha, head_branch: z.string().nullish(), head_repository: z.object({ full_name: z.string() }).nullish(), pull_requests: z.array(z.object({ number: z.number() })).default([]) })
    .optional(),
  before: Sha.optional(),
  after: Sha.optional(),
  repository: z.object({ full_name: z.string() }).optional(),
});
type Payload = z.output<typeof Payload>;

type Env = Readonly<Record<string, string>>;
type Parts = Partial<Pick<ForgeContext, 'headSha' | 'baseSha' | 'baseRef' | 'pullRequest'>> & { fork: boolean };

/** A merge queue's branch names the pull request: `gh-readonly-queue/main/pr-104-<sha>`; the payload has no pull request object. */
const QUEUE_REF = /\/pr-(\d+)-[0-9a-f]+$/;

/** Reads who started the run from the environment that GitHub Actions gives; anywhere else there is no forge. */
export async function forgeContext(env: Env, files: Pick<Files, 'readText'>): Promise<ForgeContext> {
  if (env['GITHUB_ACTIONS'] !== 'true') return { forge: 'none', event: 'local', fork: false, runAttempt: 1 };
  const payload = await readPayload(env, files);
  const repository = env['GITHUB_REPOSITORY'];
  const serverUrl = env['GITHUB_SERVER_URL'];
  const runId = env['GITHUB_RUN_ID'];
  return {
    forge: 'github',
    event: env['GITHUB_EVENT_NAME'] ?? 'unknown',
    ...(repository === undefined ? {} : { repository }),
    ...(serverUrl === undefined ? {} : { serverUrl }),
    ...(runId === undefined ? {} : { runId }),
    ...(runId === undefined || serverUrl === undefined || repository === undefined ? {} : { runUrl: `${serverUrl}/${repository}/actions/runs/${runId}` }),
    runAttempt: Number(env['GITHUB_RUN_ATTEMPT'] ?? '1'),
    ...partsOf(payload, env),
  };
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
    return { headSha: group.head_sha, baseSha: group.base_sha, baseRef, fork: false, ...(number === undefined ? {} : { pullRequest: Number(number) }) };
  }
  if (run) {
    const fork = run.head_repository?.full_name !== payload.repository?.full_name;
    const number = fork ? undefined : run.pull_requests[0]?.number;
    return { headSha: run.head_sha, fork, ...(number === undefined ? {} : { pullRequest: number }) };
  }
  const sha = Sha.safeParse(env['GITHUB_SHA']);
  const before = payload.before !== undefined && !/^0+$/.test(payload.before) ? payload.before : undefined;
  return { ...(sha.success ? { headSha: sha.data } : {}), ...(before === undefined ? {} : { baseSha: before }), fork: false };
}

async function readPayload(env: Env, files: Pick<Files, 'readText'>): Promise<Payload> {
  const path = env['GITHUB_EVENT_PATH'];
  if (path === undefined || path === '') return {};
  try {
    const parsed = Payload.safeParse(JSON.parse(await files.readText(path)));
    return parsed.success ? parsed.data : {};
  } catch {
    // The payload only refines what the environment says; the gate runs without it.
    return {};
  }
}
