import { paginate } from '../page.ts';
import { notFound, problem } from '../replies.ts';
import { artifactShape, jobShape, runShape } from '../shapes.ts';
import type { Call, Handler, Job, Run } from '../types.ts';

function findRun(call: Call): Run | undefined {
  return call.state.runs.find((run) => run.id === Number(call.params['run_id']));
}

function jobsPage(call: Call, keep: (job: Job) => boolean): ReturnType<Handler> {
  const rows = call.state.jobs.filter((job) => job.runId === Number(call.params['run_id']) && keep(job));
  return paginate(
    call,
    rows.map((job) => jobShape(call, job)),
    'jobs',
  );
}

const getRun: Handler = (call) => {
  const run = findRun(call);
  return run === undefined ? notFound(call) : { status: 200, body: runShape(call, run) };
};

const jobsOfAttempt: Handler = (call) =>
  findRun(call) === undefined ? notFound(call) : jobsPage(call, (job) => job.runAttempt === Number(call.params['attempt_number']));

const jobsOfRun: Handler = (call) => {
  const run = findRun(call);
  if (run === undefined) return notFound(call);
  return jobsPage(call, (job) => call.query['filter'] === 'all' || job.runAttempt === run.runAttempt);
};

const listArtifacts: Handler = (call) => {
  if (findRun(call) === undefined) return notFound(call);
  const { name } = call.query;
  const rows = call.state.artifacts
    .filter((artifact) => artifact.runId === Number(call.params['run_id']))
    .filter((artifact) => name === undefined || artifact.name === name)
    .sort((a, b) => b.id - a.id);
  return paginate(
    call,
    rows.map((artifact) => artifactShape(call, artifact)),
    'artifacts',
  );
};

const download: Handler = (call) => {
  const artifact = call.state.artifacts.find((candidate) => candidate.id === Number(call.params['artifact_id']));
  if (artifact === undefined) return notFound(call);
  if (artifact.expired) return problem(410, 'Artifact has expired', call.docsUrl);
  return { status: 302, headers: { location: `${call.blobUrl}/artifacts/${artifact.id}.zip` } };
};

/** Workflow runs, their jobs and their artifacts. */
export const actions: Record<string, Handler> = {
  'actions/get-workflow-run': getRun,
  'actions/list-jobs-for-workflow-run': jobsOfRun,
  'actions/list-jobs-for-workflow-run-attempt': jobsOfAttempt,
  'actions/list-workflow-run-artifacts': listArtifacts,
  'actions/download-artifact': download,
};
