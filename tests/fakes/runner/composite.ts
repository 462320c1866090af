import { chmodSync, writeFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { readActionFile, resolveInputs } from './action-file.ts';
import type { StepDefinition } from './action-file.ts';
import { condition, interpolate } from './expressions.ts';
import type { ExpressionScope } from './expressions.ts';
import { Job } from './job.ts';
import { AnnotationBox } from './step-log.ts';
import type { JobResult, Outcome, RunnerOptions, StepResult, UsesCall } from './types.ts';

/** What a recorded `uses:` pretends to have done. */
export type UsesHandler = (call: UsesCall) => { outcome?: Outcome; outputs?: Record<string, string> } | void;

export interface StepsOptions extends RunnerOptions {
  steps: StepDefinition[];
  onUses?: UsesHandler;
}

export interface CompositeOptions extends RunnerOptions {
  actionDir: string;
  inputs?: Record<string, string>;
  onUses?: UsesHandler;
}

interface Setting {
  job: Job;
  inputs: Record<string, string>;
  actionPath: string | undefined;
  onUses: UsesHandler | undefined;
  annotations: AnnotationBox | undefined;
  results: Map<string, StepResult>;
}

/** https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell */
const SHELLS: Record<string, string> = {
  '': 'bash -e {0}',
  bash: 'bash --noprofile --norc -e -o pipefail {0}',
  sh: 'sh -e {0}',
  python: 'python3 {0}',
};

function scopeOf(setting: Setting, env: Record<string, string> = {}): ExpressionScope {
  const { job, inputs, actionPath, results } = setting;
  const github = { ...job.github(), ...(actionPath === undefined ? {} : { action_path: actionPath }) };
  const steps = Object.fromEntries([...results].map(([id, { outcome, conclusion, outputs }]) => [id, { outcome, conclusion, outputs }]));
  const runner = { temp: job.temp, os: 'Linux' };
  const contexts = { github, inputs, steps, runner, env: { ...job.environment(), ...env }, job: { status: job.status } };
  return { contexts, status: job.status };
}

function texts(values: StepDefinition['env'], scope: ExpressionScope): Record<string, string> {
  return Object.fromEntries(Object.entries(values ?? {}).map(([name, value]) => [name, interpolate(String(value), scope)]));
}

function nameOf(step: StepDefinition, scope: ExpressionScope): string {
  if (step.name !== undefined) return interpolate(step.name, scope);
  return step.run === undefined ? `Run ${step.uses ?? ''}` : `Run ${step.run.trim().split('\n')[0] ?? ''}`;
}

async function runScript(setting: Setting, step: StepDefinition, name: string, script: string): Promise<StepResult> {
  const { job, actionPath } = setting;
  if (actionPath !== undefined && step.shell === undefined) throw new Error(`Required property is missing: shell (step '${name}')`);
  const env = texts(step.env, scopeOf(setting));
  const scope = scopeOf(setting, env);
  const file = join(job.temp, `script_${job.steps.length}`);
  writeFileSync(file, `${interpolate(script, scope)}\n`);
  chmodSync(file, 0o755);
  const shell = step.shell ?? '';
  const template = SHELLS[shell] ?? (shell.includes('{0}') ? shell : undefined);
  if (template === undefined) throw new Error(`Invalid shell option '${shell}'`);
  const [command = '', ...args] = template.split(' ').map((part) => part.replace('{0}', file));
  const folder = interpolate(step['working-directory'] ?? '', scope);
  return job.execute({
    name,
    id: step.id,
    script: true,
    command: command === 'node' ? process.execPath : command,
    args,
    cwd: isAbsolute(folder) ? folder : join(job.workspace, folder),
    env: { ...(actionPath === undefined ? {} : { GITHUB_ACTION_PATH: actionPath }), ...env },
    ...(setting.annotations === undefined ? {} : { annotations: setting.annotations }),
  });
}

function recordUses(setting: Setting, step: StepDefinition, name: string, uses: string): StepResult {
  const scope = scopeOf(setting, texts(step.env, scopeOf(setting)));
  const call: UsesCall = { step: name, uses, with: texts(step.with, scope) };
  setting.job.calls.push(call);
  const pretended = setting.onUses?.(call) ?? {};
  return setting.job.record(name, step.id, pretended.outcome ?? 'success', pretended.outputs);
}

async function runStep(setting: Setting, step: StepDefinition): Promise<void> {
  const { job, results } = setting;
  const scope = scopeOf(setting, texts(step.env, scopeOf(setting)));
  const name = nameOf(step, scope);
  let result: StepResult;
  if (!condition(step.if, scope)) result = job.record(name, step.id, 'skipped');
  else if (step.run !== undefined) result = await runScript(setting, step, name, step.run);
  else result = recordUses(setting, step, name, step.uses ?? '');
  const forgiving = step['continue-on-error'] ?? false;
  const forgiven = typeof forgiving === 'boolean' ? forgiving : interpolate(forgiving, scope) === 'true';
  if (result.outcome === 'failure' && forgiven) result.conclusion = 'success';
  if (result.conclusion === 'failure' && job.status === 'success') job.status = 'failure';
  if (step.id !== undefined) results.set(step.id, result);
}

/** Runs steps as a job of a workflow does; `uses:` steps are recorded as called. */
export async function runSteps(options: StepsOptions): Promise<JobResult> {
  using job = new Job(options);
  const setting: Setting = {
    job,
    inputs: {},
    actionPath: undefined,
    onUses: options.onUses,
    annotations: undefined,
    results: new Map(),
  };
  for (const step of options.steps) await runStep(setting, step);
  return job.finish({});
}

/**
 * Runs the steps of a composite action.yml. Like the runner: no INPUT_* in the environment, no pre or post, one step to
 * the outside (so ten annotations per level for all its steps), and `if: always()` steps run after failure and cancel.
 */
export async function runComposite(options: CompositeOptions): Promise<JobResult> {
  const file = readActionFile(options.actionDir);
  if (file.runs.using !== 'composite') throw new Error(`not a composite action: ${options.actionDir}`);
  using job = new Job(options);
  const setting: Setting = {
    job,
    inputs: {},
    actionPath: options.actionDir,
    onUses: options.onUses,
    annotations: new AnnotationBox(),
    results: new Map(),
  };
  setting.inputs = resolveInputs(file, options.inputs ?? {}, scopeOf(setting), (name) => job.warn(`Unexpected input(s) '${name}'`));
  for (const step of file.runs.steps ?? []) await runStep(setting, step);
  const scope = scopeOf(setting);
  const outputs = Object.fromEntries(
    Object.entries(file.outputs ?? {}).map(([name, { value }]) => [name, interpolate(value ?? '', scope)]),
  );
  return job.finish(outputs);
}
