import { createHash } from 'node:crypto';
import { accountOf, idOf } from './shapes.ts';
import type { Account, Artifact, Comment, Job, Pull, Run, State } from './types.ts';

/** Everything but the key may be left out of a seed. */
export type PullSeed = Pick<Pull, 'number'> & Partial<Omit<Pull, 'user'>> & { user?: Account | string };
export type CommentSeed = Pick<Comment, 'issue' | 'body'> & Partial<Omit<Comment, 'user'>> & { user?: Account | string };
export type RunSeed = Pick<Run, 'id'> & Partial<Run>;
export type JobSeed = Pick<Job, 'name' | 'runId'> & Partial<Job>;
export type ArtifactSeed = Pick<Artifact, 'name' | 'runId' | 'data'> & Partial<Artifact>;

/** What the server starts with. */
export interface Seeds {
  /** `owner/name`; octo/demo by default. */
  repo?: string;
  defaultBranch?: string;
  /** Who the token is: github-actions[bot] by default. */
  viewer?: string;
  pulls?: PullSeed[];
  /** Numbers of plain issues; pull requests are issues anyway. */
  issues?: number[];
  comments?: CommentSeed[];
  runs?: RunSeed[];
  jobs?: JobSeed[];
  artifacts?: ArtifactSeed[];
  contents?: Record<string, string>;
  rules?: Record<string, unknown[]>;
  protections?: State['protections'];
  environments?: State['environments'];
  labels?: string[];
  /** Issues with labels. */
  tickets?: State['tickets'];
}

/** A commit id that looks real and is the same every time. */
export function shaOf(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}

function account(given: Account | string | undefined, fallback: string): Account {
  return typeof given === 'object' ? given : accountOf(given ?? fallback);
}

function pull(repo: string, defaultBranch: string, seed: PullSeed): Pull {
  const { user, ...given } = seed;
  return {
    title: `Pull request ${seed.number}`,
    state: 'open',
    draft: false,
    merged: false,
    headSha: shaOf(`${repo}#${seed.number}`),
    headRef: `topic-${seed.number}`,
    headRepo: repo,
    baseRef: defaultBranch,
    baseSha: shaOf(`${repo}@${defaultBranch}`),
    mergeCommitSha: null,
    labels: [],
    files: [],
    ...given,
    user: account(user, 'octocat'),
  };
}

/** The server's memory, from seeds. */
export function createState(seeds: Seeds): State {
  const repo = seeds.repo ?? 'octo/demo';
  const defaultBranch = seeds.defaultBranch ?? 'main';
  const viewer = seeds.viewer ?? 'github-actions[bot]';
  const pulls = (seeds.pulls ?? []).map((seed) => pull(repo, defaultBranch, seed));
  let nextId = 1000;
  const created = '2026-01-01T00:00:00Z';
  const comments = (seeds.comments ?? []).map(({ user, ...given }) => {
    return { id: nextId++, createdAt: created, updatedAt: created, ...given, user: account(user, 'octocat') };
  });
  const runs = (seeds.runs ?? []).map((given): Run => ({
    name: 'gate',
    event: 'pull_request',
    headSha: shaOf(`run ${given.id}`),
    headBranch: defaultBranch,
    headRepo: repo,
    status: 'completed',
    conclusion: 'success',
    runAttempt: 1,
    pulls: [],
    ...given,
  }));
  const jobs = (seeds.jobs ?? []).map((given): Job => ({
    id: nextId++,
    runAttempt: 1,
    headSha: shaOf(`run ${given.runId}`),
    status: 'completed',
    conclusion: 'success',
    ...given,
  }));
  const artifacts = (seeds.artifacts ?? []).map((given): Artifact => ({ id: nextId++, expired: false, ...given }));
  const used = [...comments, ...jobs, ...artifacts].map((row) => row.id);
  return {
    repo,
    repoId: idOf(repo),
    defaultBranch,
    viewer,
    comments,
    pulls,
    runs,
    jobs,
    artifacts,
    issues: [...pulls.map((row) => row.number), ...(seeds.issues ?? [])],
    checkRuns: [],
    statuses: [],
    sarifs: [],
    contents: { ...seeds.contents },
    rules: { ...seeds.rules },
    protections: { ...seeds.protections },
    environments: { ...seeds.environments },
    labels: [...(seeds.labels ?? [])],
    tickets: [...(seeds.tickets ?? [])],
    nextId: Math.max(nextId, ...used.map((id) => id + 1)),
  };
}
