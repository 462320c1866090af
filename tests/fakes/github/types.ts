/** What the fake knows. Seeds give what matters; the rest of each answer is filled from GitHub's own schema. */
export interface Account {
  login: string;
  type: 'User' | 'Bot' | 'Organization';
}

export interface Comment {
  id: number;
  issue: number;
  user: Account;
  body: string;
  createdAt: string;
  updatedAt: string;
}

export interface PullFile {
  filename: string;
  status: 'added' | 'removed' | 'modified' | 'renamed';
  additions: number;
  deletions: number;
  patch?: string;
  previousFilename?: string;
}

export interface Pull {
  number: number;
  title: string;
  state: 'open' | 'closed';
  draft: boolean;
  merged: boolean;
  user: Account;
  headSha: string;
  headRef: string;
  /** Full name of the head repository; another one than the base means a fork, null a fork since deleted. */
  headRepo: string | null;
  baseRef: string;
  baseSha: string;
  mergeCommitSha: string | null;
  labels: string[];
  files: PullFile[];
}

export interface Annotation {
  path: string;
  start_line: number;
  end_line: number;
  annotation_level: 'notice' | 'warning' | 'failure';
  message: string;
}

export interface CheckRun {
  id: number;
  name: string;
  headSha: string;
  status: string;
  conclusion: string | null;
  detailsUrl: string | null;
  externalId: string | null;
  output: { title: string | null; summary: string | null; text: string | null };
  annotations: Annotation[];
  startedAt: string | null;
  completedAt: string | null;
}

export interface Status {
  id: number;
  sha: string;
  state: string;
  context: string;
  description: string | null;
  targetUrl: string | null;
  createdAt: string;
}

export interface Artifact {
  id: number;
  name: string;
  runId: number;
  data: Uint8Array;
  expired: boolean;
}

export interface Job {
  id: number;
  runId: number;
  runAttempt: number;
  name: string;
  headSha: string;
  status: 'queued' | 'in_progress' | 'completed';
  conclusion: string | null;
}

export interface Run {
  id: number;
  name: string;
  event: string;
  headSha: string;
  headBranch: string;
  headRepo: string;
  status: string;
  conclusion: string | null;
  runAttempt: number;
  /** Numbers of its pull requests: GitHub gives none for forks. */
  pulls: number[];
}

export interface Sarif {
  id: string;
  commitSha: string;
  ref: string;
  sarif: unknown;
}

/** What protects a branch the classic way, and the checks that it requires. */
export interface Protection {
  contexts: string[];
}

/** An issue, or a pull request among the issues, with its labels. */
export interface Issue {
  number: number;
  title: string;
  labels: string[];
  state: 'open' | 'closed';
  pull?: boolean;
}

/** Everything the server remembers; tests read and change it freely. */
export interface State {
  repo: string;
  repoId: number;
  defaultBranch: string;
  viewer: string;
  comments: Comment[];
  pulls: Pull[];
  issues: number[];
  checkRuns: CheckRun[];
  statuses: Status[];
  artifacts: Artifact[];
  jobs: Job[];
  runs: Run[];
  sarifs: Sarif[];
  /** Text of files, by `path` or by `ref:path`. */
  contents: Record<string, string>;
  /** Rules by branch, each as GitHub answers it. */
  rules: Record<string, unknown[]>;
  /** Branches that are protected without a ruleset. */
  protections: Record<string, Protection>;
  /** Environments, with the types of their protection rules. */
  environments: Record<string, string[]>;
  labels: string[];
  tickets: Issue[];
  nextId: number;
}

/** What every handler answers; the server completes and validates it. */
export interface Reply {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
  /** A body that is not JSON, sent as it is and not validated. */
  raw?: Uint8Array | string;
}

/** One request on its way through a handler. */
export interface Call {
  state: State;
  operationId: string;
  docsUrl: string;
  params: Record<string, string>;
  query: Record<string, unknown>;
  body: unknown;
  headers: Record<string, string>;
  /** Path without base path, and the URL that answers should be built on. */
  path: string;
  apiUrl: string;
  blobUrl: string;
  now: string;
}

export type Handler = (call: Call) => Reply;

/** One request in the log. `status` is 0 when the connection was cut. */
export interface LoggedRequest {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  body: unknown;
  status: number;
  operationId: string | null;
}

/** A broken promise of the client (or of the fake itself). Tests expect none. */
export interface Violation {
  kind: 'route' | 'request' | 'response';
  method: string;
  path: string;
  operationId: string | null;
  errors: { path: string; message: string }[];
}

export type RequestMatch = (request: { method: string; path: string; body: unknown }) => boolean;

/** How a request is to fail. */
export interface Failure {
  /** HTTP status; 0 cuts the connection. */
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
  /** Which requests count; all of them without it. */
  when?: RequestMatch;
  /** The request takes effect and only its answer is lost, as with a gateway time-out. */
  afterEffect?: boolean;
}
