import { createHash } from 'node:crypto';
import type { Account, Artifact, Call, CheckRun, Comment, Job, Pull, PullFile, Run, Status } from './types.ts';

const WEB = 'https://github.com';

/** A stable positive number for a name, where GitHub has an id. */
export function idOf(name: string): number {
  return Number.parseInt(createHash('sha1').update(name).digest('hex').slice(0, 7), 16) + 1;
}

/** The account of a login: `…[bot]` is a bot. */
export function accountOf(login: string): Account {
  return { login, type: login.endsWith('[bot]') ? 'Bot' : 'User' };
}

/** GitHub's user object, as far as the fake knows it. */
export function userShape(call: Call, account: Account): object {
  const { login, type } = account;
  const page = type === 'Bot' ? `apps/${login.replace('[bot]', '')}` : login;
  return { login, type, id: idOf(login), url: `${call.apiUrl}/users/${login}`, html_url: `${WEB}/${page}`, user_view_type: 'public' };
}

/** GitHub's repository object. */
export function repoShape(call: Call, fullName: string): object {
  const [owner = '', name = ''] = fullName.split('/');
  const base = fullName === call.state.repo;
  return {
    id: base ? call.state.repoId : idOf(fullName),
    name,
    full_name: fullName,
    owner: userShape(call, { login: owner, type: 'User' }),
    fork: !base,
    private: false,
    visibility: 'public',
    default_branch: call.state.defaultBranch,
    url: `${call.apiUrl}/repos/${fullName}`,
    html_url: `${WEB}/${fullName}`,
  };
}

/** GitHub's issue comment. */
export function commentShape(call: Call, comment: Comment): object {
  const { repo } = call.state;
  return {
    id: comment.id,
    url: `${call.apiUrl}/repos/${repo}/issues/comments/${comment.id}`,
    html_url: `${WEB}/${repo}/pull/${comment.issue}#issuecomment-${comment.id}`,
    issue_url: `${call.apiUrl}/repos/${repo}/issues/${comment.issue}`,
    body: comment.body,
    user: userShape(call, comment.user),
    author_association: comment.user.type === 'Bot' ? 'NONE' : 'CONTRIBUTOR',
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    performed_via_github_app: comment.user.login === 'github-actions[bot]' ? { id: 15368, slug: 'github-actions' } : null,
  };
}

function branchShape(call: Call, fullName: string | null, ref: string, sha: string): object {
  const owner = fullName?.split('/')[0] ?? 'ghost';
  return {
    label: fullName === null ? ref : `${owner}:${ref}`,
    ref,
    sha,
    repo: fullName === null ? null : repoShape(call, fullName),
    user: userShape(call, { login: owner, type: 'User' }),
  };
}

/** GitHub's pull request; the list form and the full form differ only in what the schema requires. */
export function pullShape(call: Call, pull: Pull): object {
  const { repo } = call.state;
  return {
    id: idOf(`${repo}#${pull.number}`),
    number: pull.number,
    state: pull.state,
    title: pull.title,
    draft: pull.draft,
    merged: pull.merged,
    user: userShape(call, pull.user),
    labels: pull.labels.map((name) => ({ id: idOf(name), name })),
    head: branchShape(call, pull.headRepo, pull.headRef, pull.headSha),
    base: branchShape(call, repo, pull.baseRef, pull.baseSha),
    merge_commit_sha: pull.mergeCommitSha,
    changed_files: pull.files.length,
    url: `${call.apiUrl}/repos/${repo}/pulls/${pull.number}`,
    html_url: `${WEB}/${repo}/pull/${pull.number}`,
  };
}

/** One row of a pull request's files. */
export function fileShape(file: PullFile): object {
  return {
    sha: createHash('sha1')
      .update(file.patch ?? file.filename)
      .digest('hex'),
    filename: file.filename,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    ...(file.patch === undefined ? {} : { patch: file.patch }),
    ...(file.previousFilename === undefined ? {} : { previous_filename: file.previousFilename }),
  };
}

/** GitHub's check run. */
export function checkShape(call: Call, run: CheckRun): object {
  const { repo } = call.state;
  return {
    id: run.id,
    name: run.name,
    head_sha: run.headSha,
    status: run.status,
    conclusion: run.conclusion,
    details_url: run.detailsUrl,
    external_id: run.externalId,
    started_at: run.startedAt,
    completed_at: run.completedAt,
    output: {
      ...run.output,
      annotations_count: run.annotations.length,
      annotations_url: `${call.apiUrl}/repos/${repo}/check-runs/${run.id}/annotations`,
    },
    app: { id: 15368, slug: 'github-actions', name: 'GitHub Actions' },
    html_url: `${WEB}/${repo}/runs/${run.id}`,
  };
}

/** GitHub's commit status. */
export function statusShape(call: Call, status: Status): object {
  return {
    id: status.id,
    state: status.state,
    context: status.context,
    description: status.description,
    target_url: status.targetUrl,
    creator: userShape(call, accountOf(call.state.viewer)),
    created_at: status.createdAt,
    updated_at: status.createdAt,
  };
}

/** GitHub's artifact. */
export function artifactShape(call: Call, artifact: Artifact): object {
  const url = `${call.apiUrl}/repos/${call.state.repo}/actions/artifacts/${artifact.id}`;
  return {
    id: artifact.id,
    name: artifact.name,
    size_in_bytes: artifact.data.byteLength,
    expired: artifact.expired,
    url,
    archive_download_url: `${url}/zip`,
    workflow_run: { id: artifact.runId },
  };
}

/** GitHub's job of a workflow run. */
export function jobShape(call: Call, job: Job): object {
  return {
    id: job.id,
    run_id: job.runId,
    run_attempt: job.runAttempt,
    name: job.name,
    head_sha: job.headSha,
    status: job.status,
    conclusion: job.conclusion,
    labels: ['ubuntu-latest'],
    html_url: `${WEB}/${call.state.repo}/actions/runs/${job.runId}/job/${job.id}`,
  };
}

/** GitHub's workflow run. */
export function runShape(call: Call, run: Run): object {
  return {
    id: run.id,
    name: run.name,
    event: run.event,
    head_sha: run.headSha,
    head_branch: run.headBranch,
    status: run.status,
    conclusion: run.conclusion,
    run_attempt: run.runAttempt,
    path: '.github/workflows/gate.yml',
    pull_requests: call.state.pulls
      .filter((pull) => run.pulls.includes(pull.number))
      .map((pull) => ({
        number: pull.number,
        head: { sha: pull.headSha, ref: pull.headRef },
        base: { sha: pull.baseSha, ref: pull.baseRef },
      })),
    repository: repoShape(call, call.state.repo),
    head_repository: repoShape(call, run.headRepo),
    html_url: `${WEB}/${call.state.repo}/actions/runs/${run.id}`,
  };
}
