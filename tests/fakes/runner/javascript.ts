import { join } from 'node:path';
import { inputVariables, readActionFile, resolveInputs } from './action-file.ts';
import type { ActionFile } from './action-file.ts';
import { condition } from './expressions.ts';
import type { ExpressionScope } from './expressions.ts';
import { Job } from './job.ts';
import { AnnotationBox } from './step-log.ts';
import type { JobResult, RunnerOptions, StepResult } from './types.ts';

/** A JavaScript action: the folder of its action.yml, or its files without one. */
export interface JavaScriptOptions extends RunnerOptions {
  action: string | { main: string; pre?: string; post?: string };
  inputs?: Record<string, string>;
  /** Post sees no inputs, as under a composite, where the runner hands it wrong ones (actions/runner#2030, #3514). */
  nested?: boolean;
}

export interface JavaScriptResult extends JobResult {
  pre: StepResult | null;
  main: StepResult | null;
  post: StepResult | null;
  /** What main (and pre) saved for post. */
  state: Record<string, string>;
}

function toFile(action: Exclude<JavaScriptOptions['action'], string>): ActionFile {
  return { runs: { using: 'node24', ...action } };
}

function stateVariables(state: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(state).map(([name, value]) => [`STATE_${name}`, value]));
}

type Phase = 'pre' | 'main' | 'post';

/** Runs pre, main and post of an action under the current Node. Post runs whatever main did, as its default `always()` says. */
export async function runJavaScriptAction(options: JavaScriptOptions): Promise<JavaScriptResult> {
  using job = new Job(options);
  const folder = typeof options.action === 'string' ? options.action : '';
  const file = typeof options.action === 'string' ? readActionFile(folder) : toFile(options.action);
  const scope = (): ExpressionScope => ({ contexts: { github: job.github(), env: job.env, inputs }, status: job.status });
  let inputs: Record<string, string> = {};
  const known = file.inputs !== undefined;
  inputs = resolveInputs(file, options.inputs ?? {}, scope(), (name) => {
    if (known) job.warn(`Unexpected input(s) '${name}'`);
  });
  const state: Record<string, string> = {};
  const ran: Partial<Record<Phase, StepResult>> = {};
  const outputs: Record<string, string> = {};
  const run = async (phase: Phase): Promise<void> => {
    const script = file.runs[phase];
    if (script === undefined) return;
    const ifs = phase === 'main' ? undefined : (file.runs[`${phase}-if`] ?? 'always()');
    if (!condition(ifs, scope())) return;
    const visible = phase === 'post' && options.nested === true ? {} : inputVariables(inputs);
    const step = await job.execute({
      name: phase,
      command: process.execPath,
      args: [join(folder, script)],
      env: { ...visible, ...stateVariables(state) },
      annotations: new AnnotationBox(),
    });
    ran[phase] = step;
    Object.assign(state, step.state);
    Object.assign(outputs, step.outputs);
    if (step.outcome === 'failure' && job.status === 'success') job.status = 'failure';
  };
  await run('pre');
  await run('main');
  // No post for an action whose main never started.
  if (ran.main !== undefined) await run('post');
  return { ...job.finish(outputs), pre: ran.pre ?? null, main: ran.main ?? null, post: ran.post ?? null, state };
}
