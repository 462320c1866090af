import { paginate } from '../page.ts';
import { notFound, problem, validationFailed } from '../replies.ts';
import { checkShape, statusShape } from '../shapes.ts';
import type { Annotation, Call, CheckRun, Handler, Status } from '../types.ts';

const MAX_STATUSES = 1000;

interface CheckBody {
  name?: string;
  head_sha?: string;
  status?: string;
  conclusion?: string;
  details_url?: string;
  external_id?: string;
  started_at?: string;
  completed_at?: string;
  output?: { title?: string; summary?: string; text?: string; annotations?: Annotation[] };
}

function apply(call: Call, run: CheckRun, body: CheckBody): void {
  run.name = body.name ?? run.name;
  run.detailsUrl = body.details_url ?? run.detailsUrl;
  run.externalId = body.external_id ?? run.externalId;
  run.startedAt = body.started_at ?? run.startedAt;
  run.status = body.status ?? run.status;
  if (body.conclusion !== undefined) {
    run.conclusion = body.conclusion;
    // A conclusion completes the run by itself. https://docs.github.com/rest/checks/runs#update-a-check-run
    run.status = 'completed';
    run.completedAt = body.completed_at ?? call.now;
  }
  const { output } = body;
  if (output === undefined) return;
  run.output = {
    title: output.title ?? run.output.title,
    summary: output.summary ?? run.output.summary,
    text: output.text ?? run.output.text,
  };
  run.annotations.push(...(output.annotations ?? []));
}

const create: Handler = (call) => {
  const body = call.body as CheckBody;
  const run: CheckRun = {
    id: call.state.nextId++,
    name: '',
    headSha: body.head_sha ?? '',
    status: 'queued',
    conclusion: null,
    detailsUrl: null,
    externalId: null,
    output: { title: null, summary: null, text: null },
    annotations: [],
    startedAt: call.now,
    completedAt: null,
  };
  apply(call, run, body);
  call.state.checkRuns.push(run);
  return { status: 201, body: checkShape(call, run) };
};

const update: Handler = (call) => {
  const run = call.state.checkRuns.find((candidate) => candidate.id === Number(call.params['check_run_id']));
  if (run === undefined) return notFound(call);
  apply(call, run, call.body as CheckBody);
  return { status: 200, body: checkShape(call, run) };
};

const list: Handler = (call) => {
  const { check_name: name, status, filter = 'latest' } = call.query;
  const ref = call.params['ref'];
  const head = call.state.pulls.find((pull) => pull.headRef === ref)?.headSha ?? ref;
  const rows = call.state.checkRuns
    .filter((run) => run.headSha === head)
    .filter((run) => (name === undefined || run.name === name) && (status === undefined || run.status === status))
    .filter((run, index, all) => filter === 'all' || all.findLastIndex((other) => other.name === run.name) === index);
  return paginate(
    call,
    rows.map((run) => checkShape(call, run)),
    'check_runs',
  );
};

const createStatus: Handler = (call) => {
  const body = call.body as { state: string; context?: string; description?: string; target_url?: string };
  const sha = call.params['sha'] ?? '';
  const context = body.context ?? 'default';
  if (!/^[0-9a-f]{40}$/.test(sha)) return problem(422, `No commit found for SHA: ${sha}`, call.docsUrl);
  if (call.state.statuses.filter((status) => status.sha === sha && status.context === context).length >= MAX_STATUSES) {
    const message = 'This SHA and context has reached the maximum number of statuses.';
    return validationFailed(call, { resource: 'Status', code: 'custom', message });
  }
  const status: Status = {
    id: call.state.nextId++,
    sha,
    state: body.state,
    context,
    description: body.description ?? null,
    targetUrl: body.target_url ?? null,
    createdAt: call.now,
  };
  call.state.statuses.push(status);
  return { status: 201, body: statusShape(call, status) };
};

/** Check runs and commit statuses. */
export const checks: Record<string, Handler> = {
  'checks/create': create,
  'checks/update': update,
  'checks/list-for-ref': list,
  'repos/create-commit-status': createStatus,
};
