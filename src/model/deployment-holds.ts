import { sentenceList } from '../lib/text.ts';
import type { ForgeRules, Workflow, WorkflowJob } from './deployment.ts';

// How GitHub decides whether a job runs when another one failed:
// https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#status-check-functions

/** All that is known of what goes out and what is in its way. */
export interface Repository {
  readonly workflows: readonly Workflow[];
  readonly rules: ForgeRules;
}

/** Whether a red gate stops a job that deploys. */
export type Hold =
  | { readonly state: 'held' | 'unclear'; readonly why: string; readonly line?: number }
  | { readonly state: 'loose'; readonly why: string; readonly line?: number; readonly byHand?: boolean };

interface Door {
  readonly workflow: Workflow;
  readonly job: WorkflowJob;
}

/** Jobs that deploy, where somebody starts them: one that is called is looked at where it is called. */
export function doorsOf({ workflows }: Repository): Door[] {
  const deploying = new Set(workflows.filter(({ jobs }) => jobs.some(({ deploys }) => deploys)).map(({ path }) => path));
  return workflows.flatMap((workflow) => {
    if (workflow.on.every(({ event }) => event === 'workflow_call' || event.startsWith('pull_request'))) return [];
    return workflow.jobs
      .filter(({ deploys, calls }) => deploys || (calls !== undefined && deploying.has(calls)))
      .map((job) => ({ workflow, job }));
  });
}

/** Whether the gate is in the way of this job, by the workflow itself or by what the forge requires. */
export function heldBy(all: Repository, workflow: Workflow, job: WorkflowJob): Hold {
  return within(all, workflow, job) ?? byStart(all, workflow, job);
}

/** Steps of the gate whose failure nobody sees. */
export function softenedGates({ workflows }: Repository): { path: string; job: string; line: number; how: string }[] {
  return workflows.flatMap(({ path, jobs }) =>
    jobs.flatMap(({ id, softened, gates, line }) => {
      if (softened !== undefined && gates.length > 0) return [{ path, job: id, line, how: softened }];
      return gates.flatMap((gate) =>
        gate.softened === undefined || gate.read ? [] : [{ path, job: id, line: gate.line, how: gate.softened }],
      );
    }),
  );
}

/** Does a job hold the gate, in its steps or in the workflow that it calls? */
export function isGate({ workflows }: Pick<Repository, 'workflows'>, { gates, calls }: WorkflowJob): boolean {
  return (
    gates.length > 0 ||
    (calls !== undefined && workflows.some(({ path, jobs }) => path === calls && jobs.some((job) => job.gates.length > 0)))
  );
}

function within(all: Repository, workflow: Workflow, job: WorkflowJob): Hold | undefined {
  const own = job.calls === undefined && job.gates.length > 0 ? ownStep(job) : undefined;
  if (own?.state === 'held') return own;
  const ways = ancestors(workflow, job)
    .filter((one) => isGate(all, one))
    .map((gate) => byNeed(job, gate));
  return ways.find(({ state }) => state === 'held') ?? own ?? ways.find(({ state }) => state === 'unclear') ?? ways[0] ?? called(all, job);
}

/** The workflow that is called may hold the gate before what deploys in it. */
function called(all: Repository, { calls }: WorkflowJob): Hold | undefined {
  const workflow = all.workflows.find(({ path }) => path === calls);
  if (workflow === undefined) return undefined;
  const inner = workflow.jobs.filter(({ deploys }) => deploys).map((job) => within(all, workflow, { ...job, ...noCall }));
  return inner.find((hold) => hold?.state !== 'held') ?? inner[0];
}

const noCall: Partial<WorkflowJob> = { calls: undefined };

function ownStep({ gates }: WorkflowJob): Hold {
  const whole = gates.find(({ softened, condition }) => softened === undefined && !isPartial(condition));
  if (whole) return { state: 'held', why: 'its own step is the gate' };
  const [first] = gates;
  const why = first?.softened === undefined ? `its gate runs only if ${first?.condition ?? ''}` : `its gate runs with ${first.softened}`;
  return first?.softened !== undefined && !first.read
    ? { state: 'loose', why, line: first.line }
    : { state: 'unclear', why, ...(first === undefined ? {} : { line: first.line }) };
}

function isPartial(condition: string | undefined): boolean {
  return condition !== undefined && !/^\s*(?:\$\{\{)?\s*(?:always\(\)|success\(\)|!\s*cancelled\(\)|true)\s*(?:\}\})?\s*$/.test(condition);
}

/** All jobs that a job needs, near ones first. */
function ancestors({ jobs }: Workflow, { needs }: WorkflowJob): WorkflowJob[] {
  const found = new Map<string, WorkflowJob>();
  const queue = [...needs];
  for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
    const job = jobs.find((one) => one.id === id);
    if (job === undefined || found.has(id)) continue;
    found.set(id, job);
    queue.push(...job.needs);
  }
  return [...found.values()];
}

function byNeed(job: WorkflowJob, gate: WorkflowJob): Hold {
  if (gate.softened !== undefined)
    return { state: 'loose', why: `it needs ${gate.id}, which never fails (${gate.softened})`, line: gate.line };
  const softened = gate.gates.find((step) => step.softened !== undefined && !step.read);
  if (softened !== undefined && gate.gates.every((step) => step.softened !== undefined))
    return { state: 'loose', why: `it needs ${gate.id}, whose gate runs with ${softened.softened ?? ''}`, line: softened.line };
  switch (ignoresFailures(job.condition, gate.id)) {
    case 'no':
      return { state: 'held', why: `it needs ${gate.id}` };
    case 'yes':
      return { state: 'loose', why: `it needs ${gate.id}, and runs also when that fails (if: ${short(job.condition)})` };
    case 'unclear':
      return {
        state: 'unclear',
        why: `it needs ${gate.id}, and nobody can tell from here what its condition lets through (if: ${short(job.condition)})`,
      };
  }
}

function short(condition: string | undefined): string {
  return (condition ?? '').replaceAll(/\s+/g, ' ').trim().slice(0, 120);
}

/** Without a function of its own, a condition is `success() && …`: no job runs after a failed one that it needs. */
function ignoresFailures(condition: string | undefined, gate: string): 'no' | 'yes' | 'unclear' {
  const written = condition ?? '';
  if (!/\b(?:always|failure|cancelled)\s*\(/.test(written)) return 'no';
  const named = new RegExp(`needs\\.${gate.replaceAll(/[^\w-]/g, '')}\\.result\\s*==\\s*['"]success['"]`);
  if (named.test(written) && !written.includes('||')) return 'no';
  if (/needs\b/.test(written)) return 'unclear';
  return /!\s*failure\s*\(/.test(written) && !/\balways\s*\(/.test(written) ? 'no' : 'yes';
}

type Start = 'branch' | 'tag' | 'hand' | 'clock' | 'run';

const EVENTS: Readonly<Record<string, Start>> = {
  release: 'tag',
  create: 'tag',
  workflow_dispatch: 'hand',
  deployment: 'hand',
  repository_dispatch: 'clock',
  schedule: 'clock',
  workflow_run: 'run',
  push: 'branch',
};
const WORDS: Record<Start, string> = {
  branch: 'a push to the branch starts it',
  tag: 'a tag or release starts it',
  hand: 'somebody starts it by hand',
  clock: 'a clock or another program starts it',
  run: 'the end of another workflow starts it',
};

/** Nothing in its own workflow holds it: what starts it decides. */
function byStart(all: Repository, workflow: Workflow, job: WorkflowJob): Hold {
  const starts = startsOf(workflow, job);
  const holds = starts.map((start) => fromStart(all, { workflow, job }, start));
  // A hand that does what a push does as well says nothing more.
  const loose = holds.filter(({ state }) => state === 'loose');
  const serious = loose.find((hold) => hold.state === 'loose' && hold.byHand !== true);
  return (
    serious ??
    loose[0] ??
    holds.find(({ state }) => state === 'unclear') ??
    holds[0] ?? { state: 'unclear', why: `what starts it is not known from here (${sentenceList(workflow.on.map(({ event }) => event))})` }
  );
}

function startsOf({ on }: Workflow, { condition = '' }: WorkflowJob): Start[] {
  const all = on.flatMap(({ event, branches, tags }): Start[] => {
    const start = EVENTS[event];
    if (start !== 'branch') return start === undefined ? [] : [start];
    if (tags && !branches) return ['tag'];
    return tags ? ['branch', 'tag'] : ['branch'];
  });
  const only = [...new Set(all)].filter((start) => {
    if (/github\.ref_type\s*==\s*['"]tag|refs\/tags\//.test(condition)) return start !== 'branch';
    if (/refs\/heads\/|github\.ref_name\s*==/.test(condition)) return start !== 'tag';
    if (/github\.event_name\s*==\s*['"]push/.test(condition)) return start === 'branch' || start === 'tag';
    return true;
  });
  return only;
}

function fromStart(all: Repository, { workflow, job }: Door, start: Start): Hold {
  if (start === 'run') return afterRun(all, workflow, job);
  if (start === 'branch') return afterPush(all, workflow);
  const none = `${WORDS[start]}, and no gate is before it`;
  const { environment } = job;
  if (environment === undefined) return { state: 'loose', why: none, ...(start === 'hand' ? { byHand: true } : {}) };
  const known = all.rules.state === 'known' ? all.rules.environments?.[environment] : undefined;
  if (known === undefined)
    return { state: 'unclear', why: `${none}; whether the environment ${environment} waits for somebody is not known` };
  return known
    ? { state: 'held', why: `its environment ${environment} waits for somebody to agree` }
    : {
        state: 'loose',
        why: `${none}, and its environment ${environment} waits for nobody`,
        ...(start === 'hand' ? { byHand: true } : {}),
      };
}

/** `workflow_run` also comes when the other workflow failed. */
function afterRun(all: Repository, { on }: Workflow, { condition = '' }: WorkflowJob): Hold {
  const names = on.flatMap(({ workflows }) => workflows);
  const gate = all.workflows.find(({ name, jobs }) => names.includes(name) && jobs.some((one) => isGate(all, one)));
  if (gate === undefined) return { state: 'loose', why: `it follows ${sentenceList(names)}, and none of these is the gate` };
  return /workflow_run\.conclusion\s*==\s*['"]success['"]/.test(condition)
    ? { state: 'held', why: `it follows ${gate.name} when that succeeded` }
    : { state: 'loose', why: `it follows ${gate.name} also when that failed: no condition on workflow_run.conclusion` };
}

function afterPush(all: Repository, workflow: Workflow): Hold {
  const gates = mergeGates(all);
  if (all.rules.state === 'known' && gates.state === 'required' && gates.skipped === undefined)
    return { state: 'held', why: `${all.rules.branch} takes no change without ${gates.by}` };
  const beside = workflow.jobs.find((one) => isGate(all, one) && one.condition === undefined);
  if (beside !== undefined) return { state: 'loose', why: `it runs beside ${beside.id} and does not need it` };
  if (all.rules.state === 'known' && gates.state === 'not-required')
    return { state: 'loose', why: `${WORDS.branch}, ${all.rules.branch} does not require the gate, and no gate is before it` };
  const because = all.rules.state === 'unknown' ? all.rules.because : 'which of its checks is the gate';
  return { state: 'unclear', why: `${WORDS.branch}; whether that branch requires the gate is not known (${because})` };
}

type MergeGates =
  | {
      readonly state: 'required';
      readonly by: string;
      /** A job whose failure skips the required one, which then counts as passed. */
      readonly skipped?: { readonly path: string; readonly line: number; readonly needs: string } | undefined;
    }
  | { readonly state: 'unclear'; readonly why: string }
  | { readonly state: 'not-required'; readonly names: readonly string[] };

/** Which required check of the branch is the gate, or waits for it. */
export function mergeGates(all: Repository): MergeGates {
  if (all.rules.state === 'unknown') return { state: 'unclear', why: all.rules.because };
  const { checks, workflows } = all.rules;
  const held = all.workflows.find(({ path, jobs }) => workflows.includes(path) && jobs.some((job) => isGate(all, job)));
  if (held) return { state: 'required', by: `the workflow ${held.path}` };
  const jobs = all.workflows.flatMap((workflow) => workflow.jobs.map((job) => ({ workflow, job })));
  const gates = jobs.filter(({ job }) => isGate(all, job));
  const direct = gates.find(({ job }) => checks.some((check) => isCheckOf(check, job)));
  if (direct) return { state: 'required', by: direct.job.name, skipped: skippedBy(direct, checks) };
  // A job that waits for the gate and is required in its place.
  const after = jobs.find(
    ({ workflow, job }) => checks.some((check) => isCheckOf(check, job)) && ancestors(workflow, job).some((one) => isGate(all, one)),
  );
  if (after !== undefined && /\b(?:always|cancelled)\s*\(/.test(after.job.condition ?? ''))
    return after.job.readsNeeds
      ? { state: 'required', by: after.job.name }
      : { state: 'unclear', why: `${after.job.name} waits for the gate, and whether it looks at how that ended is not known` };
  if (after !== undefined) return { state: 'required', by: after.job.name, skipped: skippedBy(after, checks) };
  const written = gates.filter(({ job }) => job.name.includes('${{'));
  if (written.length > 0 && checks.length > 0)
    return { state: 'unclear', why: `the gate’s check is called ${written[0]?.job.name ?? ''}, which is known only when it runs` };
  return { state: 'not-required', names: gates.map(({ job }) => job.name) };
}

/** A check is called as its job, with the values of a matrix or the called job behind it. */
function isCheckOf(check: string, { name }: WorkflowJob): boolean {
  return check === name || check.startsWith(`${name} (`) || check.startsWith(`${name} / `);
}

function skippedBy({ workflow, job }: Door, checks: readonly string[]): { path: string; line: number; needs: string } | undefined {
  if (/\b(?:always|cancelled)\s*\(/.test(job.condition ?? '')) return undefined;
  const open = ancestors(workflow, job).find((one) => !checks.some((check) => isCheckOf(check, one)));
  return open === undefined ? undefined : { path: workflow.path, line: job.line, needs: open.id };
}
